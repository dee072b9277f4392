"""Prices in words: what each is for and how much it is, in the language in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mains.core.wording import number_text, price_text, unit_text
from mains.tariffs.rules.price_rows import Basis, Part, PriceRow

type Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PriceWords:
    """
    Says the prices of a utility; `labels` are code → language → words.
    """

    language: str
    currency: str
    labels: Labels

    def name(self, row: PriceRow) -> str:
        """
        Say what a price is for, such as `Water, from 18 to 30 m³`.
        """
        label, part = self.label(self._code(row)), self.part(row)
        if row.part is Part.PERIOD and self._code(row) in self.labels:
            # The name of the line says which tariff period it is.
            return label
        return f"{label}, {part}" if part else label

    def _code(self, row: PriceRow) -> str:
        if row.part is Part.PERIOD:
            return f"{row.code}.{row.details[0]}"
        if row.part is Part.EXCESS and f"{row.code}.excess" in self.labels:
            return f"{row.code}.excess"
        return row.code

    def label(self, code: str) -> str:
        """
        Return what a component is called on a bill, or in the tariff's first language.
        """
        words = self.labels.get(code) or self.labels.get(code.split(".")[0])
        if not words:
            return code
        return words.get(self.language) or next(iter(words.values()))

    def part(self, row: PriceRow) -> str:
        """
        Say for what of its component a price is; nothing, where it is for all of it.
        """
        values = {
            "first": row.details[0] if row.details else "",
            "floor": self._detail(row, 0),
            "end": self._detail(row, 1),
            "unit": self.unit(row.unit),
        }
        if row.part is Part.BLOCK:
            if not values["end"]:
                return _("above %(floor)s %(unit)s") % values
            if row.details[0] == "0":
                return _("up to %(end)s %(unit)s") % values
            return _("from %(floor)s to %(end)s %(unit)s") % values
        return {
            Part.WHOLE: "",
            Part.SIZE: pgettext("price", "size %(first)s"),
            Part.PERIOD: _("tariff period %(first)s"),
            Part.EXCESS: _("what exceeds it"),
            Part.FACTOR: _("factor"),
            Part.EXTRA: _("on top of the index"),
            Part.FLOOR: _("at least"),
            Part.CAP: _("at most"),
            Part.LIMIT: _("counts up to, a month"),
            Part.LEAST_SHARE: _("least share of the contracted power"),
            Part.EXCESS_FROM: _("exceeding begins at"),
        }[row.part] % values

    def _detail(self, row: PriceRow, position: int) -> str:
        if row.part is not Part.BLOCK or not row.details[position]:
            return ""
        return number_text(Decimal(row.details[position]), language=self.language)

    def price(self, row: PriceRow) -> str:
        """
        Say how much a price is and for what, such as `€0.35 per m³`.
        """
        number = number_text(row.price, language=self.language)
        if row.basis is Basis.NUMBER:
            return number_text(row.price, language=self.language, decimals=_places(row.price))
        if row.basis is Basis.PERCENT:
            return _("%(number)s %%") % {
                "number": number_text(
                    row.price, language=self.language, decimals=_places(row.price)
                )
            }
        values = {
            "number": number,
            "price": price_text(row.price, currency=self.currency, language=self.language),
            "unit": self.unit(row.unit),
        }
        return {
            Basis.UNIT: _("%(price)s per %(unit)s") if row.unit else _("%(price)s per unit"),
            Basis.MONTH: _("%(price)s a month"),
            Basis.PERIOD: _("%(price)s a bill"),
            Basis.DAY: _("%(price)s a day"),
            Basis.YEAR: _("%(price)s a year"),
            Basis.UNIT_AND_MONTH: _("%(price)s per %(unit)s and month"),
            Basis.UNIT_AND_YEAR: _("%(price)s per %(unit)s and year"),
        }[row.basis] % values

    def unit(self, code: str) -> str:
        """
        Write a unit as people do.
        """
        return unit_text(code, language=self.language) if code else ""


def _places(number: Decimal) -> int:
    return max(0, -int(number.normalize().as_tuple().exponent))
