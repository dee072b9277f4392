"""The box for electronic bills: for which contracts, and where it has to be ticked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.components import Option
from mains.enrolment import legal, queries
from mains.enrolment.actions import Agreed
from mains.portal.access import PortalRequest
from mains.portal.readings.messages import language

# S0.05: where the portal is mandatory an open box would choose paper.
BOUND = _("Your contract has bills by e-mail only, none on paper. Tick the box to go on.")


@dataclass(frozen=True, slots=True)
class Box:
    """
    The words beside the box, and the contracts that can be chosen with it.
    """

    agreed: Agreed
    contracts: Sequence[tuple[int, Option]]
    bound: frozenset[int]

    def field(self) -> forms.Field:
        """
        Return one box, or one for each contract where an account has several; all are open.
        """
        if len(self.contracts) < 2:
            return forms.BooleanField(
                label=self.agreed.text,
                required=bool(self.bound),
                error_messages={"required": BOUND},
            )
        return Contracts(
            label=self.agreed.text,
            help_text=_("Choose for which contracts."),
            widget=forms.CheckboxSelectMultiple,
            choices=[(str(pk), words) for pk, words in self.contracts],
            bound=self.bound,
            required=bool(self.bound),
            error_messages={
                "required": BOUND,
                "invalid_choice": _("Choose among the contracts of this account."),
            },
        )

    def chosen(self, value: Any) -> Agreed | None:
        """
        Return what was agreed to by a cleaned value of the field, or None.
        """
        if not value:
            return None
        every = tuple(pk for pk, _words in self.contracts)
        picked = every if value is True else tuple(pk for pk in every if str(pk) in value)
        return replace(self.agreed, contracts=picked)


class Contracts(forms.MultipleChoiceField):
    def __init__(self, *args: Any, bound: frozenset[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound = {str(pk) for pk in bound}

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if self.bound - set(value):
            raise forms.ValidationError(BOUND)


def box(request: PortalRequest, *, account_id: int) -> Box:
    """
    Return the box for a proven account.
    """
    file = request.tenant.file
    found = queries.choosable(account_id=account_id, portal=file.portal, today=request.today)
    names = {service.code: service.label.get(language(), "") for service in file.services}
    return Box(
        legal.electronic_bill(file=file, language=language()),
        [
            (row.id, Option(names.get(row.service) or row.service, row.supply_point))
            for row in found
        ],
        frozenset(row.id for row in found if row.bound),
    )
