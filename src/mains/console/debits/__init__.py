"""Direct debits: files for the bank, its answers, and mandates from elsewhere."""
