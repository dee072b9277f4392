"""What a chunk of accounts is billed from, read set-wise."""
