"""What may be collected of a bill with nobody there, and what follows where it fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

# So many earlier bills have to be there before one of an account is called unusual.
FEWEST_EARLIER = 3
# With these nothing changes by trying again: the card or account is not what it was.
FINAL_DECLINES = frozenset(
    {
        "expired_card", "lost_card", "stolen_card", "pickup_card", "invalid_account",
        "account_closed", "card_not_supported", "fraudulent", "revocation_of_authorization",
    }
)  # fmt: skip


class Hold(StrEnum):
    """
    Why a bill is not collected on its day.
    """

    NONE = ""
    LIMIT = "limit"
    UNUSUAL = "unusual"
    DISPUTED = "disputed"
    # The customer pays in another way.
    CUSTOMER = "customer"
    FAILED = "failed"
    ENDED = "ended"


# What a payer may let go on; a dispute ends with an answer, and what ended does not come back.
RESUMED = (Hold.LIMIT, Hold.UNUSUAL, Hold.CUSTOMER, Hold.FAILED)


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What a payer agreed to, and what the utility decided.
    """

    limit_minor: int | None
    unusual_times: Decimal


def hold_of(minor: int, *, earlier_minor: Sequence[int], terms: Terms) -> Hold:
    """
    Return what stands against collecting an amount: the payer's limit, or that it is unusual.

    `earlier_minor` are the totals of the account's bills before. In minor units.
    """
    if terms.limit_minor is not None and minor > terms.limit_minor:
        return Hold.LIMIT
    if len(earlier_minor) >= FEWEST_EARLIER:
        usual = Decimal(sum(earlier_minor)) / len(earlier_minor)
        if usual > 0 and minor > usual * terms.unusual_times:
            return Hold.UNUSUAL
    return Hold.NONE


def next_try(*, failure: str, tries: int, today: date, retry_days: Sequence[int]) -> date | None:
    """
    Return the day on which a collection that failed is tried again, or None where it is over.

    `tries` counts those that failed, this one as well; each of `retry_days` is one more.
    """
    if failure in FINAL_DECLINES or tries > len(retry_days):
        return None
    return today + timedelta(days=retry_days[tries - 1])
