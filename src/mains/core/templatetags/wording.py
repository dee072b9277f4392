"""Dates in the reader's language, for templates."""

from datetime import date, datetime

from django import template
from django.utils.translation import get_language

from mains.core import wording

register = template.Library()


def _language() -> str:
    return (get_language() or "en").split("-")[0]


@register.filter
def long_date(day: date) -> str:
    """
    Write a date in words.
    """
    return wording.date_text(day, language=_language())


@register.filter
def short_date(day: date) -> str:
    """
    Write a date in figures.
    """
    return wording.short_date_text(day, language=_language())


@register.filter
def instant(moment: datetime) -> str:
    """
    Write an instant that is in the reader's zone.
    """
    return wording.instant_text(moment, language=_language())
