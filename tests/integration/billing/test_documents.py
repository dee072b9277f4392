"""A bill's document says what was sealed, in its language, and is the same bytes every time."""

import copy
import io
import json
import os
import subprocess
import sys
from decimal import Decimal

import pikepdf
import pypdf
import pytest

LANGUAGES = ["en", "es", "hu", "it", "lv", "uk"]
BY_LANGUAGE = {
    "en": "balta",
    "es": "aguaviva",
    "hu": "tavho",
    "it": "fiamma",
    "lv": "balta",
    "uk": "teplo",
}


def utility(name, **options):
    from tests.factories import utilities

    return utilities.billed(name, **options)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def joined(text: str) -> str:
    """
    Return a text without its spaces, because paper breaks lines where a page does not.
    """
    return "".join(text.split())


def on_paper(tenant, facts, **changes) -> tuple[bytes, str]:
    """
    Render facts with changes, and read the text back.
    """
    from mains.billing.documents import pdf

    content = pdf.render(facts={**facts, **changes}, tenant=tenant)
    return content, text_of(content)


@pytest.fixture
def balta(tenant):
    return utility("balta")


@pytest.fixture
def facts(balta):
    from mains.billing import queries

    # The second customer has a mandate only where the provider collects; Balta's first pays itself.
    return next(
        found
        for bill in balta.bills
        if (found := queries.facts(bill_id=bill.pk)) and found["collection_date"] is None
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_amount_number_and_reference_read_as_on_the_portal(tenant, language):
    from mains.billing import queries as billing
    from mains.billing.documents import pdf
    from mains.core.wording import date_text, money_text
    from mains.payments import queries as payments

    made = utility(BY_LANGUAGE[language])
    bill = made.bills[1]
    facts = billing.facts(bill_id=bill.pk) | {"language": language}
    row = payments.bill(bill_id=bill.pk, today=bill.issue_date)

    text = text_of(pdf.render(facts=facts, tenant=made.tenant))

    assert money_text(row.total, language=language) in text
    assert row.number in text
    assert row.reference in text
    assert row.account_number in text
    day = date_text(row.collection_date or row.due_date, language=language)
    assert joined(day) in joined(text)
    for line in facts["lines"]:
        assert line["label"] in text


def test_two_renderings_are_the_same_bytes(balta):
    from mains.billing.documents import pdf

    bill = balta.bills[0]
    one = pdf.pdf(bill_id=bill.pk, tenant=balta.tenant)
    pdf.pdf(bill_id=balta.bills[1].pk, tenant=balta.tenant)
    pdf._press.cache_clear()

    assert pdf.pdf(bill_id=bill.pk, tenant=balta.tenant) == one


def test_another_process_renders_the_same_bytes(balta, facts):
    from hashlib import sha256

    from mains.billing.documents import pdf

    program = (
        "import django, json, sys; django.setup()\n"
        "from hashlib import sha256\n"
        "from mains.billing.documents import pdf\n"
        "from mains.tenancy.queries import TenantInfo\n"
        "from mains.tenancy.tenantfile import parse\n"
        "given = json.load(sys.stdin)\n"
        "file = parse(given['file'], source='test')\n"
        "tenant = TenantInfo(1, file.slug, 'SANDBOX', given['host'], '', 0, 1, file)\n"
        "content = pdf.render(facts=given['facts'], tenant=tenant)\n"
        "print(sha256(content).hexdigest())\n"
    )
    given = {
        "facts": facts,
        "file": balta.tenant.file.model_dump(mode="json", exclude_unset=True),
        "host": balta.tenant.host,
    }
    printed = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C"},
    ).stdout.strip()

    assert printed == sha256(pdf.render(facts=facts, tenant=balta.tenant)).hexdigest()


def test_the_file_is_tagged_archivable_and_accessible(balta, facts):
    pdf, _text = on_paper(balta.tenant, facts)

    with pikepdf.open(io.BytesIO(pdf)) as file:
        root = file.Root
        metadata = file.open_metadata()
        assert bool(root.MarkInfo.Marked)
        assert root.StructTreeRoot.K
        assert str(root.Lang) == facts["language"]
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert facts["number"] in metadata["dc:title"]
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        kinds = _kinds(root.StructTreeRoot)
        assert {"/Table", "/TH", "/TD", "/H1", "/H2", "/Figure"} <= set(kinds)
        assert all(figure.Alt for figure in kinds["/Figure"])
        assert not file.check_pdf_syntax()


def _kinds(element, found=None):
    found = {} if found is None else found
    if isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            found.setdefault(str(element.S), []).append(element)
        if "/K" in element:
            _kinds(element.K, found)
    elif isinstance(element, pikepdf.Array):
        for child in element:
            _kinds(child, found)
    return found


