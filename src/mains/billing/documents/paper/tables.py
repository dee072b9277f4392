"""The second page: readings, lines and taxes, each as it was billed."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.paper.sheet import Sheet
from mains.billing.documents.speaking import how_read, vat_name
from mains.billing.rules.spreading import adding_up
from mains.tenancy.tenantfile.bills import Block


def readings(sheet: Sheet) -> dict[str, Any] | None:
    """
    Return what each meter showed before and after, and how that is known.
    """
    contracts = sheet.facts["contracts"]
    rows = [_register(sheet, one) for contract in contracts for one in contract["registers"]]
    rows += [
        _by_the_hour(sheet, one) for contract in contracts for one in contract.get("measured", [])
    ]
    if not rows or not sheet.prints(Block.READINGS):
        return None
    return {
        "title": _("Meter readings"),
        "head": [_("Meter"), _("Before"), _("Now"), _("How it was read"), _("Used")],
        "rows": rows,
    }


def _register(sheet: Sheet, register: dict[str, Any]) -> dict[str, str]:
    say = sheet.say
    opened = say.short_day(register["from"][0])
    if register.get("from_source") == "ESTIMATE":
        opened = f"{opened}, {how_read('ESTIMATE')}"
    return {
        "meter": register["meter"],
        "from": say.number(register["from"][1]),
        "from-date": opened,
        "to": say.number(register["to"][1]),
        "to-date": say.short_day(register["to"][0]),
        "how": how_read(register["source"]),
        "used": f"{say.number(register['used'])} {say.unit(register['unit'])}",
    }


def _by_the_hour(sheet: Sheet, measured: dict[str, Any]) -> dict[str, str]:
    say, (start, end) = sheet.say, sheet.facts["period"]
    return {
        "meter": measured["meter"],
        "from": "",
        "from-date": say.short_day(start),
        "to": "",
        "to-date": say.last_day(end),
        "how": _("measured hour by hour"),
        "used": f"{say.number(measured['used'])} {say.unit(measured['unit'])}",
    }


def lines(sheet: Sheet) -> dict[str, Any]:
    """
    Return the amount line by line, in a group for each contract and each period set right.
    """
    amount = _("Amount in %(currency)s") % {"currency": sheet.facts["currency"]}
    head = [_("What for"), _("Quantity"), "", _("Unit price"), "", amount, _("VAT")]
    if sheet.taxes_by_line:
        head += [_("VAT amount"), _("Gross")]
    tax_of = _taxes_of_lines(sheet) if sheet.taxes_by_line else {}
    return {
        "title": _("The amount line by line"),
        "head": head,
        "groups": [
            group
            for contract in sheet.facts["contracts"]
            for group in (
                _group(sheet, contract, tax_of),
                *(
                    _correction(sheet, contract, one, tax_of)
                    for one in contract.get("corrections", [])
                ),
            )
        ],
    }


def _group(sheet: Sheet, contract: dict[str, Any], tax_of: dict[int, Decimal]) -> dict[str, Any]:
    place = _("Supply point %(code)s") % {"code": contract["supply_point"]}
    return {
        "title": f"{sheet.service(contract['service'])} · {contract['address']}",
        "note": " · ".join([_prices(sheet, contract), place, *_conversions(sheet, contract)]),
        "rows": _rows(sheet, contract, tax_of, corrects=None),
    }


def _conversions(sheet: Sheet, contract: dict[str, Any]) -> list[str]:
    say = sheet.say
    return [
        f"{say.number(part['used'])} {say.unit(one['unit'])} × {say.number(part['factor'])}"
        f" = {say.number(part['result'])} {say.unit(one['to_unit'])}"
        f" ({say.period(*part['period'])})"
        for one in contract.get("conversions", [])
        for part in one["parts"]
    ]


def _correction(
    sheet: Sheet, contract: dict[str, Any], one: dict[str, Any], tax_of: dict[int, Decimal]
) -> dict[str, Any]:
    say = sheet.say
    changes = [
        _("%(meter)s: %(after)s instead of %(before)s")
        % {
            "meter": register["meter"],
            "before": say.number(register["before"]),
            "after": f"{say.number(register['after'])} {say.unit(register['unit'])}",
        }
        for register in one["registers"]
    ]
    return {
        "title": _("Correction of the estimate for %(period)s")
        % {"period": say.period(*one["period"])},
        "note": " · ".join([*changes, _prices(sheet, one)]),
        "rows": _rows(sheet, contract, tax_of, corrects=one["period"]),
    }


def _prices(sheet: Sheet, of: dict[str, Any]) -> str:
    return _("%(tariff)s, prices valid from %(day)s") % {
        "tariff": of["tariff"],
        "day": sheet.say.short_day(of["tariff_from"]),
    }


def _rows(
    sheet: Sheet,
    contract: dict[str, Any],
    tax_of: dict[int, Decimal],
    *,
    corrects: list[str] | None,
) -> list[list[str]]:
    say = sheet.say
    return [
        [
            say.label_of(line),
            say.quantity_of(line),
            say.price_of(line),
            say.bare_amount(line["net"]),
            f"{say.number(line['vat'])} %",
            *(
                [
                    say.bare_amount(str(tax_of[position])),
                    say.bare_amount(str(Decimal(line["net"]) + tax_of[position])),
                ]
                if tax_of
                else []
            ),
        ]
        for position, line in enumerate(sheet.facts["lines"])
        if line["contract"] == contract["id"] and line.get("corrects") == corrects
    ]


def _taxes_of_lines(sheet: Sheet) -> dict[int, Decimal]:
    """
    Return the tax of each line by its place; those of a rate add up to the tax on their sum.
    """
    found: dict[int, Decimal] = {}
    numbered = list(enumerate(sheet.facts["lines"]))
    for percent in {line["vat"] for _place, line in numbered}:
        own = [(place, line) for place, line in numbered if line["vat"] == percent]
        total = sum(
            (Decimal(vat["tax"]) for vat in sheet.facts["vat"] if vat["percent"] == percent),
            Decimal(0),
        )
        exact = [Fraction(line["net"]) * Fraction(percent) / 100 for _place, line in own]
        parts = adding_up(exact, total=sheet.say.money(total))
        found |= {place: part.as_decimal() for (place, _line), part in zip(own, parts, strict=True)}
    return found


def taxes(sheet: Sheet) -> dict[str, Any]:
    """
    Return what each rate of VAT is charged on, and what it comes to.
    """
    facts, say = sheet.facts, sheet.say
    rows = [
        [
            vat_name(vat, number=say.number),
            say.amount(vat["net"]),
            say.amount(vat["tax"]),
            say.amount(Decimal(vat["net"]) + Decimal(vat["tax"])),
        ]
        for vat in facts["vat"]
    ]
    return {
        "title": _("Value added tax"),
        "head": [_("Rate"), _("Net"), _("VAT"), _("Gross")],
        "rows": rows,
        "total": [_("Total"), *(say.amount(facts[key]) for key in ("net", "tax", "total"))],
    }
