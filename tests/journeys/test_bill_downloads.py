"""Many bills as one file: asked for, checked, made by a worker whatever befalls it, fetched."""

import io
import os
import re
import signal
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import openpyxl
import pypdf
import pytest
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.logins import messages
from tests.journeys.personal_data.world import browser_of, holder, tenant_of

from mains.guard.context import inside
from mains.journeys import bill_downloads, bill_files
from mains.journeys.bill_downloads import Format, Step

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS, SLUG = {"balta"}, "balta"
ROOT = Path(__file__).resolve().parents[2]
WHOLE_YEAR = {"first": "2025-11-15", "last": "2026-12-31"}
_COUNT = count()
_KILLED = """
import os, signal, sys
import django
django.setup()
from mains.billing.documents import pdf
from mains.guard.context import inside
from mains.journeys import bill_downloads
from mains.tenancy import queries
made, original = 0, pdf.kept_pdf
def counted(**given):
    global made
    made += 1
    if made > int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return original(**given)
pdf.kept_pdf = counted
with inside("balta"):
    tenant = queries.current_tenant()
    bill_downloads.work_on(tenant=tenant, name=sys.argv[1], now=tenant.now())
"""


@pytest.fixture(autouse=True)
def at_work(monkeypatch):
    """
    Leave what is asked for to the test, which has the worker take it up.
    """
    monkeypatch.setattr(
        bill_downloads.jobs.MAKE_BILL_FILE.__class__, "send", lambda *_a, **_k: None
    )


@pytest.fixture
def person():
    return holder(f"downloads{next(_COUNT)}@example.org")


def bills_of(account) -> list[str]:
    from mains.billing.models import Bill

    with inside(SLUG):
        rows = Bill.objects.given().filter(account=account).order_by("number")
        return list(rows.values_list("number", flat=True))


def ask(user, account, *, file_format=Format.ZIP, title="Bills 2026") -> str:
    with inside(SLUG):
        rows = bill_downloads.found(
            account_ids=[account.pk], first=date(2020, 1, 1), last=date(2030, 1, 1),
            today=NOW.date(),
        )  # fmt: skip
        return bill_downloads.ask(
            rows=rows, title=title, file_format=file_format, user_id=user.pk, language="en",
            now=NOW,
        )  # fmt: skip


def work(name: str, *, now=NOW) -> None:
    with inside(SLUG):
        bill_downloads.work_on(tenant=tenant_of(), name=name, now=now)


def state(user, name: str, *, now=NOW):
    with inside(SLUG):
        return bill_downloads.one(name=name, user_id=user.pk, now=now)


