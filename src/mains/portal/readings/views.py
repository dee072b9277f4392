"""Send readings: all meters of the linked accounts on one page."""

from dataclasses import dataclass

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.core.wording import number_text, short_date_text
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.metering import actions, queries, reminding
from mains.metering.models import ReadingQuality, ReadingSource
from mains.metering.queries import RegisterRow
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.metering.rules.windows import WindowState
from mains.metering.windows import window_for
from mains.portal.access import PortalRequest, account_ids, customer_required, noted
from mains.portal.paging import page_asked, pages
from mains.portal.readings import messages
from mains.portal.readings.forms import Readings, confirm_name, name_of
from mains.portal.readings.windows import ServiceWindow, service_windows
from mains.portal.templatetags.portal import unit as unit_text

SENT = "readings_sent"
# Registers on one page: what somebody reads on one walk, and one form can hold.
PAGE = 25


@dataclass(frozen=True, slots=True)
class Group:
    """
    The registers that share a window; `fields` are (register, field, box or None).
    """

    window: ServiceWindow
    fields: list[tuple[RegisterRow, object, object]]


@require_http_methods(["GET", "POST"])
@customer_required
def enter(request: PortalRequest) -> HttpResponse:
    page = page_asked(request)
    found = queries.registers_of(
        account_ids=account_ids(request, Right.READ),
        today=request.today,
        first=(page - 1) * PAGE,
        limit=PAGE + 1,
    )
    registers = found[:PAGE]
    if page > 1 and not registers:
        return redirect("portal:readings")
    form = Readings(request.POST or None, registers=registers)
    if request.method == "POST" and form.is_valid() and _store(request, form):
        return redirect("portal:readings-sent")
    groups = _groups(request, form, registers)
    return render(
        request,
        "portal/readings/enter.html",
        {
            "form": form,
            "groups": groups,
            "remindable": any(group.window.calendar for group in groups),
            "history": _history(request),
            "reminded": reminding.is_reminded(user_id=request.user.pk),
            "pages": pages(page, more=len(found) > PAGE),
            "not_shared": bool(request.accounts) and not account_ids(request, Right.READ),
        },
        status=422 if form.errors else 200,
    )


def _store(request: PortalRequest, form: Readings) -> bool:
    """
    Store every reading that can be stored, and put a message on each that cannot.
    """
    typed = form.typed()
    if not typed:
        form.add_error(None, _("No reading was typed. Type what at least one meter shows."))
        return False
    sent = []
    for register, text, confirmed in typed:
        sending = actions.Sending(
            source=ReadingSource.SELF,
            user_id=request.user.pk,
            key=form.cleaned_data["key"],
            decimal_mark="." if messages.language() == "en" else ",",
            now=request.now,
            zone=request.tenant.zone,
        )
        try:
            reading = actions.submit_reading(
                register=register,
                typed=text,
                confirmed=confirmed,
                window=window_for(
                    file=request.tenant.file,
                    service=register.service,
                    contract_class=register.contract_class,
                ),
                sending=sending,
            )
        except NotANumber:
            form.add_error(name_of(register), messages.not_a_number())
        except TooManyDigits:
            form.add_error(name_of(register), messages.too_many_digits(register))
        except actions.WindowLocked as problem:
            service = request.tenant.file.service(register.service)
            form.add_error(name_of(register), messages.locked(problem.view, service))
        except actions.Unlikely as problem:
            form.add_error(name_of(register), messages.unlikely(register, problem.verdict))
            form.ask_to_confirm(register)
        else:
            sent.append(reading.pk)
            noted(request, Deed.READING, [register.account_id])
    request.session[SENT] = sent
    return not form.errors


def _groups(request: PortalRequest, form: Readings, registers: list[RegisterRow]) -> list[Group]:
    groups = []
    for window in service_windows(request, registers):
        mine = [register for register in registers if window.holds(register)]
        locked = window.view.state is WindowState.LOCKED and request.method != "POST"
        groups.append(
            Group(window, fields=[] if locked else [_field(form, register) for register in mine])
        )
    return groups


def _field(form: Readings, register: RegisterRow) -> tuple[RegisterRow, object, object]:
    box = form[confirm_name(register)] if confirm_name(register) in form.fields else None
    return register, form[name_of(register)], box


@require_POST
@customer_required
def reminder(request: PortalRequest) -> HttpResponse:
    """
    Be told by e-mail when it is time to read, or no longer.
    """
    if "on" in request.POST:
        reminding.remind(user_id=request.user.pk, now=request.now)
        notices.success(request, _("We write to you when it is time, and on the last day."))
    else:
        reminding.stop_reminding(user_id=request.user.pk)
        notices.success(request, _("We no longer remind you."))
    return redirect("portal:readings")


@require_safe
@customer_required
def sent(request: PortalRequest) -> HttpResponse:
    ids = request.session.get(SENT, [])
    readings = [
        reading
        for reading in queries.readings_of(account_ids=account_ids(request, Right.READ))
        if reading.id in ids
    ]
    if not readings:
        return redirect("portal:readings")
    review = any(reading.quality == ReadingQuality.NEEDS_REVIEW for reading in readings)
    return render(
        request, "portal/readings/sent.html", {"readings": readings, "needs_review": review}
    )


def _history(request: PortalRequest) -> Table | None:
    language = messages.language()
    rows = queries.readings_of(account_ids=account_ids(request, Right.READ), limit=8)
    if not rows:
        return None
    words = {
        "SELF": _("you"),
        "GUEST": _("guest"),
        "STAFF": _("our staff"),
        "READER": _("meter reader"),
        "REMOTE": _("remotely"),
        "ESTIMATE": _("estimated"),
        "IMPORT": _("imported"),
    }
    return Table(
        caption=_("Earlier readings"),
        columns=(
            Column(_("Date")),
            Column(_("Meter")),
            Column(_("Reading"), numeric=True),
            Column(_("Read by")),
        ),
        rows=tuple(
            (
                Cell(short_date_text(row.read_date, language=language)),
                Cell(row.meter),
                Cell(f"{number_text(row.value, language=language)} {unit_text(row.unit)}"),
                Cell(words[row.source])
                if row.quality != ReadingQuality.NEEDS_REVIEW
                else Cell(_("being checked"), meaning="warn"),
            )
            for row in rows
        ),
    )
