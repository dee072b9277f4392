"""Fixed monthly amounts: agreed with staff, billed, and settled by what was really used."""
