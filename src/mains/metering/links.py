"""Signed addresses of a page that takes readings of some supply points of one account."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.core import signing

from mains.guard import keys

PURPOSE = "reading-link"
# Until the next window of a provider that asks for readings each month is over.
DAYS = timedelta(days=45)


class LinkOver(Exception):
    """Nobody here signed this address, or its days are over."""


@dataclass(frozen=True, slots=True)
class ReadingLink:
    """
    What an address stands for; `until_date` is the first day on which it no longer does.
    """

    account_id: int
    supply_point_ids: frozenset[int]
    until_date: date


def address(
    *, site: str, account_id: int, supply_point_ids: Collection[int], today: date
) -> tuple[str, date]:
    """
    Return the address for a mail, a bill or a QR code, and the first day on which it is over.

    It names places and not only the account: whoever keeps it after moving out reads nothing at
    the new home.
    """
    until = today + DAYS
    value = [account_id, sorted(set(supply_point_ids)), until.isoformat()]
    return f"{site}/read/{keys.sign(value, purpose=PURPOSE)}/", until


def opened(*, token: str, today: date) -> ReadingLink:
    """
    Return what the token of an address stands for.

    :raises LinkOver: if this tenant did not sign it, or its days are over.
    """
    try:
        value = cast(tuple[int, list[int], str], keys.unsign(token, purpose=PURPOSE))
    except signing.BadSignature as error:
        raise LinkOver from error
    account_id, points, until = value
    link = ReadingLink(account_id, frozenset(points), date.fromisoformat(until))
    if today >= link.until_date:
        raise LinkOver
    return link
