"""What is computed about payments, without a database."""
