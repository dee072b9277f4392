"""Write down that a meter was exchanged: what both showed, and the number of the new one."""

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
from mains.console.access import BILLING, EVERYBODY, StaffRequest, staff, to
from mains.metering import exchanging, queries
from mains.metering.actions import Sending
from mains.metering.models import MeterInstallation, ReadingSource, Register
from mains.metering.rules.typed import NotANumber, TooManyDigits

NUMBER = {"required": gettext_lazy("Type what the meter shows.")}
_TYPED = {"inputmode": "decimal", "autocomplete": "off", "class": "short"}


class Exchanged(forms.Form):
    day = DayField(
        label=gettext_lazy("Exchanged on"),
        required_text=gettext_lazy("Type the day of the exchange."),
    )
    serial = forms.CharField(
        label=gettext_lazy("Number of the new meter"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type the number on the new meter.")},
    )
    digits = forms.IntegerField(
        label=gettext_lazy("Digits of the new meter"),
        help_text=gettext_lazy("Those before the decimal sign."),
        min_value=1,
        max_value=12,
        widget=forms.NumberInput(attrs={"class": "short"}),
        error_messages={
            "required": gettext_lazy("Count the digits before the decimal sign."),
            "invalid": gettext_lazy("Count the digits before the decimal sign."),
            "min_value": gettext_lazy("A meter shows between 1 and 12 digits."),
            "max_value": gettext_lazy("A meter shows between 1 and 12 digits."),
        },
    )

    def __init__(self, *args: Any, registers: list[Register], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for register in registers:
            about = {"code": register.code, "unit": wording.unit(register.unit)}
            self.fields[f"final-{register.code}"] = forms.CharField(
                label=_("The old meter at the end (register %(code)s, %(unit)s)") % about,
                max_length=30,
                widget=forms.TextInput(attrs=_TYPED),
                error_messages=NUMBER,
            )
            self.fields[f"initial-{register.code}"] = forms.CharField(
                label=_("The new meter at the beginning (register %(code)s, %(unit)s)") % about,
                max_length=30,
                widget=forms.TextInput(attrs=_TYPED),
                error_messages=NUMBER,
            )


@require_http_methods(["GET", "POST"])
@staff(*EVERYBODY)
def exchange(request: StaffRequest, account_id: int, installation_id: int) -> HttpResponse:
    """
    Exchange a meter of one of an account's supply points.
    """
    found = queries.installation(
        account_id=account_id, installation_id=installation_id, today=request.today
    )
    if found is None:
        raise Http404
    registers = list(found.meter.registers.order_by("code"))
    form = Exchanged(
        request.POST or None, registers=registers, initial=_initial(request, registers)
    )
    if request.method == "POST" and form.is_valid() and _done(request, form, found, registers):
        messages.success(request, _("The meter is exchanged. Both readings count."))
        return to(request, f"customers/{account_id}/")
    return render(
        request,
        "console/readings/exchange.html",
        {
            "form": form,
            "meter": found.meter,
            "place": found.supply_point.address,
            "directions": registers if request.role in BILLING else [],
        },
        status=422 if form.errors else 200,
    )


def _initial(request: StaffRequest, registers: list[Register]) -> dict[str, Any]:
    return {
        "day": request.today,
        "digits": registers[0].digits if registers else None,
        **{f"initial-{register.code}": "0" for register in registers},
    }


def _done(
    request: StaffRequest,
    form: Exchanged,
    found: MeterInstallation,
    registers: list[Register],
) -> bool:
    typed = form.cleaned_data
    codes = [register.code for register in registers]
    try:
        exchanging.exchange(
            installation_id=found.pk,
            exchange=exchanging.Exchange(
                day=typed["day"],
                serial=typed["serial"].strip(),
                digits=typed["digits"],
                final={code: typed[f"final-{code}"] for code in codes},
                initial={code: typed[f"initial-{code}"] for code in codes},
            ),
            sending=Sending(
                source=ReadingSource.STAFF,
                user_id=None,
                key="",
                decimal_mark=wording.decimal_mark(),
                now=request.now,
                zone=request.tenant.zone,
            ),
            actor=f"staff:{request.user.pk}",
        )
    except (NotANumber, TooManyDigits) as problem:
        form.add_error(None, wording.unusable(problem))
    except exchanging.DayAhead:
        form.add_error("day", _("This day lies ahead. Type the day of the exchange."))
    except exchanging.NotHanging:
        form.add_error("day", _("The old meter did not hang there on this day. Type another one."))
    except exchanging.SerialTaken:
        form.add_error("serial", _("Another meter has this number. Compare it with the new meter."))
    except exchanging.BelowEarlier as problem:
        form.add_error(f"final-{problem.register.code}", _below(problem))
    return not form.errors


def _below(problem: exchanging.BelowEarlier) -> str:
    return _(
        "The old meter showed %(last)s before. Compare the digits; if they are right, correct the "
        "earlier reading first."
    ) % {"last": wording.number(problem.last)}
