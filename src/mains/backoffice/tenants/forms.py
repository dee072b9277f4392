"""Change a tenant's state."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.components import Option
from mains.tenancy.models import TenantState


def state_choices() -> list[tuple[str, Option]]:
    """
    Return the states a tenant may be in, with what they mean.
    """
    return [
        (
            TenantState.SANDBOX.value,
            Option(str(_("Sandbox")), str(_("Nothing is real; its clock may be moved."))),
        ),
        (
            TenantState.LIVE.value,
            Option(str(_("Live")), str(_("Real customers and real money."))),
        ),
        (
            TenantState.SUSPENDED.value,
            Option(str(_("Suspended")), str(_("Its console is closed; all data is kept."))),
        ),
    ]


class ChangeState(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=state_choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept in the platform's log with your name."),
        max_length=300,
        error_messages={"required": _("Write down why; somebody will ask.")},
    )
