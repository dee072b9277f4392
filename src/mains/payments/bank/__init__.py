"""Lines of bank statements: taken in once, booked where it is certain, and else by people."""
