"""What Mains asks of a card gateway, and the gateway's answers in our words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class GatewayUnavailable(Exception):
    """No answer, or none that can be read: ask again later, never guess."""


class GatewayRefused(Exception):
    """The gateway understood and said no: asking again changes nothing."""


class ForgedWebhook(Exception):
    """The signature is missing, wrong, too old, or another merchant's."""


class PageState(StrEnum):
    OPEN = "OPEN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Charge:
    """
    What a hosted page should collect; `reference` is ours and makes a second call harmless.

    A gateway runs by its own clock, so the page's life is a length, not an instant.
    """

    reference: str
    merchant: str
    merchant_name: str
    amount_minor: int
    currency: str
    language: str
    return_url: str
    webhook_url: str
    payable_for: timedelta


@dataclass(frozen=True, slots=True)
class Started:
    gateway_reference: str
    page_url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """
    The gateway's news about one page, found again by our own reference.
    """

    reference: str
    state: PageState
    gateway_reference: str
    amount_minor: int
    currency: str
    failure: str = ""
    event_id: str = ""


class Gateway(Protocol):
    kind: str

    def start(self, charge: Charge) -> Started:
        """Open the hosted page of a charge; the same reference again gives the same page."""

    def ask(self, *, merchant: str, reference: str) -> Notice:
        """Tell how a page stands now."""

    def expire(self, *, merchant: str, reference: str) -> Notice:
        """Close a page so that nobody can pay on it, or tell that somebody already has."""

    def read_webhook(self, *, merchant: str, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Check the signature of a webhook and read it."""
