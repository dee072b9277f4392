"""The file for an energy audit."""

from datetime import date

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mains.core import spreadsheets
from mains.core.downloads import as_file
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import energy_audit
from mains.portal.access import PortalRequest, account_ids, customer_required, noted
from mains.portal.readings.messages import language


class YearsForm(forms.Form):
    """
    From which calendar year to which; its names are those of the address.
    """

    def __init__(self, *, today: date) -> None:
        super().__init__()
        for name, label, year in (
            ("from", _("From the year"), today.year - 1),
            ("until", _("Until the year"), today.year),
        ):
            self.fields[name] = forms.CharField(
                label=label,
                initial=year,
                widget=forms.TextInput(
                    attrs={
                        "class": "short", "inputmode": "numeric", "pattern": "[0-9]{4}",
                        "maxlength": "4", "autocomplete": "off",
                    }
                ),
            )  # fmt: skip


@require_safe
@customer_required
def audit(request: PortalRequest) -> HttpResponse:
    """
    Give month by month what was used and what it cost, where one may see both bills and readings.
    """
    suffix = request.GET.get("as", "xlsx")
    if suffix not in spreadsheets.TYPES:
        raise Http404
    readable = set(account_ids(request, Right.READ))
    ids = [one for one in account_ids(request, Right.PAY) if one in readable]
    noted(request, Deed.BILLS, ids)
    within = energy_audit.years_asked(request.GET.get("from", ""), request.GET.get("until", ""))
    content = energy_audit.file_of(
        tenant=request.tenant, account_ids=ids, within=within, suffix=suffix, language=language()
    )
    return as_file(
        content,
        name=f"energy-audit-{request.today}.{suffix}",
        content_type=spreadsheets.TYPES[suffix],
    )