@pytest.mark.seed("S1.12", "S1.13", "S1.15", "S1.17", "S1.18")
def test_bills_are_chosen_made_and_fetched(person):
    user, account = person
    numbers = bills_of(account)
    browser = browser_of(user)
    page = browser.post("/bills/downloads/new/", title="", show="1", by="all", number="",
                        file_format="zip", **WHOLE_YEAR)  # fmt: skip
    ids = re.findall(r'name="bill" value="(\d+)" checked', page.content.decode())
    assert len(ids) == len(numbers)

    one = browser.post("/bills/downloads/new/", title="Two bills", marked="1", by="all", number="",
                       file_format="zip", bill=ids[:2], **WHOLE_YEAR)  # fmt: skip
    place = one.request["PATH_INFO"]
    name = place.split("/")[-2]
    assert "0 of 2 bills" in one.content.decode()
    assert browser.get(f"{place}file").status_code == 404

    work(name)

    assert "Ready" in browser.get("/bills/downloads/").content.decode()
    answer = browser.get(f"{place}file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Two bills.zip"'
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    documents = sorted(one for one in archive.namelist() if one.endswith(".pdf"))
    assert documents == sorted(f"{number}.pdf" for number in bills_by_id(ids[:2]))
    for document in documents:
        text = pypdf.PdfReader(io.BytesIO(archive.read(document))).pages[0].extract_text()
        assert document.removesuffix(".pdf") in text
    assert openpyxl.load_workbook(io.BytesIO(archive.read("list.xlsx"))).active.max_row == 3


def bills_by_id(ids) -> list[str]:
    from mains.billing.models import Bill

    with inside(SLUG):
        return list(Bill.objects.filter(pk__in=ids).values_list("number", flat=True))


@pytest.mark.seed("S1.17")
def test_the_message_has_no_data_and_opens_nothing_by_itself(person):
    user, account = person
    work(ask(user, account))

    (message,) = [
        one for one in messages("bills-ready", schema_name=SLUG) if one.recipient == user.email
    ]
    assert set(message.values) == {"url", "days"}
    assert message.values["url"].endswith("/bills/downloads/")


@pytest.mark.seed("S1.16")
def test_the_list_is_a_sheet_whose_cells_run_nothing(person):
    from mains.customers.models import Company

    user, account = person
    with inside(SLUG):
        Company.objects.update(name="=cmd|' /C calc'!A0")
    try:
        answer = browser_of(user).post(
            "/bills/downloads/new/", title="List", list="1", all="1", by="all", number="",
            file_format="zip", **WHOLE_YEAR,
        )  # fmt: skip
    finally:
        with inside(SLUG):
            Company.objects.update(name="SIA Balta Elektrība")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == sorted(bills_of(account))
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert rows[1][2] == "=cmd|' /C calc'!A0"
    assert isinstance(rows[1][8], int | float)
    assert rows[1][6].year == 2026


@pytest.mark.seed("S1.14")
@pytest.mark.parametrize("by", ["account", "tax_id"])
def test_a_number_finds_bills_of_own_accounts_only(person, by):
    from mains.customers.models import Account

    user, account = person
    with inside(SLUG):
        other = Account.objects.select_related("customer").exclude(pk=account.pk).first()
        for one, tax in ((account, "LV-1234 5"), (other, "LV99999")):
            customer = one.customer
            customer.tax_id = tax
            customer.save()
    own = account.number if by == "account" else "lv12345"
    foreign = other.number if by == "account" else "LV99999"
    given = {"title": "x", "show": "1", "by": by, "file_format": "zip", **WHOLE_YEAR}
    browser = browser_of(user)

    page = browser.post("/bills/downloads/new/", number=own, **given).content.decode()
    assert len(re.findall(r'name="bill" value', page)) == len(bills_of(account))
    page = browser.post("/bills/downloads/new/", number=foreign, **given).content.decode()
    assert "None of your accounts has this number." in page
    assert 'name="bill" value' not in page


@pytest.mark.seed("S1.15")
def test_a_bill_of_somebody_else_that_is_sent_along_is_left_out(person):
    from mains.billing.models import Bill

    user, account = person
    with inside(SLUG):
        foreign = Bill.objects.given().exclude(account=account).first()
    page = browser_of(user).post(
        "/bills/downloads/new/", title="x", marked="1", by="all", number="", file_format="zip",
        bill=[str(foreign.pk)], **WHOLE_YEAR,
    )  # fmt: skip
    assert "No bill is marked." in page.content.decode()
    with inside(SLUG):
        assert bill_downloads.of_login(user_id=user.pk, now=NOW) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Give the file a name."),
        ({"first": ""}, "Choose the first day of the period."),
        ({"first": "2026-02-30"}, "This is no day of the calendar."),
        ({"last": "2020-01-01"}, "The last day is before the first one."),
        ({"by": "account"}, "Type the number whose bills you want."),
    ],
)
@pytest.mark.seed("S1.13")
def test_what_is_lacking_is_said(person, changes, said):
    given = {"title": "x", "all": "1", "by": "all", "number": "", "file_format": "zip",
             **WHOLE_YEAR, **changes}  # fmt: skip
    page = browser_of(person[0]).post("/bills/downloads/new/", **given)
    assert page.status_code == 422
    assert said in page.content.decode()


