"""The files that banks send and take: statements read, direct debits written, offline."""
