"""The bills of a run that go on paper, as one document in a stable order with its index."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from tests.journeys import console_world
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, NOW, SLUG

from mains.guard.context import inside
from mains.journeys import print_files
from mains.journeys.bill_files import Step

LATER = NOW + timedelta(days=15)


@pytest.fixture(scope="module")
def run(django_db_setup, django_db_blocker) -> Iterator[Any]:
    """
    A run of four bills: the first account's by e-mail, the second's both ways, the rest on paper.
    """
    from mains.journeys import bill_run
    from mains.tenancy import queries

    with django_db_blocker.unblock(), world.opened("teplo", count=4):
        first = bills.begin_anew()
        second = world.accounts()[1]
        hanna = world.person(HANNA, first, second)
        bills.choose(hanna, first, "ELECTRONIC")
        bills.choose(hanna, second, "BOTH")
        tenant, made = queries.tenant(SLUG), bills.start_run()
        with inside(SLUG):
            made = bill_run.approve(tenant=tenant, run=made, approved_by="bob", now=NOW)
            yield bill_run.issue(tenant=tenant, run=made, now=NOW)


@pytest.fixture
def printed(run, django_db_blocker, monkeypatch):
    """
    That run, without a print file, and without a worker.
    """
    from mains.documents import waiting

    monkeypatch.setattr(print_files.jobs.MAKE_BILL_FILE.__class__, "send", lambda *_a, **_k: None)
    with django_db_blocker.unblock():
        with inside(SLUG):
            for file in waiting.every(kind=print_files.KIND, now=NOW):
                waiting.let_go(name=file.name)
        yield run


def tenant() -> Any:
    from mains.tenancy import queries

    return queries.tenant(SLUG)


def ask(run, now=NOW) -> list[Any]:
    with inside(SLUG):
        return print_files.ask(tenant=tenant(), run_id=run.pk, actor="staff:1", now=now)


def made(run, now=NOW) -> list[Any]:
    """
    Have the worker make what waits, and return the parts.
    """
    with inside(SLUG):
        print_files.take_up_lost(tenant=tenant(), now=now)
        return print_files.of_run(run_id=run.pk, now=now)


def document(part) -> bytes:
    from mains.documents import waiting

    with inside(SLUG):
        return waiting.content(name=part.name)


def index(part) -> list[dict[str, str]]:
    with inside(SLUG):
        content = print_files.index(run_id=part.run_id, name=part.name, actor="staff:1", now=NOW)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def numbers(run) -> dict[str, str]:
    """
    Return the numbers of the run's bills by the way that is sealed with each.
    """
    from mains.billing import queries as billing
    from mains.billing.models import Bill

    with inside(SLUG):
        rows = Bill.objects.filter(run=run)
        return {row.number: billing.facts(bill_id=row.pk)["delivery"] for row in rows}


def test_it_holds_the_bills_on_paper_and_those_both_ways_each_where_the_index_says(printed):
    ask(printed)
    (part,) = made(printed)
    assert part.step is Step.READY
    wanted = {number for number, way in numbers(printed).items() if way in ("PAPER", "BOTH")}
    assert len(wanted) == 3

    rows, pages = index(part), pypdf.PdfReader(io.BytesIO(document(part))).pages
    assert {row["Bill number"] for row in rows} == wanted
    assert [row["Position"] for row in rows] == ["1", "2", "3"]
    assert sum(int(row["Pages"]) for row in rows) == len(pages)
    for row in rows:
        assert row["Bill number"] in pages[int(row["First page"]) - 1].extract_text()
        assert row["Name"]
        assert row["Address"]


def test_it_lies_by_post_code_then_number(printed):
    from mains.billing.rules.post_codes import post_code_of

    ask(printed)
    rows = index(made(printed)[0])
    keys = [(post_code_of(row["Address"]), row["Bill number"]) for row in rows]
    assert keys == sorted(keys)
    assert all(code for code, _number in keys)


def test_asked_twice_there_is_one_and_after_it_ended_the_same_bytes_again(printed):
    first = ask(printed)
    assert ask(printed) == first
    (part,) = made(printed)
    before = document(part)
    assert made(printed) == [part], "nothing is left to do"

    with inside(SLUG):
        assert print_files.end_old(now=LATER) == 1
        assert print_files.of_run(run_id=printed.pk, now=LATER)[0].step is Step.EXPIRED
    ask(printed, now=LATER)
    (again,) = made(printed, now=LATER)
    assert again.name != part.name
    assert document(again) == before


def test_a_lost_workers_part_is_taken_up(printed, monkeypatch):
    from mains.journeys import bill_files

    ask(printed)
    original = bill_files.pdf.kept_pdf

    class Killed(BaseException):
        pass

    def killed(**_given: object) -> bytes:
        raise Killed

    monkeypatch.setattr(bill_files.pdf, "kept_pdf", killed)
    with pytest.raises(Killed):
        made(printed)
    monkeypatch.setattr(bill_files.pdf, "kept_pdf", original)
    assert made(printed)[0].step is Step.WORKING, "another one may be at it"
    later = tenant().now() + timedelta(minutes=4)
    assert made(printed, now=later)[0].step is Step.READY


def test_with_the_store_down_it_has_failed_and_can_be_asked_for_again(printed, monkeypatch):
    from mains.documents import storage

    ask(printed)

    def down(**_given: object) -> None:
        raise storage.StorageDown

    with monkeypatch.context() as patched:
        patched.setattr(print_files.storage, "put_file", down)
        assert made(printed)[0].step is Step.FAILED
    ask(printed)
    assert made(printed)[0].step is Step.READY


def test_many_bills_are_dealt_into_parts(printed, monkeypatch):
    monkeypatch.setattr(print_files, "IN_A_PART", 2)
    ask(printed)
    parts = made(printed)
    assert [(part.part, part.parts, part.count) for part in parts] == [(1, 2, 2), (2, 2, 1)]
    assert [row["First page"] for part in parts for row in index(part)][::2] == ["1", "1"]


def test_what_is_not_issued_or_has_no_paper_is_refused(printed):
    from mains.billing.models import Bill, BillRun

    runs, sealed = BillRun.objects.filter(pk=printed.pk), Bill.objects.filter(run=printed)
    with inside(SLUG):
        runs.update(stage="APPROVED")
        with pytest.raises(print_files.NotIssued):
            ask(printed)
        runs.update(stage="ISSUED")
        sealed.update(state="CANCELLED")
        with pytest.raises(print_files.NothingToPrint):
            ask(printed)
        sealed.update(state="ISSUED")
        assert print_files.of_run(run_id=printed.pk, now=NOW) == []


class TestAtTheDesk:
    def test_staff_ask_for_it_fetch_it_and_that_is_written_down(self, printed):
        desk = console_world.signed_in("olga@alder.example", SLUG)
        place = f"runs/{printed.pk}/print/"
        assert b"Print file" in desk.get(f"runs/{printed.pk}/").content
        assert b"Make the print file" in desk.get(place).content
        desk.post(place)
        assert b"In the works" in desk.get(place).content
        (part,) = made(printed)
        assert b"Index (CSV)" in desk.get(place).content

        assert desk.post(f"{place}{part.name}/").status_code == 302
        assert b"Bill number" in desk.post(f"{place}{part.name}/index.csv").content
        deeds = [world.audited(f"print_file.{deed}") for deed in ("asked", "fetched", "index")]
        assert all(entries[-1].subject == f"bill_run:{printed.pk}" for entries in deeds)
        assert all(entries[-1].actor.startswith("staff:") for entries in deeds)

    def test_a_part_that_is_not_ready_another_runs_or_unknown_is_not_there(self, printed):
        desk = console_world.signed_in("olga@alder.example", SLUG)
        (part,) = ask(printed)
        assert desk.post(f"runs/{printed.pk}/print/{part.name}/").status_code == 404
        made(printed)
        assert desk.post(f"runs/{printed.pk + 1}/print/{part.name}/").status_code == 404
        assert desk.post(f"runs/{printed.pk}/print/unknown/").status_code == 404
        assert desk.post(f"runs/{printed.pk}/print/{part.name}/").status_code == 302
