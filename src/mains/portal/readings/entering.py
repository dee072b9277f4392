"""What every page that takes readings does: the meters by service, and what comes of each field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mains.metering import actions
from mains.metering.guests import TooManyReadings
from mains.metering.models import Reading
from mains.metering.queries import RegisterRow
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.metering.rules.windows import WindowState, WindowView, view
from mains.metering.windows import window_of
from mains.portal.access import PortalRequest
from mains.portal.readings import messages
from mains.portal.readings.forms import Readings, confirm_name, name_of
from mains.tenancy.tenantfile.services import Service

# Take what was typed for a register, and whether an unusual value was confirmed.
type Send = Callable[[RegisterRow, str, bool], Reading]
# Say why a value is unusual.
type Explain = Callable[[actions.Unlikely], str]


@dataclass(frozen=True, slots=True)
class Group:
    """
    The registers of one service with its window; `fields` are (register, field, box or None).
    """

    label: str
    window: str
    state: str
    fields: list[tuple[RegisterRow, object, object]]


def decimal_mark() -> str:
    """
    Return the decimal sign of the reader's language.
    """
    return "." if messages.language() == "en" else ","


def label_of(service: Service) -> str:
    """
    Return what a service is called in the reader's language.
    """
    return service.label.get(messages.language()) or next(iter(service.label.values()))


def send_typed(form: Readings, *, send: Send, explain: Explain) -> list[Reading]:
    """
    Send every reading that can be sent, and put a message on each that cannot.
    """
    typed = form.typed()
    if not typed:
        form.add_error(None, _("No reading was typed. Type what at least one meter shows."))
    sent = []
    for register, text, confirmed in typed:
        try:
            sent.append(send(register, text, confirmed))
        except NotANumber:
            form.add_error(name_of(register), messages.not_a_number())
        except TooManyDigits:
            form.add_error(name_of(register), messages.too_many_digits(register))
        except actions.WindowLocked as problem:
            form.add_error(name_of(register), messages.locked(problem))
        except TooManyReadings:
            form.add_error(name_of(register), messages.too_many_readings())
        except actions.Unlikely as problem:
            form.add_error(name_of(register), explain(problem))
            form.ask_to_confirm(register)
    return sent


def window_now(request: PortalRequest, service: Service) -> WindowView:
    """
    Return how the window of a service looks at the moment of a request.
    """
    return view(window_of(service), instant=request.now, zone=request.tenant.zone)


def groups(request: PortalRequest, form: Readings, registers: Sequence[RegisterRow]) -> list[Group]:
    """
    Return the registers by service; a locked one has no fields, unless they were just sent.
    """
    found = []
    for service in request.tenant.file.services:
        mine = [register for register in registers if register.service == service.code]
        if not mine:
            continue
        window = window_now(request, service)
        shut = window.state is WindowState.LOCKED and request.method != "POST"
        found.append(
            Group(
                label=label_of(service),
                window=messages.window(window),
                state=messages.kind_of(window),
                fields=[] if shut else [_field(form, register) for register in mine],
            )
        )
    return found


def _field(form: Readings, register: RegisterRow) -> tuple[RegisterRow, object, object]:
    box = form[confirm_name(register)] if confirm_name(register) in form.fields else None
    return register, form[name_of(register)], box
