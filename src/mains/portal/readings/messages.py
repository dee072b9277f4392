"""What to say about a reading: what happened, why, and what to do next."""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.core.wording import date_text, number_text
from mains.metering.actions import Unlikely
from mains.metering.queries import RegisterRow
from mains.metering.rules.plausibility import Outcome
from mains.metering.rules.windows import WindowState, WindowView
from mains.tenancy.tenantfile.services import Service


def language() -> str:
    return (get_language() or "en").split("-")[0]


def digits(register: RegisterRow) -> str:
    """
    Say how many digits a register shows, to somebody who does not see its last reading.
    """
    about = {"digits": register.digits, "decimals": register.decimals}
    if register.decimals:
        return _("Digits: %(digits)s, after the decimal sign: %(decimals)s.") % about
    return _("Digits: %(digits)s, none after a decimal sign.") % about


def not_a_number() -> str:
    return _("There are letters or signs in it. Type only the digits that the meter shows.")


def too_many_digits(register: RegisterRow) -> str:
    if register.decimals:
        return _(
            "The meter shows %(digits)s digits and %(decimals)s after the decimal sign. "
            "Leave out any others."
        ) % {"digits": register.digits, "decimals": register.decimals}
    return _("The meter shows %(digits)s digits. Leave out red digits after the decimal sign.") % {
        "digits": register.digits
    }


def locked(view: WindowView, service: Service) -> str:
    """
    Say why readings are not taken, in the provider's own words where it has some, and until when.
    """
    reason = ""
    if view.is_suspended:
        reason = service.locked_reason.get(language()) or _(
            "Readings of this service are suspended while the bills are made."
        )
    if view.opens_on is None:
        return reason or _("Readings of this service are not taken now.")
    again = (
        _("You can send yours again from %(day)s.")
        if view.is_suspended
        else _("Readings of this service are taken from %(day)s.")
    )
    return f"{reason} {again % {'day': date_text(view.opens_on, language=language())}}".strip()


def too_many_readings() -> str:
    return _(
        "Too many readings of this meter came within a day without signing in. "
        "Sign in, try again tomorrow, or call us."
    )


def unlikely(problem: Unlikely) -> str:
    """
    Explain why a value is unusual; it can be sent all the same.
    """
    register, verdict = problem.register, problem.verdict
    if verdict.outcome is Outcome.TRANSPOSED:
        return transposed(problem)
    last = number_text(register.last_value, language=language()) if register.last_value else ""
    sentences = {
        Outcome.BELOW_LAST: _(
            "This register counts down, and that is more than the last reading, %(last)s. "
            "Look at the meter once more. If it was exchanged or the digits are right, tick the "
            "box."
        )
        if register.counts_down
        else _(
            "That is less than the last reading, %(last)s. Look at the meter once more. "
            "If it was exchanged or the digits are right, tick the box."
        ),
        Outcome.IDENTICAL: _(
            "That is the same as the last reading, %(last)s. "
            "If nothing was used since then, tick the box."
        ),
        Outcome.HIGH: _("That is %(times)s times your usual use. If it is right, tick the box."),
        Outcome.LOW: _("That is much less than your usual use. If it is right, tick the box."),
        Outcome.DIGIT_SWAP: _(
            "Two digits may be exchanged: did you mean %(meant)s? If yours is right, tick the box."
        ),
        Outcome.ROLLOVER: _(
            "The meter seems to have started again from zero. If it is right, tick the box."
        ),
    }
    times = verdict.times_usual or Decimal(0)
    tenths = times.quantize(Decimal("0.1"))
    return sentences[verdict.outcome] % {
        "last": last,
        "times": number_text(tenths, language=language()) if times else "",
        "meant": number_text(verdict.meant, language=language()) if verdict.meant else "",
    }


def transposed(problem: Unlikely) -> str:
    """
    Say that two registers of a meter seem exchanged; the other number was typed beside this one.
    """
    meant = problem.verdict.meant
    return _(
        "The two numbers of this meter seem exchanged: did you mean %(meant)s here? "
        "If they are right as they are, tick the box."
    ) % {"meant": "" if meant is None else number_text(meant, language=language())}


def unlikely_for_guest(problem: Unlikely) -> str:
    """
    Say that a value is unusual, and nothing that tells what the meter showed before.
    """
    if problem.verdict.outcome is Outcome.TRANSPOSED:
        return transposed(problem)
    return _(
        "This is unusual for this meter. Compare its number and the digits once more. "
        "If they are right, tick the box: we look at the reading before it counts."
    )


def window(view: WindowView, service: Service) -> str:
    """
    Say in one sentence whether readings are wanted now, and when next.
    """
    if view.state is WindowState.RECOMMENDED:
        if view.changes_on is None:
            return _("Now is the time to send your reading.")
        last = view.changes_on - timedelta(days=1)
        if last == view.day:
            return _("Today is the last day: send your reading now.")
        return _("Now is the time: send your reading by %(day)s.") % {
            "day": date_text(last, language=language())
        }
    if view.state is WindowState.LOCKED:
        return locked(view, service)
    if view.recommended_on is None:
        return _("You can send a reading on any day.")
    return _("You can send a reading now. The best time starts on %(day)s.") % {
        "day": date_text(view.recommended_on, language=language())
    }
