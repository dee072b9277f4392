"""Readings that a device keeps while there is no network: whose they are, and how long it did."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.core.calendars import civil_date
from mains.core.wording import date_text
from mains.guard import context
from mains.metering.models import Reading
from mains.portal.access import PortalRequest
from mains.portal.readings import messages
from mains.portal.readings.entering import Group
from mains.portal.readings.forms import Readings, seconds_in

# The page as a device keeps it: without history, values and anything else about the person.
KEPT = "kept"
_WORKER = Path(__file__).parent / "worker.js"


def page(request: PortalRequest, form: Readings, groups: list[Group]) -> HttpResponse:
    """
    Show the page that a device keeps: the meters of the form, and nothing else about anybody.
    """
    about = {"form": form, "groups": groups, "nav": (), "switcher": None}
    return render(request, "portal/readings/kept.html", about)


def mark(who: str) -> str:
    """
    Return what tells a device whose readings it keeps, and tells nobody else who that is.
    """
    return salted_hmac(f"mains.kept:{context.required()}", who, algorithm="sha256").hexdigest()[:32]


def check_whose(form: Readings, *, whose: str) -> bool:
    """
    Tell whether a form was typed by who sends it; otherwise nothing of it is stored.

    A page without scripts keeps nothing and may leave both fields out.
    """
    typed_by = form.cleaned_data["whose"]
    if constant_time_compare(typed_by, whose) or not (typed_by or form.cleaned_data["kept"]):
        return True
    form.add_error(
        None,
        _(
            "Somebody else typed these readings, or in another session. They were not sent; "
            "type yours."
        ),
    )
    return False


def kept_for(form: Readings) -> timedelta:
    """
    Return how long a device kept a form.
    """
    return timedelta(seconds=form.cleaned_data["kept"])


def kept_text(text: str) -> timedelta:
    """
    Return how long a device kept a form, from the field as it was sent.
    """
    return timedelta(seconds=seconds_in(text))


def tell_other_day(request: PortalRequest, form: Readings, sent: list[Reading]) -> None:
    """
    Say so where readings count for the day they arrived, and not for the one they were typed on.
    """
    typed_on = civil_date(request.now - kept_for(form), request.tenant.zone)
    late = [reading for reading in sent if reading.read_date != typed_on]
    if late:
        notices.info(
            request,
            _(
                "The reading counts for %(day)s, when it arrived: on the day it was typed none was "
                "taken, or that is too long ago."
            )
            % {"day": date_text(late[0].read_date, language=messages.language())},
        )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """
    Serve the script that opens the page for readings without a network, for the whole host.
    """
    answer = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@lru_cache(maxsize=1)
def _script() -> bytes:
    return _WORKER.read_bytes()
