"""Correct a customer's tax number; what each login sees follows at its next request."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Customer
from mains.enrolment import queries
from mains.enrolment.actions import delivering
from mains.enrolment.models import AccountLink
from mains.enrolment.rules.tax_numbers import canonical, is_mistyped
from mains.tenancy.tenantfile.identity import Grouping


class CorrectionReason(StrEnum):
    """Why a tax number was corrected: a code, because the audit keeps no words about people."""

    TYPING = "typing"
    DOCUMENT = "document"
    NEW_NUMBER = "new_number"


@dataclass(frozen=True, slots=True)
class Correction:
    """
    The number that somebody looked at, the one it has to be, and why.
    """

    seen: str
    tax_id: str
    reason: CorrectionReason


class TaxNumberMistyped(Exception):
    """The check digit does not fit."""


class TaxNumberMoved(Exception):
    """Somebody corrected the number after this person looked at it."""


@owns_transaction
def correct_tax_number(
    *,
    customer_id: int,
    correction: Correction,
    country: str,
    grouping: Grouping,
    actor: str,
    now: datetime,
    today: date,
) -> bool:
    """
    Store another tax number of a customer, and return whether it is another; again it is not.

    Where a login shows one tax number, accounts appear and disappear with it; bills that went by
    e-mail to a login which no longer sees the account go to who else agreed, or on paper. Neither
    number is written into the audit.

    :raises TaxNumberMistyped: if the check digit does not fit.
    :raises TaxNumberMoved: if the stored number is neither the one seen nor the new one.
    """
    number = canonical(correction.tax_id, country=country)
    if not number or is_mistyped(number, country=country):
        raise TaxNumberMistyped
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if customer.tax_id == number:
        return False
    if customer.tax_id != correction.seen:
        raise TaxNumberMoved(customer_id)
    before = _seen_by(customer_id, grouping=grouping, today=today)
    customer.tax_id = number
    customer.save(update_fields=["tax_id"])
    after = _seen_by(customer_id, grouping=grouping, today=today)
    for user_id, account_ids in before.items():
        _lose(user_id, account_ids - after[user_id], actor=actor, now=now, today=today)
    audit.record(
        action="customer.tax_number_corrected",
        subject=f"customer:{customer_id}",
        actor=actor,
        detail={"why": str(correction.reason)},
        now=now,
    )
    return True


def _seen_by(customer_id: int, *, grouping: Grouping, today: date) -> dict[int, set[int]]:
    """
    Return the accounts that each login with a link to one of the customer's sees, by login.
    """
    linked = AccountLink.objects.filter(account__customer=customer_id, ended_at=None)
    return {
        user_id: {
            account.pk
            for account in queries.accounts_of(user_id=user_id, today=today, grouping=grouping)
        }
        for user_id in sorted(set(linked.values_list("user_id", flat=True)))
    }


@inside_transaction
def _lose(user_id: int, account_ids: set[int], *, actor: str, now: datetime, today: date) -> None:
    if account_ids:
        delivering.leave(
            user_id=user_id, account_ids=account_ids, actor=actor, now=now, today=today
        )
