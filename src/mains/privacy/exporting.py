"""The archive somebody gets of their data: for programs, for spreadsheets and for reading."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext as _

from mains.audit import queries as audit
from mains.billing.documents import pdf
from mains.billing.models import Bill
from mains.branding.themes import load_theme
from mains.core.money import Money
from mains.core.spreadsheets import harmless
from mains.core.wording import date_text, money_text, short_date_text, text_in
from mains.customers.models import Account
from mains.documents.press import Press, logo, look
from mains.metering import photos
from mains.metering import queries as metering
from mains.notifications import rendering
from mains.notifications.kinds import KINDS
from mains.privacy import erasing, finding, intervals, wording
from mains.privacy.finding import Subject
from mains.privacy.rules.inventory import INVENTORY, Holding
from mains.tenancy.queries import TenantInfo

TEMPLATE = Path(__file__).parent / "typst" / "summary.typ"
MOST_READINGS = 100_000
# In data.json a day a row; as a table a value a row.
INTERVALS = "metering.IntervalDay"

type Row = dict[str, Any]


def archive(*, about: Subject, language: str, tenant: TenantInfo, now: datetime) -> bytes:
    """
    Return a ZIP with everything held about a person.

    `data.json` has it all, `csv/` the same as one table each, `summary.pdf` is for reading,
    `bills/` has the documents, and `photos/` those of meters by the reading's number. Rows come
    from the inventory, so a column that can hold personal data is in it by the same table that
    erases it.
    """
    data = collect(about=about)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=_plain))
        for name, rows in data.items():
            if rows:
                table = rows if name != INTERVALS else intervals.values(rows, zone=tenant.zone)
                file.writestr(f"csv/{name}.csv", _csv(table))
        file.writestr("summary.pdf", _summary(data, language=language, tenant=tenant, now=now))
        for number, document in _documents(about=about, tenant=tenant):
            file.writestr(f"bills/{number}.pdf", document)
        for reading_id in erasing.photographed(about=about):
            file.writestr(f"photos/{reading_id}.jpg", photos.shown(reading_id=reading_id) or b"")
    return made.getvalue()


def collect(*, about: Subject) -> dict[str, list[Row]]:
    """
    Return every table with the person's rows, by the name of what is held.
    """
    data = {
        holding.model: list(
            finding.rows(holding, about=about).values(*holding.columns, *holding.shown)
        )
        for holding in INVENTORY
        if holding.exported
    }
    accounts = list(
        Account.objects.filter(customer__in=about.customer_ids).values_list("pk", flat=True)
    )
    data["metering.Reading"] = [
        {
            "id": row.id, "meter": row.meter, "read_date": row.read_date, "value": row.value,
            "unit": row.unit, "source": row.source, "quality": row.quality,
        }
        for row in metering.readings_of(account_ids=accounts, limit=MOST_READINGS)
    ]  # fmt: skip
    data[INTERVALS] = intervals.days(account_ids=accounts)
    data["audit.AccessEntry"] = [
        {"at": row.at, "purpose": row.purpose, "reason": row.reason, "page": row.page}
        for row in audit.accesses(account_ids=accounts, limit=MOST_READINGS)
    ]
    return data


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, fieldnames=list(row))
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return text.getvalue()


def _cell(value: object) -> str:
    """
    Return a value for a spreadsheet; text that one would run as a formula gets an apostrophe.
    """
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return harmless(value) if isinstance(value, str) else _plain(value)


def _documents(*, about: Subject, tenant: TenantInfo) -> Iterable[tuple[str, bytes]]:
    bills = Bill.objects.given().filter(
        account__customer__in=about.customer_ids, facts_deleted_at=None
    )
    for pk, number in bills.order_by("issue_date", "pk").values_list("pk", "number"):
        yield number.replace("/", "-"), pdf.pdf(bill_id=pk, tenant=tenant)


def _summary(
    data: dict[str, list[Row]], *, language: str, tenant: TenantInfo, now: datetime
) -> bytes:
    brand, today = tenant.file.brand, tenant.date_of(now)
    with translation.override(language):
        words = {
            "title": _("Your data"),
            "brand": brand.name,
            "contacts": [brand.address, brand.support_email, brand.support_phone],
            "lead": _(
                "What %(provider)s held about you on %(day)s. The file data.json beside this one "
                "has everything, the folder csv the same as tables."
            )
            % {"provider": brand.name, "day": date_text(today, language=language)},
            "language": language,
            "day": [today.year, today.month, today.day],
            "page": _("Page {page} of {pages}"),
            "look": look(brand),
            "logo": list(logo(brand)),
            "sections": list(sections(data, language=language, tenant=tenant)),
        }
    return _press(brand.theme).print(words, on=today)


def sections(
    data: dict[str, list[Row]], *, language: str, tenant: TenantInfo
) -> Iterable[dict[str, Any]]:
    """
    Yield what is held by category, each row as pairs of a name and a value for people to read.
    """
    headings: dict[str, list[list[list[str]]]] = {}
    for holding in INVENTORY:
        rows = [
            _entry(holding, row, language=language, tenant=tenant)
            for row in data.get(holding.model, ())[:200]
        ]
        shown = [row for row in rows if row]
        if shown:
            headings.setdefault(wording.category(holding.category), []).extend(shown)
    for heading, entries in headings.items():
        yield {"heading": heading, "entries": entries}


def _entry(holding: Holding, row: Row, *, language: str, tenant: TenantInfo) -> list[list[str]]:
    found = []
    for name in (*holding.columns, *holding.shown):
        label, value = wording.column(name), _said(name, row)
        if isinstance(value, str) and value:
            value = _word(name, value, row, language=language, tenant=tenant)
        if label and value not in (None, "", [], {}):
            found.append([label, _text(value, language=language)])
    return found


def _said(name: str, row: Row) -> object:
    """
    Return a value as it is said: a sum with its currency, the last day instead of the next one.
    """
    value = row[name]
    if name in ("total_minor", "amount_minor"):
        return Money(value, row["currency"])
    if name in ("end_date", "until_date", "period_end") and value is not None:
        return value - timedelta(days=1)
    # Sealed, and printed on the bill beside; its JSON is in data.json.
    return None if name in ("facts", "values", "body", "answers") else value


def _word(name: str, value: str, row: Row, *, language: str, tenant: TenantInfo) -> str:
    """
    Return what a stored code means, in words of the provider where it has its own.
    """
    file = tenant.file
    if name == "language":
        return Locale.parse(value).get_display_name(language) or value
    if name == "service":
        labels = {one.code: one.label for one in file.services}.get(value, {})
        return text_in(labels, language=language, otherwise=value)
    if name == "tariff_code":
        return {one.code: one.name for one in file.tariffs}.get(value, value)
    if name == "kind" and value in KINDS:
        return rendering.subject(kind=value, values=row.get("values") or {}, language=language)
    return wording.coded(name, value)


def _text(value: object, *, language: str) -> str:
    if isinstance(value, Money):
        return money_text(value, language=language)
    if isinstance(value, datetime):
        return short_date_text(value.date(), language=language)
    if isinstance(value, date):
        return short_date_text(value, language=language)
    return _cell(value).lstrip("'")


@lru_cache(maxsize=32)
def _press(theme: str) -> Press:
    return Press(theme=load_theme(name=theme), template=TEMPLATE)
