"""Texts of sealed facts (amounts, numbers, ISO dates) in a person's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.core.money import Money, exponent_of
from mains.core.wording import (
    bare_price_text,
    date_text,
    money_text,
    number_text,
    short_date_text,
    unit_text,
)
from mains.tariffs.rules.kinds.sums import PERCENT, SUM


@dataclass(frozen=True, slots=True)
class Speaker:
    """
    Says what facts hold in one language; amounts are in major units of one currency.
    """

    language: str
    currency: str

    def money(self, text: str | Decimal) -> Money:
        """
        Return an amount of the facts as money.
        """
        return Money.round_from(Decimal(text), self.currency)

    def amount(self, text: str | Decimal) -> str:
        """
        Say an amount with its currency, as the portal does.
        """
        return money_text(self.money(text), language=self.language)

    def bare_amount(self, text: str) -> str:
        """
        Say an amount without its currency, with all the decimals it was billed with.
        """
        places = max(exponent_of(self.currency), -int(Decimal(text).as_tuple().exponent))
        return number_text(Decimal(text), language=self.language, decimals=places)

    def number(self, text: str) -> str:
        """
        Say a quantity; a dash where there is none.
        """
        return number_text(Decimal(text), language=self.language) if text else "–"

    def unit(self, code: str) -> str:
        """
        Say a unit of measure.
        """
        return unit_text(code, language=self.language)

    def quantity_of(self, line: Mapping[str, Any]) -> str:
        """
        Say what a line of the facts is for: how much, in its unit; of a share, of how much money.
        """
        if line["unit"] in {PERCENT, SUM}:
            return self.amount(line["quantity"]) if line["unit"] == PERCENT else ""
        quantity = Decimal(line["quantity"])
        # A part of a month is spoken of in the plural.
        count = int(quantity) if quantity == int(quantity) else 2
        names = {
            "month": ngettext("month", "months", count),
            "period": _("billing period"),
            "day": ngettext("day", "days", count),
            "year": ngettext("day", "days", count),
        }
        name = names.get(line["unit"], self.unit(line["unit"]))
        return f"{self.number(line['quantity'])} {name}".strip()

    def price_of(self, line: Mapping[str, Any]) -> str:
        """
        Say the price of a line of the facts, with the part of a year that it is charged for.
        """
        if line["unit"] in {PERCENT, SUM}:
            return f"{self.number(line['unit_price'])} %" if line["unit"] == PERCENT else ""
        price = bare_price_text(
            Decimal(line["unit_price"]), currency=self.currency, language=self.language
        )
        if line["divisor"] != "1":
            return f"{price} × {self.number(line['times'])}/{self.number(line['divisor'])}"
        return price if line["times"] == "1" else f"{price} × {self.number(line['times'])}"

    def label_of(self, line: Mapping[str, Any]) -> str:
        """
        Say what a line of the facts is for, with its days where its price changed in the period.
        """
        if "days" not in line:
            return str(line["label"])
        return f"{line['label']}, {self.period(*line['days'])}"

    def day(self, iso: str) -> str:
        """
        Say a date in words.
        """
        return date_text(date.fromisoformat(iso), language=self.language)

    def short_day(self, iso: str) -> str:
        """
        Say a date in figures; nothing where there is none.
        """
        if iso in {"", "None"}:
            return ""
        return short_date_text(date.fromisoformat(iso), language=self.language)

    def last_day(self, end: str) -> str:
        """
        Say the last day of a half-open period in figures.
        """
        return self.short_day((date.fromisoformat(end) - timedelta(days=1)).isoformat())

    def period(self, start: str, end: str) -> str:
        """
        Say a half-open period with its last day.
        """
        return f"{self.short_day(start)} – {self.last_day(end)}"


def vat_name(vat: Mapping[str, Any], *, number: Callable[[str], str]) -> str:
    """
    Say a rate of VAT of the facts, or why there is none: exempt, or owed by who receives it.
    """
    category = vat.get("category", "S")
    name = {
        "AE": _("VAT reverse charge"),
        "E": _("VAT exempt"),
        "O": _("not subject to VAT"),
    }.get(category) or _("VAT %(percent)s %%") % {"percent": number(vat["percent"])}
    return f"{name}: {vat['reason']}" if vat.get("reason") else name


def in_fours(text: str) -> str:
    """
    Group a bank account or reference in fours.
    """
    plain = text.replace(" ", "")
    return " ".join(plain[first : first + 4] for first in range(0, len(plain), 4))


def how_read(source: str) -> str:
    """
    Say how a reading came about, in the language in force.
    """
    return {
        "SELF": _("read by you"),
        "GUEST": _("read by you"),
        "STAFF": _("entered by our staff"),
        "READER": _("read by our meter reader"),
        "REMOTE": _("read remotely"),
        "ESTIMATE": _("estimated"),
        "ALLOCATED": _("share of the building"),
        "IMPORT": _("taken over from our records"),
    }.get(source, "")
