"""A run from its rehearsal to its issued bills, and what staff see and do meanwhile."""
