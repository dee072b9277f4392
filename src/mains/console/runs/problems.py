"""What stands in the way of a step of a bill run, in words."""

from django.utils.translation import gettext as _

from mains.billing import actions
from mains.billing.runs.pausing import BillsIssued
from mains.journeys import run_desk
from mains.ledger.actions import ClosedMonth


def sentence_of(problem: Exception) -> str:
    """
    Say why a step was not taken, or not for everybody, and what helps.
    """
    if isinstance(problem, actions.WrongStage):
        return _wrong_stage(str(problem))
    if isinstance(problem, actions.ContentChanged):
        return _(
            "These accounts changed after the rehearsal and got no bill: %(accounts)s. All others "
            "are issued. Take the refused ones up, look at them and approve them anew."
        ) % {"accounts": problem}
    return str(_SENTENCES[type(problem)]())


def _wrong_stage(stage: str) -> str:
    return {
        "DRAFT": _("This run is not rehearsed yet. Rehearse it, then approve it."),
        "REHEARSED": _("This run is not approved yet. Approve it, then issue it."),
        "APPROVED": _("This run is approved. Rehearse it again to change what it bills."),
        "CANCELLED": _("This run is cancelled. Start another for the same days."),
    }.get(stage, _("The bills of this run are issued already."))


_SENTENCES = {
    actions.SamePerson: lambda: _(
        "You started this run, and a second person has to approve it. "
        "Ask a colleague with the role Owner or Billing."
    ),
    actions.Paused: lambda: _("This run is paused. Resume it, and it goes on where it stopped."),
    run_desk.AlreadyIssuing: lambda: _(
        "Bills of this run are issued, so it is not rehearsed again. Take up what remains of it."
    ),
    BillsIssued: lambda: _("Bills of this run are issued, so it cannot be cancelled."),
    ClosedMonth: lambda: _(
        "The month of the issue date is closed in the ledger. Nothing was issued. "
        "Start the run again on a day of an open month."
    ),
}
