"""
The lab's figures are those of a twin utility that was billed with the draft's prices throughout.

The twin has the same customers and readings, and its bills come from real runs: nothing of the lab
is in them.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from tests import databases
from tests.journeys import console_world

COUNT = 7
NOVEMBER = (2026, 11, 4)


def with_prices(file: Any, factor: str) -> Any:
    """
    Return a file whose water costs a multiple and whose standing charge costs half.
    """
    from decimal import Decimal

    from mains.tenancy.tenantfile import parse

    data = file.model_dump(mode="json", exclude_none=True)
    for component in data["tariffs"][0]["versions"][0]["components"]:
        for block in component.get("blocks", ()):
            block["price"] = str(Decimal(block["price"]) * Decimal(factor))
        for size in component.get("sizes", ()):
            size["price"] = str(Decimal(size["price"]) / 2)
    return parse(data, source="test")


def billed(slug: str, factor: str | None) -> None:
    from tests.factories import utilities

    from mains.core.calendars import Period, add_months
    from mains.guard import context
    from mains.journeys import configure, sample_customers
    from mains.tenancy import queries

    file = utilities.file_of("aguaviva", schema_name=slug)
    # The people of the sample follow from the file, so both have the same.
    file = with_prices(file, factor) if factor else file
    configure.publish(file=file, author="test", approved=True, now=utilities.NOW)
    queries.forget()
    tenant = queries.tenant(slug)
    with context.inside(slug):
        sample_customers.fill(file=file, today=utilities.NOW.date(), now=utilities.NOW, count=COUNT)
        for months in (2, 1, 0):
            start = add_months(utilities.OCTOBER.start, -months)
            utilities.issued(tenant=tenant, period=Period(start, add_months(start, 1)))


@pytest.fixture(scope="module")
def twins(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        billed("alder", None)
        billed("birch", "1.3")
        console_world.add_staff("olga@alder.example", ("alder", "OWNER"))
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew("alder")
        databases.renew("birch")
        queries.forget()


@pytest.fixture
def olga(twins, django_db_blocker) -> Iterator[console_world.Desk]:
    from mains.guard import context

    with django_db_blocker.unblock():
        yield console_world.signed_in("olga@alder.example")
        context.choose(None)


@pytest.fixture
def draft_id(olga) -> Iterator[int]:
    """
    A draft with the twin's prices.
    """
    from tests.factories import utilities

    from mains.guard.context import inside
    from mains.tariffs import drafts

    dear = with_prices(utilities.file_of("aguaviva", schema_name="alder"), "1.3")
    components = [
        one.model_dump(mode="json", exclude_none=True)
        for one in dear.tariffs[0].versions[0].components
    ]
    with inside("alder"):
        made = drafts.begin(
            code=dear.tariffs[0].code, start_date=utilities.NOW.date().replace(year=2027),
            source="", components=components, author="olga",
        )  # fmt: skip
    yield made
    with inside("alder"):
        drafts.delete(draft_id=made)


def totals(slug: str) -> dict[str, int]:
    """
    Return what each account was billed, by its customer's name.
    """
    from django.db.models import Sum

    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside(slug):
        rows = Bill.objects.values_list("account__customer__name").annotate(Sum("total_minor"))
        return dict(rows)


def nets(slug: str) -> Any:
    from django.db.models import Sum

    from mains.billing.models import BillLine
    from mains.guard.context import inside

    with inside(slug):
        return BillLine.objects.aggregate(sum=Sum("net"))["sum"]


def found(draft_id: int) -> Any:
    from mains.guard.context import inside
    from mains.tariffs import drafts
    from mains.tariffs.rules.lab import Tally

    with inside("alder"):
        lab = drafts.find(draft_id=draft_id).trial["lab"]
    return lab, Tally.from_data(lab["tally"])


def run(draft_id: int) -> Any:
    """
    Ask for the lab and return what it found.
    """
    from tests.factories import utilities

    from mains.guard.context import inside
    from mains.journeys import tariff_lab
    from mains.tenancy import queries

    with inside("alder"):
        tariff_lab.ask(
            tenant=queries.tenant("alder"), draft_id=draft_id, by="olga",
            today=utilities.NOW.date(), now=utilities.NOW,
        )  # fmt: skip
    return found(draft_id)


def test_it_comes_to_what_the_twin_was_billed(draft_id):
    _lab, tally = run(draft_id)
    mine, twin = totals("alder"), totals("birch")
    assert mine.keys() == twin.keys()
    assert len(mine) == COUNT
    assert (tally.before, tally.after) == (sum(mine.values()), sum(twin.values()))
    assert (tally.accounts, tally.bills, tally.left_out) == (COUNT, 3 * COUNT, {})
    (group,) = tally.groups.values()
    assert (group.before, group.after) == (nets("alder"), nets("birch"))


def test_winners_losers_and_the_worst_are_those_of_the_twin(draft_id):
    _lab, tally = run(draft_id)
    mine, twin = totals("alder"), totals("birch")
    rises = sorted((twin[name] - mine[name] for name in mine), reverse=True)
    assert tally.rising == sum(rise > 0 for rise in rises)
    assert tally.falling == sum(rise < 0 for rise in rises)
    worst = [after - before for _account, before, after in tally.worst]
    assert worst == [rise for rise in rises if rise > 0]
    more = sum((twin[name] - mine[name]) * 100 > 10 * mine[name] for name in mine)
    assert tally.above(10) == more


def test_control_the_prices_in_force_change_nothing(olga):
    from tests.journeys.tariffs_console import desk

    place = olga.post("tariffs/of/domestic/new/")["Location"]
    draft = desk.Draft(olga, place)
    _lab, tally = run(draft.id)
    assert tally.before == tally.after > 0
    assert (tally.rising, tally.falling) == (0, 0)
    assert tally.worst == []
    olga.post(f"tariffs/drafts/{draft.id}/delete/")


def test_a_bill_that_does_not_come_out_again_is_left_out_with_its_account(draft_id):
    from django.db import transaction

    from mains.billing.models import Bill
    from mains.guard.context import inside
    from mains.tariffs.models import TariffVersion

    with inside("alder"), transaction.atomic():
        one = TariffVersion.objects.get(published_at__isnull=False)
        kept = one.components
        dearer = [{**row, "percent": None} for row in kept]
        dearer = [{k: v for k, v in row.items() if v is not None} for row in dearer]
        dearer[0] = {**dearer[0], "sizes": [{"size": "15", "price": "9.99"}]}
        TariffVersion.objects.filter(pk=one.pk).update(components=dearer)
    try:
        _lab, tally = run(draft_id)
    finally:
        with inside("alder"), transaction.atomic():
            TariffVersion.objects.filter(pk=one.pk).update(components=kept)
    assert tally.accounts == 0
    assert sum(tally.left_out.values()) == 3 * COUNT
    assert list(tally.left_out) == ["NOT_REPRODUCED"]
    with inside("alder"):
        accounts = set(Bill.objects.values_list("account_id", flat=True))
    assert set(tally.named["NOT_REPRODUCED"]) == accounts


def test_a_bill_whose_facts_are_gone_is_left_out_alone(draft_id):
    from django.db import transaction
    from tests.factories import utilities

    from mains.billing.models import Bill
    from mains.guard.context import inside

    with inside("alder"), transaction.atomic():
        bill = Bill.objects.order_by("pk")[0]
        Bill.objects.filter(pk=bill.pk).update(facts="", facts_deleted_at=utilities.NOW)
    try:
        _lab, tally = run(draft_id)
    finally:
        with inside("alder"), transaction.atomic():
            Bill.objects.filter(pk=bill.pk).update(facts=bill.facts, facts_deleted_at=None)
    assert (tally.accounts, tally.bills) == (COUNT, 3 * COUNT - 1)
    assert tally.left_out == {"NO_INPUTS": 1}
    assert tally.named == {"NO_INPUTS": [bill.account_id]}


def test_a_draft_that_prices_what_nobody_recorded_is_told(olga, draft_id):
    from mains.guard.context import inside
    from mains.tariffs import drafts

    with inside("alder"):
        draft = drafts.find(draft_id=draft_id)
        row = {"kind": "attribute", "code": "area", "label": {"es": "Área", "en": "Area"},
               "vat": "10", "attribute": "area", "unit": "m2", "price": "1"}  # fmt: skip
        drafts.save(
            draft_id=draft_id, start_date=draft.start_date, source="",
            components=[*draft.components, row],
        )  # fmt: skip
    _lab, tally = run(draft_id)
    assert (tally.accounts, tally.left_out) == (0, {"NOT_RATABLE": 3 * COUNT})
    page = olga.get(f"tariffs/lab/{draft_id}/").content.decode()
    assert "The draft prices what is not known of these accounts." in page


class TestAtAnyTime:
    def test_killed_after_a_chunk_it_goes_on_where_it_was(self, draft_id, monkeypatch):
        from tests.factories import utilities

        from mains.guard.context import inside
        from mains.journeys import tariff_lab
        from mains.tenancy import queries

        monkeypatch.setattr(tariff_lab, "ACCOUNTS_AT_ONCE", 2)
        monkeypatch.setattr(tariff_lab, "CHUNKS_AT_ONCE", 0)
        tenant = queries.tenant("alder")

        class Killed(Exception):
            pass

        def kill() -> None:
            raise Killed

        with inside("alder"):
            # A worker's, so the request only asks for it.
            tariff_lab.ask(
                tenant=tenant, draft_id=draft_id, by="olga", today=utilities.NOW.date(),
                now=utilities.NOW,
            )  # fmt: skip
            with pytest.raises(Killed):
                tariff_lab.work_on(tenant=tenant, draft_id=draft_id, progress=kill)
        lab, tally = found(draft_id)
        assert (lab["state"], lab["done"], tally.accounts) == ("WORKING", 2, 2)
        with inside("alder"):
            tariff_lab.take_up_lost(tenant=tenant)
            tariff_lab.take_up_lost(tenant=tenant)
        lab, tally = found(draft_id)
        assert (lab["state"], lab["done"], tally.accounts) == ("DONE", COUNT, COUNT)
        assert tally.after == sum(totals("birch").values())

    def test_other_prices_drop_what_was_found(self, draft_id):
        from mains.guard.context import inside
        from mains.tariffs import drafts

        run(draft_id)
        with inside("alder"):
            draft = drafts.find(draft_id=draft_id)
            changed = [{**draft.components[0], "vat": "11"}, *draft.components[1:]]
            drafts.save(
                draft_id=draft_id, start_date=draft.start_date, source="", components=changed
            )
            assert "lab" not in drafts.find(draft_id=draft_id).trial

    @pytest.mark.parametrize(("state", "kept"), [("DONE", True), ("WORKING", False)])
    def test_what_was_found_is_kept_with_the_published_version(self, olga, draft_id, state, kept):
        from django.db import transaction

        from mains.guard.context import inside
        from mains.tariffs import drafts
        from mains.tariffs.models import TariffVersion

        run(draft_id)
        with inside("alder"):
            with transaction.atomic():
                draft = TariffVersion.objects.get(pk=draft_id)
                draft.trial["lab"]["state"] = state
                draft.save()
                published = TariffVersion.objects.create(
                    tariff=draft.tariff, start_date=draft.start_date, components=[],
                    published_at=console_world.NOW,
                )  # fmt: skip
            assert drafts.finish(draft_id=draft_id, now=console_world.NOW) == published.pk
            assert drafts.finish(draft_id=draft_id, now=console_world.NOW) is None
            published.refresh_from_db()
            assert ("lab" in published.trial) is kept
        page = olga.get(f"tariffs/lab/{published.pk}/", lang="en")
        assert page.status_code == (200 if kept else 404)
        assert ("Rate again" in page.content.decode()) is False
        assert olga.post(f"tariffs/lab/{published.pk}/").status_code == 404
        with inside("alder"), transaction.atomic():
            published.delete()

    def test_a_draft_that_is_gone_is_not_worked_on(self, draft_id):
        from mains.guard.context import inside
        from mains.journeys import tariff_lab
        from mains.tariffs import drafts
        from mains.tenancy import queries

        with inside("alder"):
            drafts.delete(draft_id=draft_id)
            tariff_lab.work_on(tenant=queries.tenant("alder"), draft_id=draft_id)
            with pytest.raises(drafts.UnknownDraft):
                tariff_lab.ask(
                    tenant=queries.tenant("alder"), draft_id=draft_id, by="olga",
                    today=console_world.TODAY, now=console_world.NOW,
                )  # fmt: skip


def test_the_page_shows_the_figures_with_links_and_a_table_under_the_chart(olga, draft_id):
    place = f"tariffs/lab/{draft_id}/"
    assert "Nothing was tried yet" in olga.get(place).content.decode()
    answer = olga.post(place)
    assert answer["Location"].endswith(place)
    # Real time has gone on: the twelve months before today hold other bills, or none.
    _lab, tally = run(draft_id)
    page = olga.get(place).content.decode()
    for account, _before, _after in tally.worst:
        assert f"/alder/customers/{account}/" in page
    assert 'class="chart"' in page
    assert "Revenue by service and class" in page
    assert "Show as a table" in page
