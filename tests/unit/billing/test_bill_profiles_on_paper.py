"""Each demo utility's bill has what its profile wants: where, and as large as it wants it."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product

import pikepdf
import pypdf
import pytest
from tests.factories.tenant_files import demo_tenant

from mains.bench.pdf import payable
from mains.billing.documents import pdf
from mains.billing.documents.earlier import NOTHING
from mains.billing.documents.layout import layout
from mains.billing.documents.paper import tables
from mains.billing.documents.paper.sheet import Sheet
from mains.billing.documents.speaking import Speaker
from mains.guard import context
from mains.journeys.specimen_bill import specimen
from mains.tenancy.tenantfile.bills import OWN_WORDS, PROFILES, Block

SLUGS = ["aguaviva", "balta", "fiamma", "tavho", "teplo"]
TODAY = date(2026, 11, 29)
EVERY = [
    (slug, company.code, language)
    for slug in SLUGS
    for company in demo_tenant(slug).file.companies
    for language in demo_tenant(slug).file.locale.languages
]


@pytest.fixture(autouse=True)
def served():
    """
    Serve a tenant, whose key signs the short links; no database is asked.
    """
    context.choose("alder")
    yield
    context.choose(None)


def joined(text: str) -> str:
    return "".join(text.split())


class Paper:
    """
    The specimen bill of a company in a language, read back from its PDF.
    """

    def __init__(self, slug: str, company: str, language: str) -> None:
        self.tenant = demo_tenant(slug)
        made = specimen(
            file=self.tenant.file, company=company, language=language, evidence=(), today=TODAY
        )
        # What somebody pays; a specimen has no account to pay to.
        self.facts = payable(made.facts, company=self.tenant.file.company(company))
        self.earlier = made.earlier
        given = {"facts": self.facts, "tenant": self.tenant, "earlier": made.earlier}
        self.words = layout(**given)
        self.content = pdf.render(**given)
        self.pages = pypdf.PdfReader(io.BytesIO(self.content)).pages

    def page_of(self, text: str) -> int:
        """
        Return the first page that says something, or 0.
        """
        wanted = joined(text)
        found = [
            number
            for number, page in enumerate(self.pages, start=1)
            if wanted in joined(page.extract_text())
        ]
        return min(found, default=0)

    def points_of(self, text: str) -> float:
        """
        Return the size in which the first page says something.
        """
        sizes: dict[float, str] = {}

        def visit(part, _matrix, text_matrix, _font, size):
            height = round(size * abs(text_matrix[3] or 1), 1)
            sizes[height] = sizes.get(height, "") + part

        self.pages[0].extract_text(visitor_text=visit)
        return max((one for one, said in sizes.items() if joined(text) in joined(said)), default=0)


read = cache(Paper)


def said_in(paper: Paper, block: Block) -> str:
    """
    Return a text that stands on a bill only if a block does.
    """
    words, facts = paper.words, paper.facts
    rows = {row["key"]: f"{row['label']}{row['text']}" for row in words["details"]["rows"]}
    parts = {part["kind"]: part["text"] for part in words["hero"]["parts"]}
    first: dict[Block, Callable[[], str]] = {
        Block.AMOUNT: lambda: parts["amount"],
        Block.DUE_DATE: lambda: parts["day"],
        Block.PAYMENT: lambda: words["ways"][0]["title"],
        Block.ISSUER: lambda: words["issuer"]["name"],
        Block.CUSTOMER: lambda: words["customer"][0],
        Block.ACCOUNT: lambda: rows["account_number"],
        Block.PERIOD: lambda: rows["period"],
        Block.SUM: lambda: words["sum"]["title"],
        Block.USE: lambda: words["readings"]["rows"][0]["used"],
        Block.SUPPLY_POINT: lambda: rows["supply_point"],
        Block.TARIFF: lambda: facts["contracts"][0]["tariff"],
        Block.CONTRACT_END: lambda: rows["contract_end"],
        Block.HISTORY: lambda: words["history"]["finding"],
        Block.READINGS: lambda: words["readings"]["rows"][0]["how"],
        Block.LINES: lambda: words["lines"]["title"],
        Block.TAXES: lambda: words["vat"]["title"],
        Block.CONTACTS: lambda: words["contacts"]["title"],
    }
    if block in OWN_WORDS:
        return next(one["text"] for one in words["own"] if one["block"] == block)
    return first[block]()


@pytest.mark.parametrize(("slug", "company", "language"), EVERY)
def test_what_the_profile_wants_is_there_on_its_page_and_in_its_size(slug, company, language):
    paper = read(slug, company, language)
    assert paper.tenant.file.bill
    missing = {}
    for wanted in PROFILES[paper.tenant.file.bill.profile].wanted:
        text = said_in(paper, wanted.block)
        page, points = paper.page_of(text), paper.points_of(text) if wanted.points else 0
        if not 1 <= page <= wanted.page or points < wanted.points:
            missing[wanted.block] = (text, page, points)
    assert missing == {}
    assert len(paper.pages) == 2


@pytest.mark.parametrize(("slug", "company", "language"), EVERY)
def test_only_fonts_with_every_letter_of_the_language_are_in_it(slug, company, language):
    paper = read(slug, company, language)
    with pikepdf.open(io.BytesIO(paper.content)) as file:
        fonts = [font for page in file.pages for font in page.Resources.Font.values()]
        assert fonts
        # Whole subsets with a way back to Unicode: nothing depends on the reader's machine.
        assert all("/ToUnicode" in font for font in fonts)
        assert all(
            "/FontFile2" in one.FontDescriptor or "/FontFile3" in one.FontDescriptor
            for font in fonts
            for one in font.DescendantFonts
        )
    # A sign that the font lacks is printed as a question mark.
    said = "".join(page.extract_text() for page in paper.pages)
    assert said.count("?") == str(paper.words["own"]).count("?")


def test_control_a_block_that_is_not_printed_is_not_found():
    paper = read("balta", "balta", "en")
    assert paper.page_of(said_in(paper, Block.DISPUTES)) == 2

    document = paper.tenant.file.bill
    assert document
    without = document.model_copy(update={"leave_out": (Block.DISPUTES,)})
    file = paper.tenant.file.model_copy(update={"bill": without})
    text = said_in(paper, Block.DISPUTES)
    content = pdf.render(facts=paper.facts, tenant=replace(paper.tenant, file=file))
    said = joined(
        "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    )
    assert joined(text) not in said


def test_hungarian_lines_have_net_tax_and_gross_that_add_up():
    paper = read("tavho", "tavho", "hu")
    heads = paper.words["lines"]["head"]
    assert heads[-2:] == ["Áfa összege", "Bruttó"]

    sheet = Sheet(paper.facts, paper.tenant, Speaker("hu", "HUF"), NOTHING)
    taxes = tables._taxes_of_lines(sheet)
    assert sum(taxes.values(), Decimal(0)) == Decimal(paper.facts["tax"])
    assert len(taxes) == len(paper.facts["lines"])


@pytest.mark.parametrize(("slug", "company", "language"), EVERY[::2])
def test_the_bars_never_stand_on_a_page_of_their_own(slug, company, language):
    paper = read(slug, company, language)
    contract = paper.facts["contracts"][0]
    bars, readings = paper.words["history"]["title"], paper.words["readings"]["title"]
    seen = set()
    # Of what a mandate collects nothing has to be paid, so the page has more room.
    for count, collected in product((0, 1, 2, 4, 7), (None, "2026-11-20")):
        more = [contract | {"id": 9 + n, "registers": [], "address": f"{n}"} for n in range(count)]
        lines = [
            line | {"contract": 9 + number, "label": f"{line['label']} {number}"}
            for number, line in enumerate(paper.facts["lines"][:1] * count)
        ]
        facts = {
            **paper.facts,
            "collection_date": collected,
            "contracts": [*paper.facts["contracts"], *more],
            "lines": [*paper.facts["lines"], *lines],
        }
        content = pdf.render(facts=facts, tenant=paper.tenant, earlier=paper.earlier)
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
        (page,) = [number for number, text in enumerate(pages, start=1) if bars in text]
        seen.add(page)
        assert page == 1 or readings in pages[page - 1], count
    assert 1 in seen


@pytest.mark.parametrize(("slug", "company", "language"), EVERY)
def test_what_a_hero_says_more_stands_above_everything_else(slug, company, language):
    paper = read(slug, company, language)
    replaced = {**paper.facts, "number": f"{paper.facts['number'][:-1]}0"}
    facts = {**paper.facts, "kind": "CORRECTION"}
    earlier = replace(paper.earlier, replaced=replaced)
    content = pdf.render(facts=facts, tenant=paper.tenant, earlier=earlier)
    heights: dict[str, float] = {}

    def visit(part, matrix, text_matrix, _font, _size):
        heights.setdefault(joined(part), matrix[3] * text_matrix[5] + matrix[5])

    pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=visit)
    (note,) = layout(facts=facts, tenant=paper.tenant, earlier=earlier)["hero"]["notes"]
    lines = [joined(note)[first:] for first in range(len(joined(note)))]
    # Its last line, however it broke.
    lowest = min(high for part, high in heights.items() if part and part in lines)
    title = heights[joined(paper.words["sum"]["title"])]

    assert lowest > title + 15
