"""Measure a tenant's policies on its own customers."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.lists import format_list
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.core.wording import number_text
from mains.customers.models import Account
from mains.enrolment.evidence import label
from mains.enrolment.evidence.bill_number import oldest_date
from mains.enrolment.rules.strength import (
    ENOUGH,
    JUDGED,
    Spread,
    Strength,
    is_weak,
    predictable,
    spread_of,
    strength,
    would_do,
)
from mains.enrolment.rules.tax_numbers import canonical
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import Evidence, Policy


@dataclass(frozen=True, slots=True)
class Measured:
    """
    One policy on the tenant's own data.

    `can_pass` of `customers` have every fact; `ambiguous` share all of them with another account.
    With fewer than a thousand customers the strength rests on assumptions, and `by_data` is False.
    """

    policy: Policy
    customers: int
    can_pass: int
    ambiguous: int
    strength: Strength
    by_data: bool
    is_weak: bool


@dataclass(frozen=True, slots=True)
class _Holder:
    """
    What an account's customer could state: the latest bill that counts, the last payment.
    """

    facts: dict[Evidence, Any]


def measure(*, file: TenantFile, today: date) -> list[Measured]:
    """
    Measure every policy that gives access, in the file's order.
    """
    return [
        _measured(policy, file=file, holders=_holders(policy, file=file, today=today))
        for policy in file.registration.policies
        if policy.purpose in JUDGED
    ]


def weak_policies(*, file: TenantFile, today: date) -> list[Measured]:
    """
    Return the policies that are guessed too easily and that nobody waived.
    """
    return [
        one for one in measure(file=file, today=today) if one.is_weak and one.policy.waiver is None
    ]


def advice(one: Measured, *, file: TenantFile) -> str:
    """
    Say how weak a policy is, and what would make it strong enough.
    """
    most = file.registration.most_links_per_million
    stronger = would_do(one.policy, most_per_million=most)
    language = get_language() or "en"
    values = {
        "facts": " + ".join(label(kind) for kind in one.policy.evidence),
        "links": number_text(one.strength.sprayed.normalize(), language=language),
        "most": number_text(most, language=language),
        "stronger": format_list([label(kind) for kind in stronger], style="or", locale=language),
    }
    if not stronger:
        return (
            _(
                "Too easy to guess: %(facts)s. Accounts opened by a million guesses: %(links)s; "
                "allowed: %(most)s. Record a waiver with a reason, or ask for other details."
            )
            % values
        )
    return (
        _(
            "Too easy to guess: %(facts)s. Accounts opened by a million guesses: %(links)s; "
            "allowed: %(most)s. Ask for one more: %(stronger)s. Or record a waiver with a reason."
        )
        % values
    )


def _measured(policy: Policy, *, file: TenantFile, holders: list[_Holder]) -> Measured:
    able = [one for one in holders if all(one.facts.get(kind) for kind in policy.facts)]
    by_data = len(able) >= ENOUGH
    found = strength(policy, spreads=_spreads(policy, able) if by_data else {})
    stated = Counter(tuple(str(one.facts[kind]) for kind in policy.facts) for one in able)
    return Measured(
        policy=policy,
        customers=len(holders),
        can_pass=len(able),
        ambiguous=sum(count for count in stated.values() if count > 1),
        strength=found,
        by_data=by_data,
        is_weak=is_weak(policy, found, most_per_million=file.registration.most_links_per_million),
    )


def _spreads(policy: Policy, able: list[_Holder]) -> dict[Evidence, Spread]:
    spreads: dict[Evidence, Spread] = {}
    for kind in policy.facts:
        values = [one.facts[kind] for one in able]
        if kind is Evidence.BILL_NUMBER:
            spreads[kind] = predictable([int(re.sub(r"\D", "", value) or 0) for value in values])
        elif kind is Evidence.TAX_ID or kind is Evidence.EMAIL:
            # Everybody's differs; how hard they are to invent is no matter of this tenant's data.
            continue
        else:
            spreads[kind] = spread_of(values)
    return spreads


def _holders(policy: Policy, *, file: TenantFile, today: date) -> list[_Holder]:
    """
    Return what each account's customer could state, by account number.
    """
    country = file.locale.country
    bills = _latest_bills(policy, today=today) if _asks(policy, _BILL) else {}
    payments = _last_payments() if Evidence.LAST_PAYMENT in policy.facts else {}
    rows = Account.objects.order_by("number").values_list(
        "pk",
        "plain_number",
        "customer__code",
        "customer__tax_id",
        "customer__email",
    )
    points = _supply_points() if _asks(policy, _POINT) else {}
    holders = []
    for pk, number, code, tax_id, email in rows:
        bill, point = bills.get(pk, ("", 0, None)), points.get(pk, ("", "", ""))
        holders.append(
            _Holder(
                {
                    Evidence.ACCOUNT_NUMBER: number,
                    Evidence.CUSTOMER_CODE: code,
                    Evidence.TAX_ID: canonical(tax_id, country=country),
                    Evidence.EMAIL: email,
                    Evidence.BILL_NUMBER: bill[0],
                    Evidence.BILL_AMOUNT: bill[1],
                    Evidence.BILL_DATE: bill[2],
                    Evidence.LAST_PAYMENT: payments.get(pk),
                    Evidence.SUPPLY_POINT: point[0],
                    Evidence.ADDRESS: point[1],
                    Evidence.POST_CODE: point[2],
                }
            )
        )
    return holders


_BILL = frozenset({Evidence.BILL_NUMBER, Evidence.BILL_AMOUNT, Evidence.BILL_DATE})
_POINT = frozenset({Evidence.SUPPLY_POINT, Evidence.ADDRESS, Evidence.POST_CODE})


def _asks(policy: Policy, kinds: frozenset[Evidence]) -> bool:
    return bool(kinds & set(policy.facts))


def _latest_bills(policy: Policy, *, today: date) -> dict[int, tuple[str, int, date]]:
    return _by_account(
        "select distinct on (account_id) account_id, number, total_minor, issue_date"
        " from billing_bill where state = 'ISSUED' and issue_date > %s and total_minor <> 0"
        " order by account_id, issue_date desc, id desc",
        [oldest_date(policy=policy, today=today)],
        lambda row: (row[1], row[2], row[3]),
    )


def _last_payments() -> dict[int, int]:
    return _by_account(
        "select distinct on (l.account_id) l.account_id, t.amount_minor"
        " from ledger_transfer t join ledger_ledgeraccount l on l.id = t.credit_id"
        " where l.account_id is not null and t.source like 'payment:%%'"
        " order by l.account_id, t.effective_date desc, t.recorded_at desc, t.id desc",
        [],
        lambda row: row[1],
    )


def _supply_points() -> dict[int, tuple[str, str, str]]:
    return _by_account(
        "select distinct on (c.account_id) c.account_id, p.plain_code, p.street, p.post_code"
        " from customers_contract c join customers_supplypoint p on p.id = c.supply_point_id"
        " order by c.account_id, c.start_date desc, c.id",
        [],
        lambda row: (row[1], row[2], row[3]),
    )


def _by_account(sql: str, values: list[Any], read: Callable[[Any], Any]) -> dict[int, Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {row[0]: read(row) for row in cursor.fetchall()}