@pytest.mark.seed("S1.13")
@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("../../etc/passwd", "etc passwd"),
        ('a"b\r\nSet-Cookie: x=1', "a b Set-Cookie x 1"),
        ("Rēķini 2026", "Rēķini 2026"),
        ("\x00...", "bills"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_name_leads_nowhere_and_adds_no_header(title, kept):
    assert bill_downloads.plain_name(title) == kept


def test_one_document_has_the_pages_of_all(person):
    user, account = person
    name = ask(user, account, file_format=Format.PDF)
    work(name)
    with inside(SLUG):
        from mains.documents import waiting

        content = waiting.content(name=name)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    for number in bills_of(account):
        assert number in text


def test_another_login_gets_nothing(person):
    user, account = person
    name = ask(user, account)
    work(name)
    stranger, _account = holder("stranger-downloads@example.org", position=3)
    browser = browser_of(stranger)
    assert browser.get(f"/bills/downloads/{name}/").status_code == 404
    assert browser.get(f"/bills/downloads/{name}/file").status_code == 404
    assert name not in browser.get("/bills/downloads/").content.decode()


def test_whoever_lost_an_account_cannot_fetch_its_bills_any_more(person):
    from mains.enrolment.models import AccountLink

    user, account = person
    name = ask(user, account)
    work(name)
    browser = browser_of(user)
    assert browser.get(f"/bills/downloads/{name}/file").status_code == 200
    with inside(SLUG):
        AccountLink.objects.filter(user_id=user.pk).update(ended_at=NOW)
    page = browser.get(f"/bills/downloads/{name}/file")
    assert "an account that you no longer see" in page.content.decode()


class TestOnceAgainLateOrNever:
    def test_made_twice_is_made_once(self, person, monkeypatch):
        user, account = person
        name = ask(user, account)
        work(name)
        first = state(user, name)
        monkeypatch.setattr(bill_files.pdf, "kept_pdf", lambda **_given: 1 / 0)
        work(name)
        assert state(user, name) == first
        assert len([one for one in messages("bills-ready", schema_name=SLUG)
                    if one.recipient == user.email]) == 1  # fmt: skip

    def test_a_lost_message_is_taken_up(self, person):
        user, account = person
        name = ask(user, account)
        with inside(SLUG):
            bill_downloads.take_up_lost(tenant=tenant_of(), now=NOW)
        assert state(user, name).step is Step.READY

    def test_a_worker_that_is_at_it_is_left_alone(self, person):
        from mains.documents import waiting

        user, account = person
        name = ask(user, account)
        with inside(SLUG):
            file = waiting.find(name=name, kind=bill_downloads.KIND, now=NOW)
            note = {**file.note, "step": "WORKING", "at": NOW.isoformat()}
            assert waiting.note(name=name, was=file.note, becomes=note)
        work(name, now=NOW + timedelta(minutes=1))
        assert state(user, name).step is Step.WORKING
        work(name, now=NOW + timedelta(minutes=10))
        assert state(user, name).step is Step.READY

    def test_after_its_days_it_can_be_made_again(self, person):
        user, account = person
        name = ask(user, account)
        work(name)
        later = NOW + timedelta(days=15)
        assert state(user, name, now=later).step is Step.EXPIRED
        with inside(SLUG):
            assert bill_downloads.end_old(now=later) >= 1
            assert bill_downloads.end_old(now=later) == 0
            with pytest.raises(bill_downloads.NoSuchDownload):
                bill_downloads.link(name=name, user_id=user.pk, now=later, seconds=60)
            bill_downloads.ask_again(name=name, user_id=user.pk, now=later)
        assert state(user, name, now=later).step is Step.WAITING
        move_clock(SLUG, later)
        work(name, now=later)
        move_clock(SLUG, NOW)
        assert state(user, name, now=later).step is Step.READY

    def test_asked_again_while_it_is_there_changes_nothing(self, person):
        user, account = person
        name = ask(user, account)
        work(name)
        with inside(SLUG):
            bill_downloads.ask_again(name=name, user_id=user.pk, now=NOW)
        assert state(user, name).step is Step.READY

    def test_with_the_store_down_it_says_so_and_is_made_later(self, person, monkeypatch):
        from mains.documents import storage

        def down(**given):
            raise storage.StorageDown(given["name"])

        user, account = person
        name = ask(user, account)
        with monkeypatch.context() as broken:
            broken.setattr(storage, "put_file", down)
            work(name)
        assert state(user, name).step is Step.FAILED
        browser = browser_of(user)
        page = browser.post(f"/bills/downloads/{name}/again/")
        assert "of" in page.content.decode()
        work(name)
        assert state(user, name).step is Step.READY


def test_a_killed_worker_sets_nothing_twice(person, monkeypatch):
    from mains.documents.models import StoredFile

    user, account = person
    with inside(SLUG):
        StoredFile.objects.filter(kind="bill").delete()
    name = ask(user, account)
    wanted = state(user, name).count
    assert wanted >= 4
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, name, "3"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-1000:]
    with inside(SLUG):
        assert StoredFile.objects.filter(kind="bill").count() == 3
    assert state(user, name).step is Step.WORKING

    made = []
    original = bill_files.pdf._made
    monkeypatch.setattr(
        bill_files.pdf, "_made", lambda *given: made.append(given) or original(*given)
    )
    later = NOW + timedelta(minutes=10)
    move_clock(SLUG, NOW)
    with inside(SLUG):
        bill_downloads.take_up_lost(tenant=tenant_of(), now=later)
    assert state(user, name).step is Step.READY
    assert len(made) == wanted - 3


def test_more_than_one_file_holds_is_refused(person, monkeypatch):
    user, account = person
    monkeypatch.setattr(bill_downloads, "MOST_BILLS", 2)
    page = browser_of(user).post(
        "/bills/downloads/new/", title="x", all="1", by="all", number="", file_format="zip",
        **WHOLE_YEAR,
    )  # fmt: skip
    assert "Choose a shorter period." in page.content.decode()
    monkeypatch.setattr(bill_downloads, "MOST_BILLS", 10_000)
    monkeypatch.setattr(bill_downloads, "MOST_MERGED", 2)
    with pytest.raises(bill_downloads.TooMany):
        ask(user, account, file_format=Format.PDF)
