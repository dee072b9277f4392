"""What an account has: each contract with its tariff, place, meters and days."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.billing.budgets.overview import BudgetRow
from mains.branding.components import Fact, Link
from mains.core.wording import date_text, money_text
from mains.customers import queries as customers
from mains.customers.queries import ContractRow
from mains.enrolment import wording as enrolment
from mains.enrolment.access_log import Deed
from mains.enrolment.rules.rights import Right
from mains.journeys import budget_desk
from mains.metering import queries as metering
from mains.metering.queries import RegisterRow
from mains.portal.access import PortalRequest, customer_required, noted, require
from mains.portal.readings.messages import language
from mains.portal.readings.windows import label_of
from mains.portal.templatetags.portal import unit as unit_text
from mains.tariffs import queries as tariffs


@dataclass(frozen=True, slots=True)
class Card:
    """
    One contract as its holder reads it.
    """

    service: str
    facts: list[Fact]


@require_safe
@customer_required
def every(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Show the contracts of an account to whoever may see its bills.
    """
    require(request, Right.PAY, account_id=account_id)
    noted(request, Deed.BILLS, [account_id])
    account = customers.account(account_id=account_id, today=request.today)
    assert account is not None
    registers = metering.registers_of(account_ids=[account_id], today=request.today)
    budgets = budget_desk.budgets(
        tenant=request.tenant, account_ids=[account_id], today=request.today
    )
    names = tariffs.names_of(codes={row.tariff_code for row in account.contracts})
    return render(
        request,
        "portal/accounts/contracts.html",
        {
            "account": account,
            "cards": [
                _card(
                    request,
                    account_id,
                    row,
                    registers,
                    names,
                    next((one for one in budgets if one.contract_id == row.id), None),
                )
                for row in account.contracts
            ],
        },
    )


def _card(
    request: PortalRequest,
    account_id: int,
    row: ContractRow,
    registers: list[RegisterRow],
    names: dict[str, str],
    budget: BudgetRow | None,
) -> Card:
    known = [one for one in request.tenant.file.services if one.code == row.service]
    mine = [one for one in registers if (one.service, one.address) == (row.service, row.address)]
    meters = dict.fromkeys(f"{one.meter} ({unit_text(one.unit)})" for one in mine)
    facts = [
        Fact(_("Tariff"), names.get(row.tariff_code, row.tariff_code)),
        Fact(_("Supply point"), row.supply_point),
        Fact(_("Address"), row.address),
        Fact(_("Meters"), ", ".join(meters) or "–"),
        Fact(_("Since"), date_text(row.start_date, language=language())),
    ]
    if row.end_date is not None:
        facts.append(Fact(_("Until"), date_text(row.end_date, language=language())))
    link = Link(_("Change"), f"/accounts/{account_id}/delivery/")
    way = enrolment.delivery(row.delivery) if row.delivery else "–"
    facts.append(Fact(_("Bills come"), way, link))
    if budget is not None:
        facts += _budget(budget, today=request.today)
    return Card(label_of(known[0]) if known else row.service, facts)


def _budget(row: BudgetRow, *, today: date) -> list[Fact]:
    """
    Say what is paid a month whatever is used, and when what was really used is settled.
    """
    amounts = {
        "net": money_text(row.monthly, language=language()),
        "tax": money_text(row.tax, language=language()),
    }
    monthly = _("%(net)s + %(tax)s VAT") % amounts
    if row.until is not None:
        last = date_text(row.until - timedelta(days=1), language=language())
        monthly = _("%(net)s + %(tax)s VAT, until %(day)s") % {**amounts, "day": last}
    settled = _("is settled with the next bill")
    if row.settles_on > today:
        day = date_text(row.settles_on, language=language())
        settled = _("is settled from %(day)s on") % {"day": day}
    return [
        Fact(_("Fixed monthly amount"), monthly),
        Fact(_("Billed so far, without VAT"), money_text(row.on_account, language=language())),
        Fact(_("What you really use"), settled),
    ]
