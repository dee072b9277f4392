"""Why a fixed amount is not put on, changed or stopped, and what helps."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _

from mains.billing import budget_changes
from mains.console import wording
from mains.journeys import budget_desk
from mains.tenancy.queries import TenantInfo

PROBLEMS = (
    budget_changes.NothingToPay,
    budget_changes.NotFirstDay,
    budget_changes.ContractEnded,
    budget_changes.AlreadyOn,
    budget_changes.NotOn,
    budget_changes.BilledAlready,
    budget_changes.NotSettled,
    budget_changes.BeingIssued,
)
_FIELDS: dict[type[Exception], tuple[str, ...]] = {
    budget_changes.NothingToPay: ("amount",),
    budget_changes.NotFirstDay: ("since", "until"),
    budget_changes.BilledAlready: ("since", "until"),
    budget_changes.ContractEnded: ("since",),
    budget_changes.AlreadyOn: ("contract",),
    budget_changes.NotSettled: ("contract",),
}


def field_of(error: Exception, form: forms.Form) -> str | None:
    """
    Return the field of a form that a problem is about, or None for all of it.
    """
    return next((name for name in _FIELDS.get(type(error), ()) if name in form.fields), None)


def sentence_of(error: Exception, tenant: TenantInfo) -> str:
    """
    Say what happened, and what to do next.
    """
    if isinstance(error, budget_changes.NotFirstDay | budget_changes.BilledAlready):
        day: date = error.args[0]
        given = {"day": wording.day(budget_desk.next_period(tenant=tenant, today=day))}
        if isinstance(error, budget_changes.NotFirstDay):
            return _("No billing period begins on this day. The next one: %(day)s.") % given
        return _("Days from then on are billed. Choose %(day)s or a later period.") % given
    return {
        budget_changes.NothingToPay: _("Type an amount above zero."),
        budget_changes.ContractEnded: _("The contract has ended by this day. Choose another one."),
        budget_changes.AlreadyOn: _("This contract pays a fixed amount already. Change that one."),
        budget_changes.NotOn: _("This contract pays no fixed amount any more."),
        budget_changes.NotSettled: _(
            "Its earlier fixed amounts are not settled yet. Settle them in the bill runs first."
        ),
        budget_changes.BeingIssued: _(
            "Bills of this account are being issued. Wait until that is done."
        ),
    }[type(error)]
