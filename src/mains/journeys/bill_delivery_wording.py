"""What is said about how bills come: from which bill on, what comes next, why nothing changed."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.core.wording import date_text
from mains.enrolment.actions import PortalMandatory, delivery_setting
from mains.journeys.bill_delivery import FirstBill, Outcome


def refusal(problem: Exception) -> str:
    """
    Say why nothing was changed, and what to do.
    """
    if isinstance(problem, PortalMandatory):
        return _("Your contract has bills by e-mail only, none on paper. Nothing was changed.")
    if isinstance(problem, delivery_setting.MandateMissing):
        return _(
            "Bills come by e-mail where they are paid by direct debit, and this account has no "
            "mandate for it. Nothing was changed. Agree to direct debit first."
        )
    return _("This choice is not open to you for this contract. Nothing was changed.")


def outcome_text(outcome: Outcome) -> str:
    """
    Say from which bill on a choice counts, or what has to be done first.
    """
    if outcome.asked:
        return _(
            "We wrote to %(email)s. Open the link in that message: your choice counts once it is "
            "confirmed there."
        ) % {"email": outcome.asked}
    if outcome.start_date is None:
        return _("This was chosen already; nothing was changed.")
    return _("Saved. It applies from %(bill)s.") % {"bill": bill_text(outcome.first_bill)}


def bill_text(bill: FirstBill) -> str:
    """
    Name the first bill that a choice is for.
    """
    language = (get_language() or "en").split("-")[0]
    about = {
        "first": date_text(bill.period.start, language=language),
        "last": date_text(bill.period.last_day, language=language),
    }
    if bill.issue_date is None:
        return _("the bill for %(first)s – %(last)s") % about
    issued = date_text(bill.issue_date, language=language)
    return _("the bill for %(first)s – %(last)s, planned for %(issued)s") % {
        **about, "issued": issued,
    }  # fmt: skip
