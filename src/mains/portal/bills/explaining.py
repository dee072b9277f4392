"""A bill as a running sum, and what its meters showed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mains.billing import queries as billing
from mains.billing.documents.figures import is_estimated
from mains.billing.documents.speaking import Speaker, how_read, vat_name
from mains.billing.rules.status import BillStatus
from mains.branding.components import SumLine
from mains.branding.figures import BarChart
from mains.branding.rules.chart import Period
from mains.core.money import Money
from mains.core.wording import (
    number_text,
    short_date_text,
    short_month_text,
    short_month_year_text,
)
from mains.payments.queries import BillRow
from mains.portal.readings.messages import language
from mains.portal.templatetags.portal import unit as unit_text
from mains.tariffs.rules.kinds.sums import PERCENT, SUM
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.services import label_of_key


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """
    A meter on a bill: what it showed at both ends, and how a share of a building came about.
    """

    meter: str
    start: str
    end: str
    is_estimated: bool
    proof: list[str]


def lines_of(facts: dict[str, Any], row: BillRow) -> list[SumLine]:
    """
    Return the bill's lines, its VAT, what was paid and what is left, from top to bottom.
    """
    currency = facts["currency"]
    say = Speaker(language(), currency)
    lines = [
        SumLine(
            _label(line, say), Money.round_from(Decimal(line["net"]), currency), _detail(line, say)
        )
        for line in facts["lines"]
    ]
    lines.append(SumLine(_("Net"), _money(facts["net"], currency), kind="subtotal"))
    lines += [
        SumLine(vat_name(vat, number=say.number), _money(vat["tax"], currency))
        for vat in facts["vat"]
    ]
    paid = row.total - row.outstanding
    if paid.minor and row.total.minor > 0 and row.status != BillStatus.CANCELLED:
        lines.append(SumLine(_("Total"), row.total, kind="subtotal"))
        lines.append(SumLine(_("Paid"), -paid, kind="credit"))
        lines.append(SumLine(_("To pay"), row.outstanding, kind="total"))
    else:
        lines.append(SumLine(_("Total"), row.total, kind="total"))
    return lines


def _label(line: dict[str, Any], say: Speaker) -> str:
    label = say.label_of(line)
    if "corrects" not in line:
        return label
    return _("%(line)s, correction of %(period)s") % {
        "line": label,
        "period": period_text(*(date.fromisoformat(day) for day in line["corrects"])),
    }


def _detail(line: dict[str, Any], say: Speaker) -> str:
    quantity, price = say.quantity_of(line), say.price_of(line)
    if line["unit"] in {PERCENT, SUM}:
        return " × ".join(filter(None, (quantity, price)))
    if line["quantity"] == "1" and line["divisor"] == "1" and line["times"] == "1":
        return ""
    return f"{quantity} × {price}"


def period_text(start: date, end: date) -> str:
    """
    Write a half-open period with its last day.
    """
    last = date.fromordinal(end.toordinal() - 1)
    return (
        f"{short_date_text(start, language=language())} – "
        f"{short_date_text(last, language=language())}"
    )


def registers_of(facts: dict[str, Any], file: TenantFile) -> list[RegisterLine]:
    """
    Return what each meter of a bill showed, and how that is known.
    """
    return [
        RegisterLine(
            meter=register["meter"],
            start=_shown(register["from"], register.get("from_source", ""), register["unit"]),
            end=_shown(register["to"], register["source"], register["unit"]),
            is_estimated=is_estimated(register),
            proof=_proof(register, contract["service"], file) if "allocation" in register else [],
        )
        for contract in facts["contracts"]
        for register in contract["registers"]
    ] + [
        RegisterLine(
            meter=measured["meter"],
            start=_("measured hour by hour"),
            end=f"{number_text(Decimal(measured['used']), language=language())} "
            f"{unit_text(measured['unit'])}",
            is_estimated=False,
            proof=[],
        )
        for contract in facts["contracts"]
        for measured in contract.get("measured", [])
    ]


def conversions_of(facts: dict[str, Any]) -> list[str]:
    """
    Say what was counted in one unit and priced in another, with the factor of each day.
    """
    speaking = language()
    return [
        "{days}: {used} {unit} × {factor} = {result} {to}".format(
            days=period_text(*(date.fromisoformat(day) for day in part["period"])),
            used=number_text(Decimal(part["used"]), language=speaking),
            unit=unit_text(one["unit"]),
            factor=number_text(Decimal(part["factor"]), language=speaking),
            result=number_text(Decimal(part["result"]), language=speaking),
            to=unit_text(one["to_unit"]),
        )
        for contract in facts["contracts"]
        for one in contract.get("conversions", [])
        for part in one["parts"]
    ]


def _proof(register: dict[str, Any], code: str, file: TenantFile) -> list[str]:
    share, unit = register["allocation"], unit_text(register["unit"])
    service = next((one for one in file.services if one.code == code), None)

    def figure(text: str) -> str:
        return number_text(Decimal(text), language=language())

    lines = [
        _("The building used %(total)s. The share of your home is %(used)s:")
        % {"total": f"{figure(share['total'])} {unit}", "used": f"{figure(share['used'])} {unit}"}
    ]
    for key in share["keys"]:
        name = label_of_key(service, key["name"], language=language()) if service else key["name"]
        lines.append(
            _(
                "%(percent)s %% by %(name)s: you have %(weight)s of %(whole)s, so %(used)s "
                "of %(of)s."
            )
            % {
                "percent": figure(key["percent"]),
                "name": name,
                "weight": figure(key["weight"]),
                "whole": figure(key["whole"]),
                "used": figure(key["used"]),
                "of": f"{figure(key['of'])} {unit}",
            }
        )
    if share["used"] != register["used"]:
        lines.append(
            _("You lived there for a part of the period; your part of it is %(used)s.")
            % {"used": f"{figure(register['used'])} {unit}"}
        )
    return lines


def _shown(read: list[str], source: str, unit: str) -> str:
    day, value = read
    figure = f"{number_text(Decimal(value), language=language())} {unit_text(unit)}"
    when = short_date_text(date.fromisoformat(day), language=language())
    how = how_read(source)
    return f"{figure} ({when}, {how})" if how else f"{figure} ({when})"


def usage_chart(*, bill_id: int) -> BarChart | None:
    """
    Return the use of the latest periods of a bill's account, or None for fewer than two.
    """
    uses = billing.uses(bill_id=bill_id)
    if len(uses) < 2:
        return None
    latest, earlier = uses[-1], uses[-2]
    return BarChart(
        finding=_finding(latest.quantity, earlier.quantity, latest.unit),
        unit=unit_text(latest.unit),
        subject=_("use per billing period"),
        periods=tuple(
            Period(
                label=short_month_year_text(use.start, language=language()),
                short=short_month_text(use.start, language=language()),
                value=use.quantity,
            )
            for use in uses
        ),
        now=_("Used"),
    )


def _finding(latest: Decimal, earlier: Decimal, unit: str) -> str:
    figure = f"{number_text(latest, language=language())} {unit_text(unit)}"
    if latest == earlier:
        return _("You used %(figure)s, as much as in the period before.") % {"figure": figure}
    if latest > earlier:
        return _("You used %(figure)s, more than in the period before.") % {"figure": figure}
    return _("You used %(figure)s, less than in the period before.") % {"figure": figure}


def _money(text: str, currency: str) -> Money:
    return Money.round_from(Decimal(text), currency)
