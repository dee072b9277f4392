"""What was billed and paid, and what is owed: statements for customers, read from the ledger."""
