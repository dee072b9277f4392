"""Texts of sealed facts (amounts, numbers, ISO dates) in a person's language."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from mains.core.money import Money, exponent_of
from mains.core.wording import date_text, money_text, number_text, short_date_text, unit_text


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
        Say a quantity or price; a dash where there is none.
        """
        return number_text(Decimal(text), language=self.language) if text else "–"

    def unit(self, code: str) -> str:
        """
        Say a unit of measure.
        """
        return unit_text(code, language=self.language)

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

    def period(self, start: str, end: str) -> str:
        """
        Say a half-open period with its last day.
        """
        last = date.fromisoformat(end) - timedelta(days=1)
        return f"{self.short_day(start)} – {self.short_day(last.isoformat())}"


def in_fours(text: str) -> str:
    """
    Group a bank account or reference in fours.
    """
    plain = text.replace(" ", "")
    return " ".join(plain[first : first + 4] for first in range(0, len(plain), 4))
