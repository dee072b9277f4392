"""What helps to read the bill, and whom to ask: the utility's own words, terms, contacts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.earlier import Paid
from mains.billing.documents.figures import is_estimated
from mains.billing.documents.paper.sheet import Sheet
from mains.tenancy.tenantfile.bills import Block

# In the order in which they stand.
_OWN = (
    Block.SAVINGS,
    Block.AVERAGE_USE,
    Block.ENERGY_MIX,
    Block.EMISSIONS,
    Block.COMPARISON_TOOL,
    Block.SWITCHING,
    Block.DISPUTES,
    Block.CONSUMER_BODY,
    Block.FAULTS,
    Block.LEGAL,
)


def contacts(sheet: Sheet) -> dict[str, Any]:
    """
    Return how to reach the provider.
    """
    brand = sheet.tenant.file.brand
    rows = [
        [_("Questions about this bill"), brand.support_phone],
        [_("E-mail"), brand.support_email],
        [_("Address"), brand.address or sheet.company["address"]],
        [_("Online"), sheet.tenant.host],
    ]
    return {"title": _("We are here for you"), "rows": [row for row in rows if row[1]]}


def own_words(sheet: Sheet) -> list[dict[str, str]]:
    """
    Return what the utility says in the blocks of its profile, about the services on the bill.
    """
    if sheet.document is None:
        return []
    services = {contract["service"] for contract in sheet.facts["contracts"]}
    said = titles()
    return [
        {
            "block": str(block),
            "title": said[block],
            "text": " ".join(
                [
                    one.text.get(sheet.say.language) or next(iter(one.text.values())),
                    *(_saved(sheet) if block is Block.SAVINGS else []),
                ]
            ),
        }
        for block in _OWN
        if sheet.prints(block)
        for one in sheet.document.texts_in(block)
        if any(one.is_about(service) for service in services)
    ]


def _saved(sheet: Sheet) -> list[str]:
    """
    Say what the prices before would have cost more: on this bill, and on all until it.
    """
    former = {one.code: one.price for one in sheet.document.former_prices} if sheet.document else {}
    own = [
        Paid(
            line["code"],
            Decimal(line["unit_price"]),
            Decimal(line["vat"]),
            Decimal(line["net"]),
        )
        for line in sheet.facts["lines"]
        if line["code"] in former and Decimal(line["unit_price"]) > 0
    ]
    if not own:
        return []
    said = [
        _("On this bill you save %(amount)s, with VAT.")
        % {"amount": sheet.say.amount(_saved_by(own, former))}
    ]
    if sheet.earlier.paid:
        total = sheet.say.amount(_saved_by(sheet.earlier.paid, former))
        said.append(_("On all bills until this one: %(amount)s.") % {"amount": total})
    return said


def _saved_by(paid: Iterable[Paid], former: Mapping[str, Decimal]) -> Decimal:
    # The same quantity at the price before, less what was charged.
    return sum(
        (
            one.net * (former[one.code] / one.unit_price - 1) * (1 + one.vat_percent / 100)
            for one in paid
        ),
        Decimal(0),
    )


def titles() -> dict[Block, str]:
    """
    Return what blocks in the utility's own words are called.
    """
    return {
        Block.SAVINGS: _("What you saved"),
        Block.AVERAGE_USE: _("How much others use"),
        Block.ENERGY_MIX: _("Where the energy comes from"),
        Block.EMISSIONS: _("Emissions and primary energy"),
        Block.COMPARISON_TOOL: _("Compare offers"),
        Block.SWITCHING: _("Changing the supplier"),
        Block.DISPUTES: _("If we cannot agree"),
        Block.CONSUMER_BODY: _("Advice for consumers"),
        Block.FAULTS: _("Faults and emergencies"),
        Block.LEGAL: _("Good to know"),
    }


def glossary(sheet: Sheet) -> dict[str, Any] | None:
    """
    Return what the terms that stand on this bill mean.
    """
    # What changed takes its room on a corrected bill.
    if not sheet.prints(Block.GLOSSARY) or sheet.earlier.replaced:
        return None
    facts = sheet.facts
    contracts = facts["contracts"]
    registers = [row for one in contracts for row in one["registers"]]
    units = {line["unit"] for line in facts["lines"]} | {row["unit"] for row in registers}
    terms = {
        _("Supply point"): (
            _("The place where you are supplied. Its code stays the same when people move."),
            bool(contracts),
        ),
        _("Payment reference"): (
            _("The number by which your payment finds this bill. It shows typing errors."),
            sheet.is_payable,
        ),
        _("Net, gross"): (_("An amount without and with value added tax."), True),
        _("estimated"): (
            _("No reading came, so the use was estimated. The next reading sets it right."),
            any(is_estimated(row) for row in registers),
        ),
        _("Correction of the estimate"): (
            _("The difference between an earlier estimate and what was really used."),
            any("corrects" in line for line in facts["lines"]),
        ),
        _("Fixed monthly amount"): (
            _("The same part payment each month. What you really use is settled once a year."),
            any("budget" in one or "budget_billed" in one for one in contracts),
        ),
        _("share of the building"): (
            _("What one meter of the building counted, shared among its homes."),
            any("allocation" in row for row in registers),
        ),
        "kWh": (_("Kilowatt-hour: what 1,000 watts use in one hour."), "kWh" in units),
        "m³": (_("Cubic metre: 1,000 litres."), "m3" in units),
        "GJ": (_("Gigajoule: a quantity of heat, 277.8 kWh."), "GJ" in units),
        "Gcal": (_("Gigacalorie: a quantity of heat, 1,163 kWh."), "Gcal" in units),
    }
    return {
        "title": _("Terms on this bill"),
        "rows": [[term, text] for term, (text, is_used) in terms.items() if is_used],
    }
