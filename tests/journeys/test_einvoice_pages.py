"""Customers and staff get bills for machines from the pages and the API."""

import json
from typing import Any

import pytest
from tests.browsers import ClientBrowser
from tests.factories.sdi_notices import notice
from tests.journeys import console_world as world
from tests.journeys.conftest import NOW

from mains.audit.models import Entry
from mains.billing.documents.facts import _identity
from mains.billing.inputs.contracts import holders_of
from mains.billing.models import Bill
from mains.customers.models import Account
from mains.customers.models import Customer as Customer_
from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.einvoices import filing
from mains.einvoices.models import Filing, FilingState
from mains.guard.context import inside
from mains.tenancy import queries

TENANTS = {"balta", "fiamma"}
pytestmark = pytest.mark.usefixtures("demo_tenants")


def customer(slug: str, *, api: bool = False) -> Customer:
    found = Customer(queries.tenant(slug), ClientBrowser(), logins.customer_email(slug))
    found.sign_in_to_api() if api else found.sign_in()
    return found


def bill_of(slug: str, company: str) -> Any:
    return facts.latest_bill(slug=slug, company=company, email=logins.customer_email(slug))


class TestPortal:
    @pytest.mark.seed("S1.11")
    @pytest.mark.parametrize(
        ("kind", "begin"),
        [
            ("json", b"{"),
            ("csv", b"\xef\xbb\xbfbill,"),
            ("ubl", b"<?xml"),
            ("cii", b"<?xml"),
            ("facturx", b"%PDF"),
        ],
    )
    def test_gives_every_format_of_the_company(self, kind, begin):
        anna, bill = customer("balta"), bill_of("balta", "balta")
        address = f'href="/bills/{bill.id}/as/{kind}/"'
        assert address in anna.open(f"/bills/{bill.id}/").body.decode()
        page = anna.open(f"/bills/{bill.id}/as/{kind}/")
        assert page.status == 200
        assert page.body.startswith(begin)

    def test_gives_no_other(self):
        anna, bill = customer("balta"), bill_of("balta", "balta")
        for kind in ("fatturapa", "nav", "verifactu", "nothing"):
            assert anna.open(f"/bills/{bill.id}/as/{kind}/").status == 404

    def test_gives_nothing_to_others(self):
        bill = bill_of("balta", "balta")
        visitor = Customer(queries.tenant("balta"), ClientBrowser())
        assert "/account/login/" in visitor.open(f"/bills/{bill.id}/as/json/").url
        with inside("balta"):
            foreign = Bill.objects.exclude(account_id=bill.account_id).order_by("-pk")[0].pk
        assert customer("balta").open(f"/bills/{foreign}/as/json/").status == 404

    def test_sends_back_where_the_bill_lacks_what_the_format_wants(self):
        anna, bill = customer("balta"), bill_of("balta", "balta")
        with inside("balta"):
            row = Bill.objects.get(pk=bill.id)
            changed = json.loads(row.facts)
            changed["net"] = "1.00"
            from mains.billing.documents.facts import seal

            text, digest = seal(changed)
            Bill.objects.filter(pk=row.pk).update(facts=text, facts_hash=digest)
        try:
            page = anna.open(f"/bills/{bill.id}/as/ubl/")
            assert page.url.endswith(f"/bills/{bill.id}/")
            assert "JSON" in page.text
            assert anna.open(f"/bills/{bill.id}/as/json/").status == 200
        finally:
            with inside("balta"):
                Bill.objects.filter(pk=row.pk).update(facts=row.facts, facts_hash=row.facts_hash)


class TestApi:
    @pytest.mark.seed("S1.11")
    def test_says_which_formats_there_are_and_gives_them(self):
        anna = customer("balta", api=True)
        key = json.loads(anna.call("GET", "/bills").body)["data"][0]["id"]
        bill = json.loads(anna.call("GET", f"/bills/{key}").body)
        assert bill["documents"] == ["json", "csv", "ubl", "cii", "facturx"]
        found = anna.call("GET", f"/bills/{key}/documents/json")
        assert json.loads(found.body)["number"] == bill["number"]
        assert anna.call("GET", f"/bills/{key}/documents/ubl").body.startswith(b"<?xml")

    def test_refuses_others(self):
        anna = customer("balta", api=True)
        key = json.loads(anna.call("GET", "/bills").body)["data"][0]["id"]
        for kind in ("nav", "fatturapa", "nothing"):
            page = anna.call("GET", f"/bills/{key}/documents/{kind}")
            assert page.status == 404
            assert json.loads(page.body)["code"] == "no_such_document"
        assert anna.call("GET", "/bills/bil_999999999/documents/json").status == 404


