"""What letters about accounts have in common, and their press."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mains.branding.themes import load_theme
from mains.customers.models import Account
from mains.documents.press import Press, logo, look
from mains.tenancy.queries import TenantInfo

TEMPLATE = Path(__file__).parent / "typst" / "letter.typ"
type Row = tuple[Sequence[Sequence[str]], bool]


def letter(*, account: Account, heading: str, **parts: Any) -> dict[str, Any]:
    """
    Return the words of a letter to who holds an account.

    `parts` are `facts`, `verdict`, `notes`, `tables` and `proof`, as far as there are any.
    """
    company = account.company
    return {
        "heading": heading,
        "sender": f"{company.name} · {company.address}",
        "customer": [account.customer.name, *account.postal_address.split("\n")],
        "foot": f"{company.name} · {company.address} · {company.tax_id}",
        "facts": [],
        "verdict": "",
        "notes": [],
        "tables": [],
        "proof": None,
        **parts,
    }


def table(
    *, title: str, head: Sequence[str], texts: int, columns: Sequence[str], rows: Sequence[Row]
) -> dict[str, Any]:
    """
    Return a table of a letter; the first `texts` columns are words, the others amounts.

    A cell is a text, or a text with a quieter one below; `columns` are widths, or `auto`.
    """
    return {
        "title": title,
        "head": list(head),
        "texts": texts,
        "columns": list(columns),
        "rows": [
            {"cells": [list(cell) for cell in cells], "strong": strong} for cells, strong in rows
        ],
    }


def printed(
    letters: Sequence[dict[str, Any]],
    *,
    title: str,
    author: str,
    tenant: TenantInfo,
    language: str,
    day: date,
) -> bytes:
    """
    Return letters as one PDF/A-3a and PDF/UA-1, each beginning on a page of its own.
    """
    brand = tenant.file.brand
    words = {
        "title": title,
        "author": author,
        "language": language,
        "day": [day.year, day.month, day.day],
        "brand": brand.name,
        "contacts": [brand.support_phone, brand.support_email],
        "page": _("Page {page} of {pages}"),
        "letters": list(letters),
        "look": look(brand),
        "logo": list(logo(brand)),
    }
    return _press(brand.theme).print(words, on=day)


@lru_cache(maxsize=32)
def _press(theme: str) -> Press:
    return Press(theme=load_theme(name=theme), template=TEMPLATE)
