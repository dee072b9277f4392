"""Small words of the portal's templates."""

from django import template
from django.utils.translation import get_language

from mains.core.requests import request_id
from mains.core.wording import unit_text
from mains.payments import wording
from mains.payments.queries import BillRow

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


@register.inclusion_tag("ui/tag.html")
def bill_state(bill: BillRow) -> dict[str, str]:
    """
    Show where a bill stands.
    """
    text, meaning = wording.bill_state(bill, language=(get_language() or "en").split("-")[0])
    return {"text": text, "kind": meaning}
