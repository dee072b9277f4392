"""Let somebody with a bill in hand find it, without telling anybody else anything."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mains.billing.documents.paying import link_key
from mains.core.money import Money
from mains.identity.budgets import Budget
from mains.payments import finding
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.finding import Fields, Named
from mains.payments.queries import BillRow
from mains.payments.rules.bills_due import DocumentState
from mains.tenancy.queries import TenantInfo

# By visitor: a failed search, and a short link that leads nowhere.
SEARCHES = Budget("guest-find", tries=10, seconds=600)
LINKS = Budget("pay-link", tries=10, seconds=600)


class NotFound(Exception):
    """No open bill has this reference and amount; which of them is wrong is not told."""


class TooManyTries(Exception):
    """This visitor failed too often within the last ten minutes."""


class AmountNeeded(Exception):
    """What was typed says no amount by itself."""


class TooLate(Exception):
    """The last day on which this code is paid is over; `args` has the day."""


@dataclass(frozen=True, slots=True)
class Found:
    """
    What is to be paid: one bill, or what is still owed of a payment document.
    """

    bills: tuple[BillRow, ...]
    document: DocumentRow | None = None

    @property
    def is_stale(self) -> bool:
        return self.document is not None and self.document.state is DocumentState.STALE


def find(*, typed: str | Fields, amount: Decimal | None, visitor: str, today: date) -> Found:
    """
    Return what a code or number leads to, if exactly this amount is asked for it.

    Without an amount that of the code counts, where it has one. Check digits are looked at before
    anything is looked up, so what they say tells nothing about bills.

    :raises WrongReference: if what was typed can be no reference here.
    :raises AmountNeeded: if there is no amount.
    :raises TooLate: if the code has a last day, and it is over.
    :raises NotFound: if there is no such bill with this amount.
    :raises TooManyTries: if the visitor failed too often; right details do not help then either.
    """
    if SEARCHES.is_spent(visitor):
        raise TooManyTries
    found = _named(typed, amount, today)
    if amount is None and found.amount_minor is None:
        raise AmountNeeded
    if found.last_date is not None and found.last_date < today:
        raise TooLate(found.last_date)
    matches = [
        *(Found((row,)) for row in found.bills if _fits(row.outstanding, amount, found)),
        *(_of_document(row) for row in found.documents if _fits(row.total, amount, found)),
    ]
    matches = [one for one in matches if one.bills]
    if len(matches) != 1:
        SEARCHES.spend(visitor)
        raise NotFound
    (match,) = matches
    if match.document is not None and match.document.state is DocumentState.EXPIRED:
        raise TooLate(match.document.last_date)
    return match


def _named(typed: str | Fields, amount: Decimal | None, today: date) -> Named:
    if isinstance(typed, str):
        return finding.named(typed=typed, today=today)
    if amount is None:
        raise AmountNeeded
    # Spain is paid in euro; a part of a cent fits no check digits.
    cents = amount * 100
    return finding.by_fields(fields=typed, amount_minor=int(cents), today=today)


def _fits(owed: Money, amount: Decimal | None, found: Named) -> bool:
    """
    Tell whether an open amount is what was typed, and what the code says.
    """
    if owed.minor <= 0 or found.amount_minor not in {None, owed.minor}:
        return False
    return amount is None or owed.as_decimal() == amount


def _of_document(row: DocumentRow) -> Found:
    return Found(tuple(row.open_bills), row)


@dataclass(frozen=True, slots=True)
class LinkPage:
    """
    What the page of a short link tells: as little as whoever pays has to know.
    """

    company_name: str
    account_end: str
    owed: Money
    due_date: date
    bills: tuple[BillRow, ...]
    is_document: bool = False
    is_stale: bool = False
    is_credited: bool = False
    is_collected: bool = False


def open_link(*, tenant: TenantInfo, code: str, visitor: str, today: date) -> LinkPage:
    """
    Return what the short link of a bill or payment document is paid with.

    :raises NotFound: if it is no code of this tenant's, or guests cannot pay here.
    :raises TooManyTries: if the visitor opened too many wrong ones.
    """
    choice = tenant.file.payments
    if not (choice.enabled and choice.guest):
        raise NotFound
    if LINKS.is_spent(visitor):
        raise TooManyTries
    found = finding.by_link(code=code, key=link_key(), today=today)
    for row in found.bills:
        return LinkPage(
            company_name=row.company_name,
            account_end=row.account_number[-3:],
            owed=row.outstanding,
            due_date=row.due_date,
            bills=(row,) if row.outstanding.minor > 0 and row.collection_date is None else (),
            is_credited=row.credited_by_id is not None,
            is_collected=row.outstanding.minor > 0 and row.collection_date is not None,
        )
    for document in found.documents:
        return LinkPage(
            company_name=document.company_name,
            account_end=document.account_number[-3:],
            owed=document.owed,
            due_date=document.last_date,
            bills=tuple(document.open_bills),
            is_document=True,
            is_stale=document.state is DocumentState.STALE,
        )
    LINKS.spend(visitor)
    raise NotFound
