"""How approvals are spoken of."""

from django.utils.translation import gettext as _

from mains.approvals.rules.states import State
from mains.branding.components import Meaning
from mains.tenancy.tenantfile.approvals import Deed

MEANINGS: dict[State, Meaning] = {
    State.WAITING: "warn",
    State.APPROVED: "warn",
    State.DONE: "ok",
    State.REFUSED: "bad",
    State.WITHDRAWN: "info",
    State.EXPIRED: "info",
    State.OUTDATED: "bad",
}


def deed(code: str) -> str:
    """
    Return what a kind of deed is called.
    """
    return {
        Deed.PAYMENT_DETAILS: _("Change where payments go"),
        Deed.NEW_OWNER: _("Make somebody an owner"),
        Deed.LARGE_REFUND: _("Give much of a payment back"),
    }[Deed(code)]


def state(state: State) -> str:
    """
    Return what a state is called.
    """
    return {
        State.WAITING: _("Waits for a second owner"),
        State.APPROVED: _("Approved, not carried out yet"),
        State.DONE: _("Approved and done"),
        State.REFUSED: _("Refused"),
        State.WITHDRAWN: _("Withdrawn"),
        State.EXPIRED: _("Waited too long"),
        State.OUTDATED: _("Outdated"),
    }[state]


def over(state: State) -> str:
    """
    Say why nothing can be decided any more.
    """
    return {
        State.DONE: _("It was approved and done already."),
        State.APPROVED: _("It was approved already."),
        State.REFUSED: _("It was refused already. Nothing was changed."),
        State.WITHDRAWN: _("It was withdrawn. Nothing was changed."),
        State.EXPIRED: _("It waited too long. Whoever asked can ask again."),
        State.OUTDATED: _(
            "It no longer fits: something else was changed meanwhile, or whoever asked is no "
            "longer an owner. Nothing was changed."
        ),
        State.WAITING: _("It waits for a second owner."),
    }[state]