def test_only_fonts_of_the_theme_are_in_it(balta, facts):
    pdf, _text = on_paper(balta.tenant, facts)

    with pikepdf.open(io.BytesIO(pdf)) as file:
        names = {
            str(font.BaseFont).split("+")[-1].split("-")[0]
            for page in file.pages
            for font in page.Resources.Font.values()
        }
    assert names == {"Manrope"}


def test_a_payment_code_stands_only_where_a_transfer_in_euro_is_wanted(balta, facts):
    from mains.billing.documents.layout import layout

    assert layout(facts=facts, tenant=balta.tenant)["ways"][0]["code"]
    for changes in (
        {"currency": "HUF", "total": "84", "net": "70", "tax": "14", "vat": [], "lines": []},
        {"collection_date": "2026-11-20"},
        {"total": "0.00"},
        {"total": "-5.00"},
    ):
        words = layout(facts=facts | changes, tenant=balta.tenant)
        assert all(way["code"] is None for way in words["ways"]), changes


def test_a_bill_under_a_mandate_says_when_it_is_collected(balta, facts):
    _pdf, text = on_paper(balta.tenant, facts, language="en", collection_date="2026-11-20")

    assert joined("will be collected on November 20, 2026") in joined(text)
    assert "Pay by bank transfer" not in text


@pytest.mark.parametrize(
    ("total", "said", "amount"),
    [("0.00", "Nothing to pay", "€0.00"), ("-12.50", "In your favour", "€12.50")],
)
def test_a_bill_of_nothing_or_less_asks_for_no_money(balta, facts, total, said, amount):
    _pdf, text = on_paper(balta.tenant, facts, language="en", total=total)

    assert joined(f"{said} {amount}") in joined(text)
    assert "Pay by bank transfer" not in text
    assert "To pay" not in text


def test_sixty_lines_run_over_pages_under_a_repeated_head(balta, facts):
    line = facts["lines"][0]
    lines = [line | {"label": f"Line number {number}"} for number in range(60)]
    pdf, text = on_paper(balta.tenant, facts, language="en", lines=lines)

    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) >= 3
    assert all(
        f"Line number {number}\n" in text or f"Line number {number} " in text
        for number in range(60)
    )
    assert "What for" in pages[1].extract_text()
    assert "What for" in pages[2].extract_text()
    assert f"Page 3 of {len(pages)}" in text


def test_long_names_stay_whole(balta, facts):
    name = "Dzīvokļu īpašnieku kooperatīvā sabiedrība «Ķekavas novada Valdlauču ciema nams Nr. 14»"
    company = facts["company"] | {
        "name": "Sabiedrība ar ierobežotu atbildību " + "Elektrotīkli " * 6
    }
    _pdf, text = on_paper(
        balta.tenant,
        facts,
        customer={"name": name, "address": "Ļoti gara iela 123–456\nRīga"},
        company=company,
    )

    assert joined(name) in joined(text)


def test_signs_that_no_font_has_are_replaced_and_the_rest_stands(balta, facts):
    customer = {"name": "Nguyễn ნინო 漢 ⓐ \U0001f600", "address": facts["customer"]["address"]}
    _pdf, text = on_paper(balta.tenant, facts, customer=customer)

    assert "Nguyễn ???? ? a ?" in text


def test_names_are_texts_and_never_markup(balta, facts):
    customer = {"name": '#import "x" *bold* $1$ @a <b> \\ `c`', "address": "//"}
    _pdf, text = on_paper(balta.tenant, facts, customer=customer)

    assert customer["name"] in text


def test_facts_that_were_changed_after_issue_make_no_document(balta):
    from mains.billing.documents import pdf
    from mains.billing.models import Bill
    from mains.billing.queries import FactsTampered

    bill = balta.bills[0]
    assert pdf.pdf(bill_id=bill.pk, tenant=balta.tenant)

    changed = json.loads(bill.facts)
    changed["total"] = str(Decimal(changed["total"]) + 1)
    Bill.objects.filter(pk=bill.pk).update(facts=json.dumps(changed))

    with pytest.raises(FactsTampered, match=bill.number):
        pdf.pdf(bill_id=bill.pk, tenant=balta.tenant)


def test_control_without_the_seal_the_changed_facts_would_be_printed(balta, monkeypatch):
    from mains.billing import queries
    from mains.billing.documents import pdf
    from mains.billing.models import Bill

    bill = balta.bills[0]
    changed = copy.deepcopy(json.loads(bill.facts)) | {"number": "FORGED-1"}
    Bill.objects.filter(pk=bill.pk).update(facts=json.dumps(changed))
    monkeypatch.setattr(queries, "_unsealed", lambda rows: json.loads(rows.first().facts))

    assert "FORGED-1" in text_of(pdf.pdf(bill_id=bill.pk, tenant=balta.tenant))


def test_there_is_no_document_of_a_bill_that_is_not_there(balta):
    from mains.billing.documents import pdf

    with pytest.raises(pdf.NoSuchBill):
        pdf.pdf(bill_id=-1, tenant=balta.tenant)
