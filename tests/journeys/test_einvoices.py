"""Bills of the demo tenants for machines: made, filed with tax offices, and checked."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import facturx
import pikepdf
import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connection, transaction
from lxml import etree
from tests.factories.office_schemas import needs_folder, office_errors
from tests.factories.official_rules import broken_rules, schema_errors
from tests.factories.sdi_notices import notice
from tests.journeys.conftest import NOW

from mains.billing.documents.facts import seal
from mains.billing.models import Bill, NumberSeries
from mains.cli import main
from mains.customers.models import Company
from mains.einvoices import documents, filing, queries
from mains.einvoices.models import Filing, FilingKind, FilingState
from mains.einvoices.rules.chain import Fault
from mains.guard.context import inside
from mains.journeys import crediting
from mains.tenancy import queries as tenancy

TENANTS = {"aguaviva", "balta", "fiamma", "tavho"}
OFFICES = {"fiamma": "fatturapa", "tavho": "nav", "aguaviva": "verifactu"}
pytestmark = pytest.mark.usefixtures("demo_tenants")


def filed(slug: str) -> int:
    return filing.file_waiting(tenant=tenancy.tenant(slug), now=NOW)


def company_of(bill_id: int) -> str:
    return Company.objects.get(accounts__bills=bill_id).code


def given(slug: str, bill_id: int, kind: str) -> documents.File:
    return documents.document(
        bill_id=bill_id, kind=kind, company_code=company_of(bill_id), tenant=tenancy.tenant(slug)
    )


@needs_folder
@pytest.mark.seed("S1.11")
@pytest.mark.parametrize(("slug", "office"), OFFICES.items())
def test_every_bill_is_filed_once_and_fits_the_schema(slug, office):
    with inside(slug):
        filed(slug)
        bills = Bill.objects.given().count()
        assert bills
        assert Filing.objects.count() == bills
        assert not Filing.objects.filter(state=FilingState.UNFIT).exists()
        for one in Filing.objects.order_by("-pk")[:60]:
            document = given(slug, one.bill_id, office)
            assert office_errors(document.content, office=office) == []
            assert document.name == one.name
        # Again nothing is filed.
        assert filed(slug) == 0
        assert Filing.objects.count() == bills


@pytest.mark.seed("S1.11")
@pytest.mark.parametrize(
    ("slug", "kind"), [("balta", "ubl"), ("balta", "cii"), ("aguaviva", "ubl")]
)
def test_real_bills_keep_every_rule_of_the_standard(slug, kind):
    with inside(slug):
        for bill in Bill.objects.given().order_by("-pk")[:40]:
            document = given(slug, bill.pk, kind)
            assert schema_errors(document.content) == []
            assert broken_rules(document.content, syntax=kind) == []


@pytest.mark.seed("S1.11")
def test_json_and_csv_say_what_the_bill_says():
    with inside("balta"):
        bill = Bill.objects.given().order_by("-pk")[0]
        total = json.loads(given("balta", bill.pk, "json").content)["total"]
        assert total == json.loads(bill.facts)["total"]
        assert bill.number.encode() in given("balta", bill.pk, "csv").content


@pytest.mark.seed("S1.11")
def test_factur_x_is_read_back_and_stays_accessible():
    with inside("balta"):
        bill = Bill.objects.given().order_by("-pk")[0]
        document = given("balta", bill.pk, "facturx")
        assert document.content == given("balta", bill.pk, "facturx").content
        inner = given("balta", bill.pk, "cii").content
    name, found = facturx.get_xml_from_pdf(document.content)
    assert (name, found) == ("factur-x.xml", inner)
    assert facturx.get_level(etree.fromstring(found)) == "en16931"
    with pikepdf.open(BytesIO(document.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.AF[0].AFRelationship == pikepdf.Name.Alternative
        told = pdf.Root.Metadata.read_bytes()
        assert not pdf.check_pdf_syntax()
    meta = etree.fromstring(told)
    for path, text in (
        ("{http://www.aiim.org/pdfa/ns/id/}part", "3"),
        ("{http://www.aiim.org/pdfua/ns/id/}part", "1"),
        ("{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}DocumentFileName", "factur-x.xml"),
        ("{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}ConformanceLevel", "EN 16931"),
    ):
        assert meta.findtext(f".//{path}") == text
    # One list of extension schemas, which PDF/A wants, with those that were there.
    assert len(list(meta.iter("{http://www.aiim.org/pdfa/ns/extension/}schemas"))) == 1
    assert "http://www.aiim.org/pdfua/ns/id/" in told.decode()


class TestChain:
    @pytest.fixture(autouse=True)
    def kept(self):
        with inside("aguaviva"):
            filed("aguaviva")
            before = list(Filing.objects.all())
            yield
            Filing.objects.all().delete()
            Filing.objects.bulk_create(before)

    def faults(self) -> set[Fault]:
        (checked,) = queries.check()
        return {one.fault for one in checked.findings}

    @pytest.mark.seed("S1.11")
    def test_is_whole_and_in_order(self):
        assert self.faults() == set()
        chain = list(Filing.objects.order_by("position"))
        assert [one.position for one in chain] == list(range(1, len(chain) + 1))
        assert [one.previous_hash for one in chain] == ["", *(one.hash for one in chain[:-1])]

    @pytest.mark.seed("S1.11")
    def test_misses_a_record_in_the_middle(self):
        Filing.objects.get(position=7).delete()
        (checked,) = queries.check()
        assert [(one.position, one.fault) for one in checked.findings] == [
            (7, Fault.REMOVED),
            (8, Fault.BROKEN),
        ]

    def test_misses_the_last_record_and_the_first(self):
        Filing.objects.order_by("-position")[0].delete()
        assert self.faults() == {Fault.REMOVED}
        Filing.objects.get(position=1).delete()
        assert self.faults() == {Fault.REMOVED, Fault.BROKEN}

    def test_finds_a_changed_record_and_a_changed_bill(self):
        Filing.objects.filter(position=5).update(hash="0" * 64)
        assert self.faults() == {Fault.CHANGED, Fault.BROKEN}
        one = Filing.objects.get(position=9)
        bill = Bill.objects.get(pk=one.bill_id)
        Bill.objects.filter(pk=bill.pk).update(facts=bill.facts.replace('"total":"', '"total":"1'))
        try:
            found = {finding.position for finding in queries.check()[0].findings}
        finally:
            Bill.objects.filter(pk=bill.pk).update(facts=bill.facts)
        assert 9 in found

    def test_finds_two_that_changed_places(self):
        one, other = Filing.objects.get(position=3), Filing.objects.get(position=4)
        Filing.objects.filter(pk=one.pk).update(position=999_999)
        Filing.objects.filter(pk=other.pk).update(position=3)
        Filing.objects.filter(pk=one.pk).update(position=4)
        assert Fault.BROKEN in self.faults()

    def test_goes_on_after_the_last_position_that_was_given(self):
        last = Filing.objects.order_by("-position")[0]
        last.delete()
        filed("aguaviva")
        again = Filing.objects.get(bill=last.bill_id)
        assert again.position == (last.position or 0) + 1
        assert self.faults() == {Fault.REMOVED}


class TestFiling:
    @pytest.fixture(autouse=True)
    def nothing_filed(self):
        """
        Begin with nothing filed, and leave nothing behind.
        """
        with inside("aguaviva"):
            Filing.objects.all().delete()
            NumberSeries.objects.filter(code="VERIFACTU").delete()
            yield
            Filing.objects.all().delete()
            NumberSeries.objects.filter(code="VERIFACTU").delete()

    def office(self, **changes) -> filing.Office:
        (office,) = filing.offices_of(tenancy.tenant("aguaviva").file.companies[0].einvoices)
        return replace(office, **changes)

    def chunk(self, office: filing.Office) -> int:
        return filing.file_chunk(
            tenant=tenancy.tenant("aguaviva"), code="aguaviva", office=office, now=NOW
        )

    def test_goes_on_where_it_was_interrupted(self, monkeypatch):
        monkeypatch.setattr(filing, "CHUNK", 7)
        assert self.chunk(self.office()) == self.chunk(self.office()) == 7
        made = filing._Chunk.filed

        def breaks(chunk, bill):
            if chunk.next == 17:
                raise RuntimeError
            return made(chunk, bill)

        monkeypatch.setattr(filing._Chunk, "filed", breaks)
        with pytest.raises(RuntimeError):
            self.chunk(self.office())
        assert Filing.objects.count() == 14
        monkeypatch.setattr(filing._Chunk, "filed", made)
        assert filed("aguaviva") == Bill.objects.given().count() - 14
        assert [one.findings for one in queries.check()] == [()]

    def test_every_minute_only_new_bills_are_looked_at_and_at_night_all(self, monkeypatch):
        tenant = tenancy.tenant("aguaviva")
        filed("aguaviva")
        old = Filing.objects.order_by("bill_id")[0]
        old.delete()
        monkeypatch.setattr(filing, "LATE", 5)
        assert filing.file_waiting(tenant=tenant, now=NOW, is_thorough=False) == 0
        new = Filing.objects.order_by("-bill_id")[1]
        new.delete()
        assert filing.file_waiting(tenant=tenant, now=NOW, is_thorough=False) == 1
        assert filing.file_waiting(tenant=tenant, now=NOW) == 1
        assert Filing.objects.filter(bill__in=[old.bill_id, new.bill_id]).count() == 2

    def test_leaves_what_was_issued_before(self):
        days = sorted(set(Bill.objects.given().values_list("issue_date", flat=True)))
        while self.chunk(self.office(since=days[-1])):
            pass
        assert set(Filing.objects.values_list("bill__issue_date", flat=True)) == {days[-1]}

    def test_of_a_company_without_offices_is_nothing(self):
        assert filing.offices_of(None) == []
        assert filing.offices_of(tenancy.tenant("balta").file.companies[0].einvoices) == []

    def test_notes_what_a_bill_lacks_and_gives_it_no_position(self):
        bill = Bill.objects.given().order_by("pk")[2]
        old = json.loads(bill.facts)
        del old["seller"]
        text, digest = seal(old)
        Bill.objects.filter(pk=bill.pk).update(facts=text, facts_hash=digest)
        try:
            filed("aguaviva")
        finally:
            Bill.objects.filter(pk=bill.pk).update(facts=bill.facts, facts_hash=bill.facts_hash)
        one = Filing.objects.get(bill=bill.pk)
        assert (one.state, one.position) == (FilingState.UNFIT, None)
        assert one.details["reason"] == "facts_too_old"
        assert [each.bill_id for each in queries.needing_attention(limit=5)] == [bill.pk]
        assert [one.findings for one in queries.check()] == [()]
        assert "verifactu" not in documents.kinds_of(
            bill_id=bill.pk,
            facts=json.loads(bill.facts),
            company_code="aguaviva",
            tenant=tenancy.tenant("aguaviva"),
        )

    def test_two_workers_file_each_bill_once(self):
        def work() -> int:
            with inside("aguaviva"):
                try:
                    return filed("aguaviva")
                finally:
                    connection.close()

        with ThreadPoolExecutor(2) as workers:
            found = [one.result() for one in [workers.submit(work), workers.submit(work)]]
        assert sum(found) == Filing.objects.count() == Bill.objects.given().count()
        assert [one.findings for one in queries.check()] == [()]


@needs_folder
@pytest.mark.seed("S1.11")
@pytest.mark.parametrize(
    ("slug", "office", "kind"),
    [
        ("fiamma", "fatturapa", b"TD04"),
        ("tavho", "nav", b"originalInvoiceNumber"),
        ("aguaviva", "verifactu", b"IDFacturaRectificada"),
    ],
)
def test_a_credit_note_is_filed_after_its_bill(slug, office, kind):
    with inside(slug):
        filed(slug)
        tenant = tenancy.tenant(slug)
        bill = Bill.objects.charging().order_by("-pk")[0]
        note = crediting.credit(
            tenant=tenant, bill_id=bill.pk, reason="wrong", credited_by="staff:1",
            actor="staff:1", now=NOW,
        )  # fmt: skip
        assert filed(slug) == 1
        before, after = Filing.objects.get(bill=bill.pk), Filing.objects.get(bill=note)
        assert (before.position or 0) < (after.position or 0)
        document = given(slug, note, office)
        assert kind in document.content
        assert office_errors(document.content, office=office) == []


@pytest.mark.seed("S1.11")
def test_a_credit_note_keeps_the_rules_of_the_standard():
    with inside("balta"):
        bill = Bill.objects.charging().order_by("-pk")[1]
        note = crediting.credit(
            tenant=tenancy.tenant("balta"), bill_id=bill.pk, reason="wrong",
            credited_by="staff:1", actor="staff:1", now=NOW,
        )  # fmt: skip
        for kind in ("ubl", "cii"):
            document = given("balta", note, kind)
            assert bill.number.encode() in document.content
            assert schema_errors(document.content) == []
            assert broken_rules(document.content, syntax=kind) == []


class TestCommands:
    def run(self, *arguments: str):
        return CliRunner().invoke(main, ["einvoices", *arguments])

    def test_file_and_check(self):
        assert self.run("file", "--tenant", "tavho").exit_code == 0
        with inside("tavho"):
            assert Filing.objects.count() == Bill.objects.given().count()
        assert json.loads(self.run("file", "--tenant", "tavho", "--json").stdout) == {"filed": 0}
        assert "whole" in self.run("check", "--tenant", "tavho").stdout
        with inside("tavho"):
            gone = Filing.objects.order_by("position")[2]
            gone.delete()
        try:
            found = self.run("check", "--tenant", "tavho", "--json")
        finally:
            with inside("tavho"):
                Filing.objects.bulk_create([gone])
        assert found.exit_code == 1
        (row,) = json.loads(found.stdout)
        assert row["problems"] == [{"position": 3, "kind": "removed", "bill": ""}]

    def test_an_answer_to_nothing_exits_with_4(self, tmp_path):
        path = tmp_path / "n.xml"
        path.write_bytes(notice("NS", file="x"))
        assert self.run("answer", str(path), "--tenant", "fiamma").exit_code == 4
        assert self.run("check", "--tenant", "nobody").exit_code != 0


def test_two_filings_of_a_bill_cannot_be():
    with inside("tavho"):
        filed("tavho")
        one = Filing.objects.order_by("pk")[0]
        one.pk, one.position = None, 999_999
        with pytest.raises(IntegrityError, match="filing_once"), transaction.atomic():
            one.save(force_insert=True)


def test_what_was_tampered_with_is_not_filed():
    with inside("tavho"):
        filed("tavho")
        one = Filing.objects.order_by("-position")[0]
        bill = Bill.objects.get(pk=one.bill_id)
        one.delete()
        Bill.objects.filter(pk=bill.pk).update(facts=bill.facts.replace(bill.number, "X1"))
        try:
            filed("tavho")
            again = Filing.objects.get(bill=bill.pk)
        finally:
            Bill.objects.filter(pk=bill.pk).update(facts=bill.facts)
            Filing.objects.filter(bill=bill.pk).delete()
        assert (again.state, again.position, again.details["reason"]) == (
            FilingState.UNFIT, None, "facts_tampered",
        )  # fmt: skip


def test_kinds_are_those_of_the_company():
    with inside("balta"):
        bill = Bill.objects.given().order_by("-pk")[0]
        with pytest.raises(documents.NoSuchDocument):
            given("balta", bill.pk, "fatturapa")
        assert FilingKind.FATTURAPA not in Filing.objects.values_list("kind", flat=True)
        with pytest.raises(documents.NoSuchDocument):
            given("balta", bill.pk, "../etc")
