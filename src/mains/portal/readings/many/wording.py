"""What is said about the rows of a list."""

from decimal import Decimal

from django.utils.translation import gettext as _

from mains.core.wording import number_text, short_date_text
from mains.metering.actions import Unlikely, WindowLocked
from mains.metering.finding import UnknownMeter, WhichRegister
from mains.metering.many import Judged, Twice
from mains.metering.queries import RegisterRow
from mains.metering.rules.pasted import Given, Part
from mains.metering.rules.plausibility import Verdict
from mains.metering.rules.typed import NotANumber
from mains.portal.readings import messages
from mains.portal.templatetags.portal import unit as unit_text
from mains.tenancy.tenantfile import TenantFile


def reason(file: TenantFile, *, register: RegisterRow | None, outcome: object) -> str:
    """
    Say why a row is not sent, or nothing where it is.

    A meter of somebody else is one that the reader has not: nobody learns more.
    """
    if isinstance(outcome, WhichRegister):
        return _("This meter has several registers: %(codes)s. Write which one.") % {
            "codes": ", ".join(outcome.codes)
        }
    if register is None:
        return _("None of your meters has this number. Compare it with the list of your meters.")
    return _of_register(file, register, outcome)


def _of_register(file: TenantFile, register: RegisterRow, outcome: object) -> str:
    match outcome:
        case Twice():
            return _(
                "This meter stands in the list more than once. "
                "Empty the readings that are not right, and leave one."
            )
        case WindowLocked():
            return messages.locked(outcome.view, file.service(register.service))
        case Unlikely():
            return messages.unlikely(outcome)
        case NotANumber():
            return messages.not_a_number()
        case ValueError():
            return messages.too_many_digits(register)
    return ""


def part_of(outcome: object) -> Part:
    """
    Return which part of a row has to be typed again.
    """
    if isinstance(outcome, UnknownMeter):
        return "meter"
    return "register" if isinstance(outcome, WhichRegister) else "value"


def label(given: Given, part: Part) -> str:
    """
    Name a field of a row by its number, its meter, and what is to be typed.
    """
    if part == "meter":
        return _("Row %(row)s: number of the meter") % {"row": given.number}
    about = {"row": given.number, "meter": given.meter}
    if part == "register":
        return _("Row %(row)s, meter %(meter)s: register") % about
    return _("Row %(row)s, meter %(meter)s: reading") % about


def hint(*, given: Given, register: RegisterRow | None, outcome: object) -> str:
    """
    Tell what is known beside a field: the reading as it was given, or the last one and the place.
    """
    if register is None:
        return _("Reading: %(value)s") % {"value": given.typed}
    words = [register.address]
    if register.last_value is not None:
        words.append(_("Last reading: %(last)s") % {"last": last(register)})
    if isinstance(outcome, Unlikely):
        if used := difference(outcome.verdict):
            words.append(_("Difference: %(used)s") % {"used": used})
        if usual := expected(outcome.verdict):
            words.append(_("Usually between %(low)s and %(high)s") % usual)
    return " · ".join(words)


def last(register: RegisterRow) -> str:
    """
    Write the last reading with its unit and day.
    """
    if register.last_value is None or register.last_date is None:
        return "–"
    day = short_date_text(register.last_date, language=messages.language())
    return f"{number(register.last_value)} {unit_text(register.unit)}, {day}"


def difference(verdict: Verdict) -> str:
    """
    Write what was used since the last reading, or nothing where that is not known.
    """
    return "" if verdict.used is None else number(verdict.used)


def expected(verdict: Verdict) -> dict[str, str]:
    """
    Return the readings between which it usually lies, in whole units, where they are known.
    """
    if verdict.expected_low is None or verdict.expected_high is None:
        return {}
    low, high = (value.quantize(Decimal(1)) for value in _ends(verdict))
    return {"low": number(low), "high": number(high)}


def _ends(verdict: Verdict) -> tuple[Decimal, Decimal]:
    return verdict.expected_low or Decimal(0), verdict.expected_high or Decimal(0)


def expected_text(judged: Judged) -> str:
    """
    Write the range in which a reading usually lies, or a dash where nothing is known.
    """
    usual = expected(judged.verdict)
    return f"{usual['low']}–{usual['high']}" if usual else "–"


def number(value: Decimal) -> str:
    """
    Write a number for the reader.
    """
    return number_text(value, language=messages.language())
