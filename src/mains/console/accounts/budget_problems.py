"""Why a fixed amount is not put on, changed or stopped, and what helps."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _

from mains.billing.budgets import changes
from mains.console import wording
from mains.journeys import budget_desk
from mains.tenancy.queries import TenantInfo

PROBLEMS = (
    changes.NothingToPay,
    changes.NotFirstDay,
    changes.ContractEnded,
    changes.AlreadyOn,
    changes.NotOn,
    changes.BilledAlready,
    changes.NotSettled,
    changes.BeingIssued,
)
_FIELDS: dict[type[Exception], tuple[str, ...]] = {
    changes.NothingToPay: ("amount",),
    changes.NotFirstDay: ("since", "until"),
    changes.BilledAlready: ("since", "until"),
    changes.ContractEnded: ("since",),
    changes.AlreadyOn: ("contract",),
    changes.NotSettled: ("contract",),
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
    if isinstance(error, changes.NotFirstDay | changes.BilledAlready):
        day: date = error.args[0]
        given = {"day": wording.day(budget_desk.next_period(tenant=tenant, today=day))}
        if isinstance(error, changes.NotFirstDay):
            return _("No billing period begins on this day. The next one: %(day)s.") % given
        return _("Days from then on are billed. Choose %(day)s or a later period.") % given
    return {
        changes.NothingToPay: _("Type an amount above zero."),
        changes.ContractEnded: _("The contract has ended by this day. Choose another one."),
        changes.AlreadyOn: _("This contract pays a fixed amount already. Change that one."),
        changes.NotOn: _("This contract pays no fixed amount any more."),
        changes.NotSettled: _(
            "Its earlier fixed amounts are not settled yet. Settle them in the bill runs first."
        ),
        changes.BeingIssued: _("Bills of this account are being issued. Wait until that is done."),
    }[type(error)]