@pytest.fixture(scope="module")
def olga(demo_tenants) -> world.Desk:
    world.add_staff("olga@fiamma.example", ("fiamma", "BILLING"))
    with inside("fiamma"):
        filing.file_waiting(tenant=queries.tenant("fiamma"), now=NOW)
    return world.signed_in("olga@fiamma.example", "fiamma")


class TestConsole:
    def upload(self, desk: world.Desk, content: bytes) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("n.xml", content, content_type="application/xml")
        return desk.post("einvoices/", {"file": file})

    @pytest.mark.seed("S1.11")
    def test_an_answer_moves_the_file_and_a_rejected_one_goes_again(self, olga):
        with inside("fiamma"):
            one = Filing.objects.filter(state=FilingState.MADE).order_by("-pk")[0]
        assert one.name in olga.get(f"bills/{one.bill_id}/").content.decode()
        assert self.upload(olga, notice("NS", file=one.name)).status_code == 302
        shown = olga.get("einvoices/").content.decode()
        assert "Rejected" in shown
        assert "00417" in shown
        bill = olga.get(f"bills/{one.bill_id}/").content.decode()
        assert "Make the file again" in bill
        olga.post(f"bills/{one.bill_id}/file-again/")
        with inside("fiamma"):
            again = Filing.objects.get(pk=one.pk)
        assert (again.state, again.name != one.name) == (FilingState.MADE, True)
        assert "Make the file again" not in olga.get(f"bills/{one.bill_id}/").content.decode()
        answer = olga.get(f"bills/{one.bill_id}/as/fatturapa/")
        assert answer["Content-Disposition"] == f'attachment; filename="{again.name}"'
        assert b"FatturaElettronica" in answer.content
        # Twice: there is no rejected file any more.
        olga.post(f"bills/{one.bill_id}/file-again/")
        with inside("fiamma"):
            assert Filing.objects.get(pk=one.pk).name == again.name

    def test_what_is_no_answer_is_refused_and_changes_nothing(self, olga):
        with inside("fiamma"):
            before = list(Filing.objects.order_by("pk").values("state", "details"))
            one = Filing.objects.filter(state=FilingState.MADE).order_by("pk")[0]
        for content in (b"no xml", notice("RC", file="IT01234567890_11111.xml")):
            answer = self.upload(olga, content)
            assert answer.status_code == 422
            assert "error" in answer.content.decode()
        assert self.upload(olga, notice("RC", file=one.name)).status_code == 302
        assert self.upload(olga, notice("NS", file=one.name)).status_code == 422
        with inside("fiamma"):
            after = list(Filing.objects.order_by("pk").values("state", "details"))
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1

    def test_a_check_says_whether_all_is_there(self, olga):
        assert "whole" in olga.get("einvoices/", check="1").content.decode()
        with inside("fiamma"):
            gone = Filing.objects.order_by("position")[3]
            gone.delete()
        try:
            assert "was removed" in olga.get("einvoices/", check="1").content.decode()
        finally:
            with inside("fiamma"):
                Filing.objects.bulk_create([gone])

    def test_is_linked_from_the_runs(self, olga):
        assert "/fiamma/einvoices/" in olga.get("runs/").content.decode()


class TestTheRecipientsAddress:
    def place(self) -> tuple[int, str]:
        with inside("fiamma"):
            account = Account.objects.order_by("pk")[3]
        return account.pk, f"customers/{account.pk}/einvoice-address/"

    def stored(self, account_id: int) -> str:
        with inside("fiamma"):
            return Customer_.objects.get(accounts=account_id).einvoice_address

    def test_is_stored_once_and_on_the_next_bill(self, olga):
        account_id, place = self.place()
        assert "einvoice-address/" in olga.get(f"customers/{account_id}/").content.decode()
        for typed, kept in (("abcdef7", "ABCDEF7"), ("a.b@pec.example", "a.b@pec.example")):
            assert olga.post(place, {"address": typed}).status_code == 302
            assert olga.post(place, {"address": typed}).status_code == 302
            assert self.stored(account_id) == kept
        with inside("fiamma"):
            holder = holders_of(account_ids=[account_id], issue_date=NOW.date())[account_id]
            deeds = Entry.objects.filter(action="customer.einvoice_address_set").count()
        assert _identity(holder)["einvoice_address"] == "a.b@pec.example"
        assert deeds == 2
        olga.post(place, {"address": ""})
        assert self.stored(account_id) == ""

    @pytest.mark.parametrize("typed", ["ABCDEF", "ABC 1234", "nobody@", "x" * 300])
    def test_that_is_none_is_refused(self, olga, typed):
        account_id, place = self.place()
        assert olga.post(place, {"address": typed}).status_code == 422
        assert self.stored(account_id) == ""
