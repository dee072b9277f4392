"""One utility whose bills for October are issued, its customers, and how their bills come."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import NOW, SLUG, TODAY

from mains.guard.context import inside


@contextmanager
def published(**sections: Any) -> Iterator[None]:
    """
    Publish other values in some sections of the utility's file, and the old ones afterwards.
    """
    from tests.journeys import joining_world

    with joining_world.published(SLUG, **sections):
        yield


def begin_anew(mode: str = "PAPER") -> Any:
    """
    Begin with nobody, every bill on its way as the provider had it, and one run; an account.
    """
    from mains.billing.models import Bill, BillRun
    from mains.customers.models import Contract, DeliveryPreference

    world.forget_people()
    with inside(SLUG):
        first = BillRun.objects.order_by("pk")[0]
        assert not Bill.objects.exclude(run=first).exists()
        for run in BillRun.objects.exclude(pk=first.pk):
            run.chunks.all().delete()
            run.delete()
        DeliveryPreference.objects.all().delete()
        for contract in Contract.objects.all():
            DeliveryPreference.objects.create(
                contract=contract, mode=mode, start_date=contract.start_date, chosen_at=NOW
            )
    return world.accounts()[0]


def contracts(account: Any) -> list[Any]:
    from mains.customers.models import Contract

    with inside(SLUG):
        return list(Contract.objects.filter(account=account).order_by("service", "pk"))


def choose(person: Any, account: Any, mode: str, *, email: str = "", only: Any = None) -> Any:
    """
    Send the form of the page for all contracts of an account, or for one.
    """
    meant = [only] if only is not None else contracts(account)
    typed = {"contracts": [str(one.pk) for one in meant], "mode": mode, "email": email}
    return person.client.post(page(account), typed, headers={"host": person.host}, follow=True)


def undo(person: Any, account: Any, contract: Any) -> Any:
    return person.client.post(
        page(account), {"undo": str(contract.pk)}, headers={"host": person.host}, follow=True
    )


def page(account: Any) -> str:
    return f"/accounts/{account.pk}/delivery/"


def on(account: Any, day: date = TODAY) -> set[tuple[str, str]]:
    """
    Return how the bills of an account come on a day, each way once.
    """
    from django.db.models import Q

    from mains.customers.models import DeliveryPreference

    with inside(SLUG):
        rows = DeliveryPreference.objects.filter(
            Q(end_date=None) | Q(end_date__gt=day), contract__account=account, start_date__lte=day
        )
        return set(rows.values_list("mode", "email"))


def rows_of(account: Any) -> list[Any]:
    from mains.customers.models import DeliveryPreference

    with inside(SLUG):
        rows = DeliveryPreference.objects.filter(contract__account=account)
        return list(rows.order_by("contract", "start_date"))


def consents(person: Any) -> list[Any]:
    from mains.enrolment.models import Consent

    with inside(SLUG):
        rows = Consent.objects.filter(user_id=person.user.pk, purpose="ebill", withdrawn_at=None)
        return list(rows.select_related("wording").order_by("pk"))


def start_run(*, month: int = 11, day: date = TODAY, now: Any = NOW) -> Any:
    """
    Start the regular run for a month of 2026 and rehearse it, on a day.
    """
    from unittest.mock import patch

    from mains.billing import actions as billing
    from mains.billing.inputs import chunk_inputs
    from mains.billing.inputs.contracts import holders_of
    from mains.billing.models import BillRun
    from mains.core.calendars import Period
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        company = BillRun.objects.select_related("company").order_by("pk")[0].company
        run = billing.start_run(
            company_id=company.pk,
            period=Period.month_of(date(2026, month, 1)),
            issue_date=day,
            currency=tenant.file.locale.currency,
            policy=bill_run.policy_of(tenant=tenant, company_code=company.code),
            started_by="ana",
            now=now,
        )
        with patch.object(chunk_inputs, "holders_of", wraps=chunk_inputs.holders_of) as seen:
            seen.side_effect = lambda **asked: remember(run, holders_of(**asked))
            return bill_run.rehearse(tenant=tenant, run=run, now=now)


def remember(run: Any, holders: dict[int, Any]) -> dict[int, Any]:
    run.seen = {**getattr(run, "seen", {}), **holders}
    return holders


def taken(run: Any, account: Any) -> tuple[str, str]:
    """
    Return how a run was rehearsed to send the bill of an account: the way, and the address.
    """
    holder = run.seen[account.pk]
    return holder.delivery, holder.delivery_email
