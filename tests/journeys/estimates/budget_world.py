"""A home on a fixed amount: put on, changed, stopped, settled, credited."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from tests.journeys.estimates import world
from tests.journeys.estimates.world import at, bill, issued, last_day

from mains.billing.models import Bill, BillRun
from mains.customers.models import Contract

# Settled once March is over, so that a year of three months is long enough.
OFFERED = {
    "tax": "21",
    "settles_month": 3,
    "round_to": "5",
    "label": {"lv": "Fiksēts", "en": "Fixed amount"},
    "label_billed": {"lv": "Atskaitīts", "en": "Less fixed amounts"},
}
FEBRUARY, MARCH, APRIL, MAY = (date(2027, month, 1) for month in (2, 3, 4, 5))


@contextmanager
def at_home() -> Iterator[Any]:
    """
    Open a home that is billed what it used in January 2027, and 40.00 a month from February on.
    """
    with world.opened(world.file_of(budget_billing=OFFERED)) as opened:
        opened.read(last_day(2027, 1), 3_760)
        bill(2027, 1)
        put_on(opened)
        yield opened


def tenant():
    from mains.tenancy import queries

    return queries.tenant(world.SLUG)


def put_on(home, minor: int = 4_000, since: date = FEBRUARY, **given) -> None:
    from mains.journeys import budget_desk

    budget_desk.put_on(
        tenant=tenant(),
        account_id=home.account.pk,
        contract_id=given.get("contract_id", home.contract.pk),
        monthly_minor=minor,
        since=since,
        by="ana",
        actor="staff:1",
        now=at(2027, 2, 1),
    )


def change(home, minor: int) -> None:
    from mains.journeys import budget_desk

    budget_desk.change(
        tenant=tenant(),
        account_id=home.account.pk,
        contract_id=home.contract.pk,
        monthly_minor=minor,
        by="bob",
        actor="staff:2",
        now=at(2027, 2, 2),
    )


def stop(home, until: date) -> None:
    from mains.journeys import budget_desk

    budget_desk.stop(
        tenant=tenant(),
        account_id=home.account.pk,
        contract_id=home.contract.pk,
        until=until,
        by="bob",
        actor="staff:2",
        now=at(2027, 2, 2),
    )


def budget() -> dict | None:
    return Contract.objects.order_by("pk").first().budget


def begun(now: datetime) -> BillRun:
    from mains.journeys import budget_desk

    run_id = budget_desk.settle(
        tenant=tenant(), company_code="balta", started_by="ana", actor="staff:1", now=now
    )
    return BillRun.objects.select_related("company").get(pk=run_id)


def settle(*, on: date = date(2027, 4, 8)) -> dict:
    run = begun(at(on.year, on.month, on.day))
    return json.loads(Bill.objects.get(run=issued(run)).facts)


def due(*, on: date = date(2027, 4, 8)) -> int:
    from mains.journeys import budget_desk

    return sum(one.contracts for one in budget_desk.due(tenant=tenant(), today=on))


def shown(home, *, today: date) -> list[Any]:
    from mains.journeys import budget_desk

    return budget_desk.budgets(tenant=tenant(), account_ids=[home.account.pk], today=today)


def bill_of(month: int) -> Bill:
    return Bill.objects.charging().get(period_start=date(2027, month, 1), kind="REGULAR")


def credited(one: Bill) -> Bill:
    from mains.journeys import crediting as journey

    note_id = journey.credit(
        tenant=tenant(),
        bill_id=one.pk,
        reason="wrong",
        credited_by="ana",
        actor="staff:1",
        now=at(2027, 4, 9),
    )
    return Bill.objects.get(pk=note_id)


def again(one: Bill) -> Bill:
    from mains.journeys import crediting as journey

    run_id = journey.bill_again(
        tenant=tenant(), bill_id=one.pk, started_by="ana", actor="staff:1", now=at(2027, 4, 9)
    )
    return Bill.objects.get(run=issued(BillRun.objects.select_related("company").get(pk=run_id)))


def fixed_book() -> int:
    from mains.ledger import queries
    from mains.ledger.models import LedgerAccount, Transfer

    assert queries.strays() == queries.Strays(0, 0)
    account = LedgerAccount.objects.get(key__contains=":electricity:budget:")
    credits = Transfer.objects.filter(credit_id=account.pk).values_list("amount_minor", flat=True)
    debits = Transfer.objects.filter(debit_id=account.pk).values_list("amount_minor", flat=True)
    return sum(credits) - sum(debits)


def taken_off(facts: dict) -> list[tuple[str, list[str]]]:
    return [
        (one["net"], one["bills"])
        for contract in facts["contracts"]
        for one in contract.get("budget_billed", ())
    ]
