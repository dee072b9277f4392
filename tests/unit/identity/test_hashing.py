"""What guessing a stolen password costs."""

from django.contrib.auth.hashers import get_hashers, make_password
from tests import hashing


class TestThePasswordHasher:
    def test_is_argon2_at_or_above_the_cost_owasp_asks_for(self):
        """
        OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB and two passes at least.
        """
        assert get_hashers()[0].algorithm == "argon2"
        assert hashing.SHIPPED_PASSES >= 2
        assert hashing.SHIPPED_MEMORY_KIB >= 19 * 1024
        assert make_password("some words of mine").startswith("argon2$argon2id$")
