"""The outage switch: for some minutes a merchant gets no answer from the gateway."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mains.guard.context import PUBLIC, inside
from mains.sandbox.models import Checkout, Outage

BEFORE, AFTER = "BEFORE", "AFTER"


class Down(Exception):
    """The gateway does not answer; whether it did something nobody can know."""


def begin(*, merchant: str, mode: str, minutes: int, now: datetime) -> None:
    """
    Take the gateway down for a merchant: `BEFORE` it acts, or `AFTER` it acted, unanswered.
    """
    with inside(PUBLIC):
        Outage.objects.update_or_create(
            merchant=merchant,
            defaults={"mode": mode, "ends_at": now + timedelta(minutes=minutes)},
        )


def end(*, merchant: str) -> None:
    """
    Let the gateway answer a merchant again.
    """
    with inside(PUBLIC):
        Outage.objects.filter(merchant=merchant).delete()


def current(*, merchant: str, now: datetime) -> Outage | None:
    """
    Return the outage that a merchant lives through now, or None.
    """
    with inside(PUBLIC):
        return Outage.objects.filter(merchant=merchant, ends_at__gt=now).first()


def is_merchant(*, merchant: str) -> bool:
    """
    Tell whether a merchant ever asked for something.
    """
    return Checkout.objects.filter(merchant=merchant).exists()


def answered[Answer](act: Callable[[], Answer], *, merchant: str, now: datetime) -> Answer:
    """
    Do what a merchant asks for and return the answer, unless it is lost.

    :raises Down: in an outage.
    """
    outage = current(merchant=merchant, now=now)
    if outage is not None and outage.mode == BEFORE:
        raise Down
    answer = act()
    if outage is not None:
        raise Down
    return answer
