"""Type in a reading for a customer, also while the window is closed."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mains.branding.fields import DayField
from mains.console import wording
from mains.console.access import EVERYBODY, StaffRequest, staff, to
from mains.core.calendars import Period
from mains.customers import queries as customers
from mains.metering import staff_readings
from mains.metering.actions import Sending, Unlikely, WindowLocked
from mains.metering.models import ReadingSource
from mains.metering.queries import RegisterRow, registers_of
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.metering.rules.windows import WindowState, months_for, period_of
from mains.metering.staff_readings import Entered
from mains.metering.windows import view_for, window_for

OWN, BEFORE = "own", "before"


class Enter(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=43)
    register = forms.TypedChoiceField(
        label=gettext_lazy("Meter"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose the meter."),
            "invalid_choice": gettext_lazy("Choose a meter of this account."),
        },
    )
    value = forms.CharField(
        label=gettext_lazy("Reading"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type what the meter shows.")},
    )
    read_date = DayField(
        label=gettext_lazy("Read on"),
        required_text=gettext_lazy("Type the day on which the meter was read."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Who read it"),
        choices=[
            (ReadingSource.STAFF, gettext_lazy("The customer told us, or we read it ourselves")),
            (ReadingSource.READER, gettext_lazy("A meter reader on site")),
        ],
        widget=forms.RadioSelect,
    )
    month = forms.ChoiceField(
        label=gettext_lazy("Belongs to"),
        choices=[
            ("", gettext_lazy("The month that the reading window says")),
            (OWN, gettext_lazy("The month in which it was read")),
            (BEFORE, gettext_lazy("The month before")),
        ],
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is taken although readings are suspended"),
        help_text=gettext_lazy("It is written into the audit with your login, for good."),
        required=False,
        max_length=200,
    )

    def __init__(self, *args: Any, registers: list[RegisterRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["register"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(one.register_id, _label(one)) for one in registers]

    def ask_to_confirm(self) -> None:
        """
        Offer a box that says the unusual value is right.
        """
        self.fields["confirmed"] = forms.BooleanField(
            required=False, label=_("It is right, store it")
        )


def _label(register: RegisterRow) -> str:
    text = f"{register.meter}, {wording.unit(register.unit)}"
    if register.last_value is None or register.last_date is None:
        return text
    last = _("last: %(value)s on %(day)s") % {
        "value": wording.number(register.last_value),
        "day": wording.day(register.last_date),
    }
    return f"{text} ({last})"


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def enter(request: StaffRequest, account_id: int) -> HttpResponse:
    """
    Store a reading of one of an account's meters.
    """
    account = customers.account(account_id=account_id, today=request.today)
    if account is None:
        raise Http404
    registers = registers_of(account_ids=[account_id], today=request.today)
    form = Enter(request.POST or None, registers=registers, initial=_initial(request))
    if not any(_is_closed(request, one) for one in registers):
        del form.fields["reason"]
    if request.method == "POST" and form.is_valid() and _stored(request, form, registers):
        messages.success(request, _("The reading is stored and counts."))
        return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/readings/enter.html",
        {"account": account, "form": form, "registers": registers},
        status=422 if form.errors else 200,
    )


def _initial(request: StaffRequest) -> dict[str, Any]:
    return {
        "key": secrets.token_urlsafe(18),
        "read_date": request.today,
        "source": ReadingSource.STAFF,
    }


def _is_closed(request: StaffRequest, register: RegisterRow) -> bool:
    seen = view_for(
        tenant=request.tenant,
        service=register.service,
        contract_class=register.contract_class,
        instant=request.now,
    )
    return seen.state is WindowState.LOCKED


def _stored(request: StaffRequest, form: Enter, registers: list[RegisterRow]) -> bool:
    typed = form.cleaned_data
    register = next(one for one in registers if one.register_id == typed["register"])
    window = window_for(
        file=request.tenant.file,
        service=register.service,
        contract_class=register.contract_class,
    )
    own, before = months_for(typed["read_date"])
    months: dict[str, Period] = {OWN: own, BEFORE: before}
    try:
        staff_readings.enter(
            register=register,
            entered=Entered(
                typed=typed["value"],
                read_date=typed["read_date"],
                month=months.get(typed["month"]) or period_of(window, typed["read_date"]),
                confirmed="confirmed" in request.POST,
                reason=typed.get("reason", ""),
            ),
            window=window,
            sending=Sending(
                source=ReadingSource(typed["source"]),
                user_id=None,
                key=typed["key"],
                decimal_mark=wording.decimal_mark(),
                now=request.now,
                zone=request.tenant.zone,
            ),
            actor=f"staff:{request.user.pk}",
        )
    except (NotANumber, TooManyDigits) as problem:
        form.add_error("value", wording.unusable(problem))
    except staff_readings.NotYetRead:
        form.add_error("read_date", _("This day lies ahead. Type the day it was read on."))
    except staff_readings.NotInstalled as problem:
        form.add_error("read_date", _not_installed(problem))
    except WindowLocked as problem:
        form.add_error("reason", _closed(problem))
    except Unlikely as problem:
        form.add_error("value", _unlikely(problem))
        form.ask_to_confirm()
    return not form.errors


def _not_installed(problem: staff_readings.NotInstalled) -> str:
    return _("The meter has been hanging there only since %(day)s. Type a later day.") % {
        "day": wording.day(problem.since)
    }


def _closed(problem: WindowLocked) -> str:
    if problem.view.opens_on is None:
        return _("Readings of this service are suspended. Say why this one is taken.")
    return _(
        "Readings of this service are taken again from %(day)s. Say why this one is taken before."
    ) % {"day": wording.day(problem.view.opens_on)}


def _unlikely(problem: Unlikely) -> str:
    return _("%(why)s. If it is right, tick the box below and send it again.") % {
        "why": wording.verdict(problem.verdict.outcome)
    }
