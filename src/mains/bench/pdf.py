"""Documents of bills beside weasyprint, which sets the same words from HTML."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from mains.bench.rating import PeerMissing
from mains.bench.result import Result
from mains.bench.stopwatch import measured, peak_mb
from mains.billing.documents import pdf
from mains.billing.documents.layout import layout
from mains.branding.themes import document_fonts, load_theme
from mains.documents.press import logo
from mains.journeys.specimen_bill import Specimen, specimen
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import load

FLOOR, AIM = 6, 10
BILLS, FEWER = 200, 10
SLUGS = ("aguaviva", "balta", "fiamma", "tavho", "teplo")
TODAY = date(2026, 11, 1)
_TENANTS = Path(__file__).resolve().parents[3] / "tenants"
# The same sheet: fonts of the theme, a window for the address, two columns, bars with hatches.
_STYLE = """
@font-face { font-family: theme; src: url("file://%(regular)s"); font-weight: 400; }
@font-face { font-family: theme; src: url("file://%(bold)s"); font-weight: 700; }
@page { size: A4; margin: 14mm 18mm 20mm 20mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 7pt theme; } }
body { font: 9.5pt/1.25 theme; color: #222; } h1, h2, h3 { font-weight: 700; margin: 0 0 2mm; }
h1 { font-size: 24pt; } h2 { font-size: 12pt; margin-top: 5mm; } .two { display: flex; gap: 8mm; }
.two > * { flex: 1; } .hero { background: #eef; border: .75pt solid #99c; border-radius: 5pt;
  padding: 5mm; } .box { border: .75pt solid #99c; border-radius: 5pt; padding: 4mm; }
table { width: 100%%; border-collapse: collapse; } td, th { border-bottom: .5pt solid #999;
  padding: 1.7mm 2mm; text-align: left; font-weight: 400; } .new { break-before: page; }
.bars { display: flex; align-items: flex-end; gap: 1mm; font-size: 7pt; }
.bars div { width: 12mm; border: .5pt solid #222; background: repeating-linear-gradient(45deg,
  #fff 0 2pt, #222 2pt 3pt); } section { break-inside: avoid; }
"""


def measure(**_others: object) -> Result:
    """
    Measure bills of two pages, PDF/A-3a and PDF/UA-1, of the five demo utilities by turns.

    :raises PeerMissing: if weasyprint is not installed.
    """
    ours = list(_bills(BILLS))
    first = [_set(tenant, made) for tenant, made in ours[: len(SLUGS)]]
    with measured() as spent:
        for tenant, made in ours:
            _set(tenant, made)
    peak = peak_mb()
    again = [_set(tenant, made) for tenant, made in ours[: len(SLUGS)]]
    theirs = _peer()
    for tenant, made in ours[: len(SLUGS)]:
        theirs(tenant, made)
    with measured() as other:
        for tenant, made in ours[:: len(ours) // FEWER]:
            theirs(tenant, made)
    rate, peer = BILLS / spent.cpu, FEWER / other.cpu
    return Result(
        name="pdf",
        unit="documents",
        ours=rate,
        yardstick=peer,
        peak_mb=peak,
        detail={
            "floor_ratio": FLOOR,
            "aim_ratio": AIM,
            "passed": rate >= FLOOR * peer and first == again,
            "same_bytes_twice": first == again,
            "ms_per_document": round(1000 * spent.cpu / BILLS, 1),
            "documents_per_second": round(BILLS / spent.wall, 1),
            "kilobytes": round(sum(map(len, first)) / len(first) / 1000, 1),
            "yardstick_is": "weasyprint: the same words from HTML, PDF/UA-1",
        },
    )


def _bills(count: int) -> Iterator[tuple[TenantInfo, Specimen]]:
    """
    Make bills that differ in number and customer, so that none is set twice.
    """
    made = []
    for slug in SLUGS:
        file = load(_TENANTS / f"{slug}.toml")
        tenant = TenantInfo(1, slug, "SANDBOX", f"{slug}.example", "", 0, 1, file)
        one = specimen(
            file=file, company=file.companies[0].code, language=file.locale.languages[0],
            evidence=(), today=TODAY,
        )  # fmt: skip
        # Somebody pays it, so there is a code to scan.
        company = {**one.facts["company"], "iban": file.companies[0].iban}
        made.append((tenant, replace(one, facts={**one.facts, "company": company})))
    for position in range(count):
        tenant, one = made[position % len(made)]
        number = f"{one.facts['number'][:-6]}{position:06d}"
        customer = {**one.facts["customer"], "name": f"Customer {position}"}
        yield tenant, replace(one, facts={**one.facts, "number": number, "customer": customer})


def _set(tenant: TenantInfo, made: Specimen) -> bytes:
    return pdf.render(facts=made.facts, tenant=tenant, earlier=made.earlier)


def _peer() -> Any:
    try:
        html = import_module("weasyprint").HTML
    except (ImportError, OSError) as error:
        raise PeerMissing("weasyprint is not installed. Run `uv sync --group dev`.") from error

    def theirs(tenant: TenantInfo, made: Specimen) -> bytes:
        words = layout(facts=made.facts, tenant=tenant, earlier=made.earlier)
        content: bytes = html(string=_page(words, tenant)).write_pdf(pdf_variant="pdf/ua-1")
        return content

    return theirs


def _page(words: dict[str, Any], tenant: TenantInfo) -> str:
    """
    Return the words of a bill as a page: the same texts, tables, bars, codes and fonts.
    """
    _family, regular, bold = document_fonts(theme=load_theme(name=tenant.file.brand.theme))
    picture = b64encode(logo(tenant.file.brand)).decode()
    address = "<br>".join(map(escape, words["customer"]))
    hero = " ".join(part["text"] for part in words["hero"]["parts"])
    details = [[row["label"], row["text"]] for row in words["details"]["rows"]]
    left = _table("", [], details) + "".join(map(_way, words["ways"]))
    right = "".join(_amounts(words[key]) for key in ("sum", "why") if words[key])
    own = "".join(
        f"<section><h3>{escape(one['title'])}</h3><p>{escape(one['text'])}</p></section>"
        for one in words["own"]
    )
    return (
        f'<!doctype html><html lang="{words["language"]}"><head><meta charset="utf-8">'
        f"<title>{escape(words['title'])}</title>"
        f"<style>{_STYLE % {'regular': regular, 'bold': bold}}</style></head><body>"
        f'<img alt="logo" height="50" src="data:image/png;base64,{picture}">'
        f'<div class="two"><p>{address}</p><div class="hero"><h1>{escape(hero)}</h1></div></div>'
        f'<div class="two"><div>{left}</div><div>{right}</div></div>{_bars(words["history"])}'
        f'<div class="new">{_readings(words["readings"])}</div>{_lines(words["lines"])}'
        + _table(
            words["vat"]["title"],
            words["vat"]["head"],
            [*words["vat"]["rows"], words["vat"]["total"]],
        )
        + own
        + _table(words["glossary"]["title"], [], words["glossary"]["rows"])
        + _table(words["contacts"]["title"], [], words["contacts"]["rows"])
        + "</body></html>"
    )


def _lines(block: dict[str, Any]) -> str:
    return "".join(
        _table(
            group["title"],
            block["head"],
            [[*row[:2], "×", row[2], "=", *row[3:]] for row in group["rows"]],
        )
        for group in block["groups"]
    )


def _amounts(block: dict[str, Any]) -> str:
    rows = [[row["label"], row["amount"]] for row in block["rows"]]
    return _table(block["title"], block["head"], rows)


def _readings(block: dict[str, Any] | None) -> str:
    if block is None:
        return ""
    rows = [
        [row["meter"], row["from"], row["to"], row["how"], row["used"]] for row in block["rows"]
    ]
    return _table(block["title"], block["head"], rows)


def _way(way: dict[str, Any]) -> str:
    picture = ""
    if way["code"]:
        data = b64encode(bytes(way["code"])).decode()
        picture = (
            f'<img width="95" alt="{escape(way["code-alt"])}" '
            f'src="data:image/svg+xml;base64,{data}">'
        )
    return f'<div class="box">{_table(way["title"], [], way["rows"])}{picture}</div>'


def _bars(history: dict[str, Any] | None) -> str:
    if history is None:
        return ""
    bars = "".join(
        f'<div style="height:{18 * float(bar["share"]):.1f}mm">{escape(bar["value"])}</div>'
        for bar in history["bars"]
    )
    return f'<h2>{escape(history["title"])}</h2><div class="bars">{bars}</div>'


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    tops = "".join(f"<th>{escape(word)}</th>" for word in head)
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    top = f"<thead><tr>{tops}</tr></thead>" if head else ""
    return f"<h2>{escape(title)}</h2><table>{top}<tbody>{cells}</tbody></table>"
