"""Money, dates and numbers in a person's language, by CLDR."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.numbers import (
    NumberPattern,
    format_decimal,
    get_currency_symbol,
    get_decimal_symbol,
    parse_pattern,
)
from babel.units import format_unit
from django.utils import translation
from django.utils.translation import gettext as _

from mains.core.money import Money, exponent_of


def text_in(texts: Mapping[str, str], *, language: str, otherwise: str = "") -> str:
    """
    Return what a utility wrote in a language, or in the first one it wrote in, or else the other.
    """
    return texts.get(language) or next(iter(texts.values()), otherwise)


def money_text(amount: Money, *, language: str) -> str:
    """
    Return an amount as people write it, e.g. `12 345 Ft` or `€84.20`.
    """
    return _money_text(amount.minor, amount.currency, language)


# Bills of one run repeat amounts, and a page says one several times.
@lru_cache(maxsize=16_384)
def _money_text(minor: int, currency: str, language: str) -> str:
    amount = Money(minor, currency)
    return _in_currency(amount.as_decimal(), currency, language, exponent_of(currency))


def bare_money_text(amount: Money, *, language: str) -> str:
    """
    Return an amount as people type it, without its currency, e.g. `84,20`.
    """
    return bare_price_text(amount.as_decimal(), currency=amount.currency, language=language)


def signed_money_text(amount: Money, *, language: str) -> str:
    """
    Return an amount that is added or taken away, with its sign, e.g. `+€12.60` or `−€1.00`.
    """
    sign = "−" if amount.minor < 0 else "+"
    return sign + money_text(-amount if amount.minor < 0 else amount, language=language)


def price_text(price: Decimal, *, currency: str, language: str) -> str:
    """
    Return a unit price with all its digits, but not fewer than the currency has, e.g. `€0.1525`.
    """
    return _in_currency(price, currency, language, _price_places(price, currency))


def bare_price_text(price: Decimal, *, currency: str, language: str) -> str:
    """
    Return a unit price as `price_text` does, without its currency, e.g. `4.20`.
    """
    return number_text(price, language=language, decimals=_price_places(price, currency))


def _price_places(price: Decimal, currency: str) -> int:
    return max(exponent_of(currency), -int(price.normalize().as_tuple().exponent))


def _in_currency(amount: Decimal, currency: str, language: str, digits: int) -> str:
    pattern, locale, symbol = _format_of(language, currency, digits)
    text: str = pattern.apply(amount, locale)
    return text.replace("¤", symbol)


_SYMBOL_FIRST = re.compile("¤[#0]")


@lru_cache(maxsize=256)
def _format_of(language: str, currency: str, count: int) -> tuple[NumberPattern, Locale, str]:
    """
    Return how a language writes a currency, with our digits: CLDR gives HUF two and RSD none.
    """
    locale = Locale.parse(language)
    digits = "." + "0" * count if count else ""
    pattern = locale.currency_formats["standard"].pattern.replace(".00", digits)
    # Kept apart from the number: babel would look up the currency's name for every amount.
    symbol = get_currency_symbol(currency, locale)
    # CLDR's spacing of currencies, which babel leaves out: UAH 5, but €5.
    before = "\u00a0" if symbol[-1].isalpha() and _SYMBOL_FIRST.search(pattern) else ""
    return parse_pattern(pattern), locale, symbol + before


@lru_cache(maxsize=4_096)
def date_text(day: date, *, language: str) -> str:
    """
    Return a date in words, e.g. `18 November 2026`.
    """
    return format_date(day, format="long", locale=language)


@lru_cache(maxsize=4_096)
def short_date_text(day: date, *, language: str) -> str:
    """
    Return a date in figures, as in a table.
    """
    return format_date(day, format="medium", locale=language)


def day_and_month_text(day: date, *, language: str) -> str:
    """
    Return a day without its year, e.g. `1 November`.
    """
    return format_skeleton("MMMMd", day, locale=language)


def month_text(day: date, *, language: str) -> str:
    """
    Return a month with its year, standing alone, e.g. `листопад 2026`.
    """
    return format_skeleton("yMMMM", day, locale=language)


def short_month_text(day: date, *, language: str) -> str:
    """
    Return a month's short name, standing alone, e.g. `Nov` or `лист.`.
    """
    return format_date(day, format="LLL", locale=language)


def short_month_year_text(day: date, *, language: str) -> str:
    """
    Return a month's short name with its year, e.g. `Nov 2026`.
    """
    return format_skeleton("yMMM", day, locale=language)


def instant_text(instant: datetime, *, language: str) -> str:
    """
    Return an instant that is already in the reader's zone, e.g. `18 Nov 2026, 14:05`.
    """
    # CLDR's medium time has seconds, which nobody reads on a list of payments.
    pattern = str(get_datetime_format("medium", locale=language)).replace("'", "")
    return pattern.format(
        format_time(instant, format="short", locale=language),
        format_date(instant, format="medium", locale=language),
    )


def time_text(instant: datetime, *, language: str) -> str:
    """
    Return the time of day of an instant that is already in the reader's zone, e.g. `14:05`.
    """
    return str(format_time(instant, format="short", locale=language))


def decimal_mark(*, language: str) -> str:
    """
    Return the decimal sign of a language.
    """
    return str(get_decimal_symbol(language))


def number_text(value: Decimal, *, language: str, decimals: int | None = None) -> str:
    """
    Return a quantity with the language's separators, without needless zeros.
    """
    pattern = "#,##0.######" if decimals is None else "#,##0." + "0" * decimals
    return format_decimal(value, format=pattern.rstrip("."), locale=language)


# What CLDR calls our units; it knows neither gigacalories nor volumes at standard conditions.
_CLDR_UNITS = {
    "kWh": "energy-kilowatt-hour",
    "kW": "power-kilowatt",
    "m3": "volume-cubic-meter",
}


@lru_cache(maxsize=256)
def unit_text(code: str, *, language: str) -> str:
    """
    Return a unit as a language writes it, e.g. `m³` or `кВт·год`; one that nobody knows stays.
    """
    if name := _CLDR_UNITS.get(code):
        one = format_unit(1, name, length="short", locale=language)
        # CLDR's dot operator is missing from many fonts; this dot is what people type.
        return one.replace("1", "", 1).strip().replace("⋅", "·")
    with translation.override(language):
        return {"Gcal": _("Gcal"), "GJ": _("GJ"), "MWh": _("MWh"), "lm3": "lm³"}.get(code, code)
