"""Small words of the portal's templates."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.billing.rules.status import BillStatus
from mains.branding.components import Meaning
from mains.core.requests import request_id
from mains.core.wording import unit_text

register = template.Library()


@register.filter
def unit(code: str) -> str:
    """
    Write a unit as people do.
    """
    return unit_text(code, language=(get_language() or "en").split("-")[0])


@register.simple_tag
def reference() -> str:
    """
    Return what people name when they ask for help: the request's id, which tells nothing of them.
    """
    return request_id()


def status_word(status: BillStatus) -> tuple[str, Meaning]:
    """
    Return what a status is called, and what it means for the reader.
    """
    words: dict[BillStatus, tuple[str, Meaning]] = {
        BillStatus.NOTHING_TO_PAY: (_("Nothing to pay"), "ok"),
        BillStatus.CREDIT: (_("Credit"), "ok"),
        BillStatus.DUE: (_("Due"), "info"),
        BillStatus.PART_PAID: (_("Part paid"), "info"),
        BillStatus.OVERDUE: (_("Overdue"), "bad"),
        BillStatus.PAID: (_("Paid"), "ok"),
        BillStatus.CANCELLED: (_("Taken back"), "info"),
    }
    return words[status]


@register.inclusion_tag("ui/tag.html")
def bill_status(status: BillStatus) -> dict[str, str]:
    """
    Show where a bill stands.
    """
    text, meaning = status_word(status)
    return {"text": text, "kind": meaning}
