"""Money, dates and numbers in a person's language, by CLDR."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal

from mains.core.money import Money

# CLDR prints two decimals for HUF; Hungarian bills have none.
WHOLE = frozenset({"HUF"})


def money_text(amount: Money, *, language: str) -> str:
    """
    Return an amount as people write it, e.g. `12 345 Ft` or `€84.20`.
    """
    return format_currency(
        amount.as_decimal(),
        amount.currency,
        locale=language,
        currency_digits=amount.currency not in WHOLE,
        format=_whole_format(language) if amount.currency in WHOLE else None,
    )


def _whole_format(language: str) -> str:
    return "¤#,##0" if language == "en" else "#,##0\u00a0¤"


def date_text(day: date, *, language: str) -> str:
    """
    Return a date in words, e.g. `18 November 2026`.
    """
    return format_date(day, format="long", locale=language)


def short_date_text(day: date, *, language: str) -> str:
    """
    Return a date in figures, as in a table.
    """
    return format_date(day, format="medium", locale=language)


def month_text(day: date, *, language: str) -> str:
    """
    Return a month with its year, standing alone, e.g. `листопад 2026`.
    """
    return format_skeleton("yMMMM", day, locale=language)


def instant_text(instant: datetime, *, language: str) -> str:
    """
    Return an instant that is already in the reader's zone, e.g. `18 Nov 2026, 14:05`.
    """
    return format_datetime(instant, format="medium", locale=language)


def number_text(value: Decimal, *, language: str, decimals: int | None = None) -> str:
    """
    Return a quantity with the language's separators, without needless zeros.
    """
    pattern = "#,##0.######" if decimals is None else "#,##0." + "0" * decimals
    return format_decimal(value, format=pattern.rstrip("."), locale=language)
