"""
A pretend Stripe for tests: our own small WSGI app on 127.0.0.1, asked by the real SDK.

It checks what it is asked (unknown parameters are refused), answers the same idempotency key with
the same answer, keeps accounts apart, and signs events that a test delivers when it likes.
"""

from tests.stripe_simulator.simulator import Simulator

__all__ = ["Simulator"]
