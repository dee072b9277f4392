"""A customer sees what was taken back, the note, and the corrected bill beside the one before."""

import html
from collections.abc import Iterator

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.tenancy import queries


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta"):
        yield


@pytest.fixture
def corrected(utility, django_db_blocker) -> Iterator[tuple]:
    """
    Take the newest bill of the first account back and make it again; return old, note and new.
    """
    from mains.billing.models import Bill, BillRun
    from mains.journeys import bill_run, crediting

    with django_db_blocker.unblock(), inside(SLUG):
        tenant = queries.tenant(SLUG)
        old = Bill.objects.charging().filter(total_minor__gt=0).latest("period_end", "pk")
        given = {"tenant": tenant, "actor": "staff:1", "now": tenant.now(), "bill_id": old.pk}
        note = crediting.credit(reason="wrong", credited_by="ana", **given)
        run = BillRun.objects.select_related("company").get(
            pk=crediting.bill_again(started_by="ana", **given)
        )
        run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=tenant.now())
        run = bill_run.issue(tenant=tenant, run=run, now=tenant.now())
        new = Bill.objects.get(run=run)
        account, ids = old.account, (old.pk, note, new.pk)
    with django_db_blocker.unblock():
        person = world.person("hanna@home.example", account)
        yield person, *ids


def page(person, bill_id: int) -> str:
    answer = person.get(f"/bills/{bill_id}/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_all_three_say_what_they_are_and_lead_to_each_other(corrected):
    person, old, note, new = corrected
    taken_back = page(person, old)
    assert "This bill was taken back: nothing to pay" in taken_back
    assert f'href="/bills/{note}/"' in taken_back
    assert f'href="/bills/{new}/"' in taken_back
    shown = page(person, note)
    assert "Credit note BEC2026-" in shown
    assert "taken back" in shown
    shown = page(person, new)
    assert "Corrected bill" in shown
    assert "Before and after" in shown
    assert f'href="/bills/{old}/"' in shown
    listed = html.unescape(person.get("/bills/").content.decode())
    assert "Credit note" in listed
    assert "Corrected" in listed

    rows = {row["number"]: row for row in person.call("GET", "/bills").json()["data"]}
    by_kind = {row["kind"]: row for row in rows.values()}
    assert by_kind["CREDIT"]["credits"] == by_kind["CORRECTION"]["corrects"]
    assert by_kind["CORRECTION"]["credits"] is None
    for bill_id in (old, note, new):
        assert person.get(f"/bills/{bill_id}/bill.pdf").status_code == 200
