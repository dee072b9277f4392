"""What Mains asks of a gateway, and the gateway's answers in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, StrEnum, auto
from typing import NamedTuple, Protocol


class GatewayUnavailable(Exception):
    """No answer, or none that can be read: ask again later, never guess."""


class WrongKey(GatewayUnavailable):
    """The gateway does not take our key: nobody can pay there until its owner puts it right."""


class GatewayRefused(Exception):
    """The gateway understood and said no: asking again changes nothing."""


class StillPayable(Exception):
    """The gateway cannot close a page; it can be paid on until its time is over."""


class ForgedWebhook(Exception):
    """The signature is missing, wrong, too old, or another merchant's."""


class Ability(Enum):
    """
    What a gateway can do beside its hosted page.
    """

    STORE_CARDS = auto()
    REFUND = auto()
    CLOSE_PAGES = auto()


class Detail(Enum):
    """
    What the gateway gives a utility and its owner types once.
    """

    ACCOUNT = auto()
    KEY = auto()
    WEBHOOK_KEY = auto()


class Asked(NamedTuple):
    """
    What a detail is called in the gateway's own pages, and where it is found there.

    What it begins with, where that is known, tells one detail from another.
    """

    label: str
    where: str
    begins: tuple[str, ...] = ()
    is_needed: bool = True
    # The setting of the platform that does where nothing is typed; it acts for an account.
    stands_in: str = ""


class ChargeState(StrEnum):
    OPEN = "OPEN"
    # The payer has done everything; the gateway is not through with it.
    PROCESSING = "PROCESSING"
    # A stored card is asked for, and its bank wants to see the holder.
    NEEDS_CUSTOMER = "NEEDS_CUSTOMER"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Merchant:
    """
    A company as a gateway knows it: `name` is ours, `account` the gateway's.

    `secret` signs and authorises; `webhook_secrets` are all that are good, two while one replaces
    the other.
    """

    name: str
    title: str = ""
    account: str = ""
    # Whoever writes a merchant down, in a log or an error, does not write these.
    secret: str = field(default="", repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """
    What a gateway should collect; `reference` is ours and makes a second call harmless.

    A gateway runs by its own clock, so the page's life is a length, not an instant.
    """

    reference: str
    merchant: Merchant
    amount_minor: int
    currency: str
    language: str
    text: str
    email: str
    return_url: str
    webhook_url: str
    payable_for: timedelta
    # What it is collected from where nobody is there: by it a lost answer is found again.
    card: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """
    Where the payer goes; with `fields` the page is opened by posting them.
    """

    gateway_reference: str
    page_url: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """
    The gateway's news about one charge, found again by our own reference.
    """

    reference: str
    state: ChargeState
    gateway_reference: str
    amount_minor: int
    currency: str
    failure: str = ""
    event_id: str = ""


class Back(StrEnum):
    """
    How money goes back to who paid.
    """

    REFUND = "REFUND"
    # Taken by the payer's bank against our will, and what it gave back after all.
    CHARGEBACK = "CHARGEBACK"
    CHARGEBACK_WON = "CHARGEBACK_WON"


class BackState(StrEnum):
    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Refund:
    """
    What should go back of a payment that the gateway knows as `gateway_reference`.
    """

    reference: str
    merchant: Merchant
    gateway_reference: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """
    The gateway's news about money that goes back; `key` is the gateway's own for this movement.

    `reference` is ours where we asked for it, and empty where somebody else did.
    """

    kind: Back
    state: BackState
    key: str
    gateway_reference: str
    amount_minor: int
    currency: str
    reference: str = ""
    reason: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """
    The gateway's news about a card that somebody stores for later: `card` is what it is charged by.

    Without a card the page is `OPEN`, `FAILED` or `EXPIRED`.
    """

    reference: str
    state: ChargeState
    card: str = ""
    label: str = ""
    # The last month in which the card is good, as `2028-04`.
    good_until: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class OtherNews:
    """
    A genuine webhook about something that is nothing to us.
    """

    event_id: str
    what: str = ""


type News = Notice | MoneyBack | StoredCard | OtherNews


class Gateway(Protocol):
    """
    One contract for all; what a gateway cannot do it says by its abilities.

    `known_as` is the reference that the gateway gave a charge, and empty where its answer was lost.
    Every verb may raise GatewayUnavailable or GatewayRefused.
    """

    kind: str
    # Its own name, and one sentence about paying there, to be translated.
    title: str
    about: str
    abilities: frozenset[Ability]
    details: Mapping[Detail, Asked]

    def moves_money(self, merchant: Merchant) -> bool:
        """Tell whether real money moves by a merchant's keys, or all of it is a test."""

    def try_out(self, merchant: Merchant) -> None:
        """
        Ask something that changes nothing.

        :raises WrongKey: if it does not take the key.
        """

    def start(self, charge: Charge) -> Started:
        """Open the hosted page of a charge; the same reference again gives the same page."""

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        """Tell how a charge stands now."""

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        """
        Close a page so that nobody can pay on it, or tell that somebody already has.

        :raises StillPayable: where the gateway cannot.
        """

    def store_card(self, charge: Charge) -> Started:
        """Open the page on which a card is stored; the amount of the charge is not collected."""

    def ask_stored(self, charge: Charge, *, known_as: str) -> StoredCard:
        """Tell how the storing of a card stands now."""

    def charge_stored(self, charge: Charge, *, card: str) -> Notice:
        """Collect from a stored card with nobody there; the same reference again charges once."""

    def refund(self, refund: Refund) -> MoneyBack:
        """Give money back; the same reference again gives it back once."""

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Accept a webhook that this merchant's gateway signed lately.

        :raises ForgedWebhook: otherwise.
        """

    def read_webhook(self, body: bytes) -> News:
        """Read a webhook that was checked before."""


class StoresNoCards:
    """
    The verbs of a gateway that keeps no cards for later.
    """

    def store_card(self, charge: Charge) -> Started:
        raise GatewayRefused("stores no cards")

    def ask_stored(self, charge: Charge, *, known_as: str) -> StoredCard:
        raise GatewayRefused("stores no cards")

    def charge_stored(self, charge: Charge, *, card: str) -> Notice:
        raise GatewayRefused("stores no cards")
