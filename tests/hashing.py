"""Passwords hashed in no time, because nobody attacks those of tests.

A journey signs in dozens of times; at the cost meant for attackers that was a third of a run.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher as Hasher

# What the product uses: passes over the memory, and the memory in KiB.
SHIPPED_PASSES = Hasher.time_cost
SHIPPED_MEMORY_KIB = Hasher.memory_cost


def make_cheap() -> None:
    """
    Lower the cost to the least that Argon2 takes.
    """
    Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism = 1, 8, 1
