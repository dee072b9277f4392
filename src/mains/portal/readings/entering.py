"""What every page that takes readings does: the meters by service, and what comes of each field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mains.core import wording
from mains.metering import actions, photos
from mains.metering.guests import TooManyReadings
from mains.metering.models import Reading
from mains.metering.queries import RegisterRow
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.metering.rules.windows import WindowState
from mains.portal.access import PortalRequest
from mains.portal.readings import messages
from mains.portal.readings.forms import Readings, confirm_name, name_of, photo_name
from mains.portal.readings.windows import ServiceWindow, service_windows

# Take what was typed for a register, and whether an unusual value was confirmed.
type Send = Callable[[RegisterRow, str, bool], Reading]
# Say why a value is unusual.
type Explain = Callable[[actions.Unlikely], str]


@dataclass(frozen=True, slots=True)
class Group:
    """
    The registers that share a window; `fields` are (register, field, box or None, photo).
    """

    window: ServiceWindow
    fields: list[tuple[RegisterRow, object, object, object]]


def decimal_mark() -> str:
    """
    Return the decimal sign of the reader's language.
    """
    return wording.decimal_mark(language=messages.language())


def send_typed(
    request: PortalRequest, form: Readings, *, send: Send, explain: Explain
) -> list[Reading]:
    """
    Send every reading that can be sent, and put a message on each that cannot.
    """
    typed = form.typed()
    if not typed:
        form.add_error(None, _("No reading was typed. Type what at least one meter shows."))
    sent = []
    for register, text, confirmed in typed:
        try:
            sent.append(_sent(request, form, register, send(register, text, confirmed)))
        except NotANumber:
            form.add_error(name_of(register), messages.not_a_number())
        except TooManyDigits:
            form.add_error(name_of(register), messages.too_many_digits(register))
        except actions.WindowLocked as problem:
            service = request.tenant.file.service(register.service)
            form.add_error(name_of(register), messages.locked(problem.view, service))
        except TooManyReadings:
            form.add_error(name_of(register), messages.too_many_readings())
        except actions.Unlikely as problem:
            form.add_error(name_of(register), explain(problem))
            form.ask_to_confirm(register)
    return sent


def _sent(
    request: PortalRequest, form: Readings, register: RegisterRow, reading: Reading
) -> Reading:
    """
    Keep the photo that came with a reading, once the reading is stored.
    """
    photo = form.photo_of(register)
    if photo is not None:
        photos.keep(reading_id=reading.pk, jpeg=photo, now=request.now)
    return reading


def groups(request: PortalRequest, form: Readings, registers: Sequence[RegisterRow]) -> list[Group]:
    """
    Return the registers by window; a locked one has no fields, unless they were just sent.
    """
    found = []
    for window in service_windows(request, registers):
        mine = [register for register in registers if window.holds(register)]
        shut = window.view.state is WindowState.LOCKED and request.method != "POST"
        found.append(Group(window, [] if shut else [_field(form, register) for register in mine]))
    return found


def _field(form: Readings, register: RegisterRow) -> tuple[RegisterRow, object, object, object]:
    box = form[confirm_name(register)] if confirm_name(register) in form.fields else None
    return register, form[name_of(register)], box, form[photo_name(register)]
