"""Direct debits of SEPA: files for banks, the days they need, and what banks answer."""
