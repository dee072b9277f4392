"""How often something may be tried: a counter in the cache, by tenant."""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True, slots=True)
class Budget:
    """
    So many tries in so many seconds, counted from the first.
    """

    name: str
    tries: int
    seconds: int

    def spend(self, who: object) -> bool:
        """
        Count one try of somebody and tell whether it was within the budget.
        """
        key = self._key(who)
        cache.add(key, 0, self.seconds)
        try:
            return cache.incr(key) <= self.tries
        except ValueError:  # It ended between the two calls.
            return True

    def is_spent(self, who: object) -> bool:
        """
        Tell whether somebody has no try left, without counting one.
        """
        return int(cache.get(self._key(who), 0)) >= self.tries

    def forget(self, who: object) -> None:
        """
        Begin anew for somebody, after a success.
        """
        cache.delete(self._key(who))

    def _key(self, who: object) -> str:
        # Hashed: a cache key may be too long or hold what a cache does not take.
        return f"budget:{self.name}:{hashlib.sha256(str(who).lower().encode()).hexdigest()}"
