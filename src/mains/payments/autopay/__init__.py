"""Collect what is owed with nobody there: told before, once, and never more than was agreed."""
