"""What one account has: objects, events, and the keys it has used."""

import copy
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from tests.stripe_simulator.errors import Problem

_numbers = itertools.count(1)


@dataclass
class Answered:
    fingerprint: str
    status: int
    body: bytes


@dataclass
class Account:
    """
    One account of Stripe's; an empty name is the platform's own.
    """

    name: str
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, Answered] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    # The test token of each stored card, and what the intent of each page will be like.
    tokens: dict[str, str] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, prefix: str, kind: str, **about: Any) -> dict[str, Any]:
        """
        Make an object.
        """
        made = {
            "id": f"{prefix}_{next(_numbers):024}",
            "object": kind,
            "created": 1_790_000_000,
            "livemode": False,
            "metadata": {},
            **about,
        }
        self.objects[made["id"]] = made
        return made

    def get(self, kind: str, name: Any) -> dict[str, Any]:
        """
        Return an object of this account.

        :raises Problem: if it has none of this kind and name.
        """
        found = self.objects.get(str(name))
        if found is None or found["object"] != kind:
            raise Problem(404, code="resource_missing", param=kind)
        return found

    def all(self, kind: str, **fitting: Any) -> list[dict[str, Any]]:
        """
        Return the objects of a kind, the latest first.
        """
        return [
            one
            for one in reversed(self.objects.values())
            if one["object"] == kind and all(one.get(key) == is_ for key, is_ in fitting.items())
        ]

    def tell(self, what: str, about: dict[str, Any]) -> None:
        """
        Make an event of how an object stands now.
        """
        event: dict[str, Any] = {
            "id": f"evt_{next(_numbers):024}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": 1_790_000_000,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": what,
            "data": {"object": copy.deepcopy(about)},
        }
        if self.name:
            event["account"] = self.name
        self.events.append(event)


def as_bytes(found: dict[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()
