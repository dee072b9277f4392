"""Direct debits: files to the bank, and what the bank says of them."""
