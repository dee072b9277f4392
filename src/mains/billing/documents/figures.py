"""The figures of a bill from its sealed facts."""

from datetime import date
from decimal import Decimal
from typing import Any

from mains.billing.rules.figures import (
    BillFigures,
    PriceListName,
    PrintedLine,
    PrintedRegister,
)
from mains.billing.rules.inputs_as_facts import period_of
from mains.billing.rules.vat import VatTotal
from mains.core.money import Money
from mains.tariffs.rules.taxes import Category, rate_name


def figures_of(facts: dict[str, Any]) -> BillFigures:
    """
    Return the figures of a bill from its facts, for comparison with another one.
    """
    currency = facts["currency"]
    contracts = facts["contracts"]
    return BillFigures(
        currency=currency,
        period=period_of(facts["period"]),
        lines=tuple(_line(line) for line in facts["lines"]),
        vat=tuple(
            VatTotal(
                name=rate_name(Decimal(vat["percent"]), Category(vat.get("category", "S"))),
                percent=Decimal(vat["percent"]),
                net=Money.round_from(Decimal(vat["net"]), currency),
                tax=Money.round_from(Decimal(vat["tax"]), currency),
            )
            for vat in facts["vat"]
        ),
        registers=tuple(
            PrintedRegister(contract["id"], register["meter"], is_estimated(register))
            for contract in contracts
            for register in contract["registers"]
        ),
        price_lists={
            contract["id"]: PriceListName(
                contract["tariff"], date.fromisoformat(contract["tariff_from"])
            )
            for contract in contracts
        },
        places={contract["id"]: contract["address"] for contract in contracts},
    )


def is_estimated(register: dict[str, Any]) -> bool:
    """
    Tell whether what a register of the facts showed at the end is an estimate.
    """
    return register["source"] == "ESTIMATE" or register.get("estimated", False)


def _line(line: dict[str, Any]) -> PrintedLine:
    corrected = [date.fromisoformat(day) for day in line.get("corrects", ())]
    return PrintedLine(
        contract_id=line["contract"],
        service=line["service"],
        code=line["code"],
        label=line["label"],
        quantity=Decimal(line["quantity"]),
        unit=line["unit"],
        unit_price=Decimal(line["unit_price"]),
        times=Decimal(line["times"]),
        divisor=Decimal(line["divisor"]),
        net=Decimal(line["net"]),
        vat_percent=Decimal(line["vat"]),
        corrects=corrected[0] if corrected else None,
        corrects_end=corrected[1] if corrected else None,
        starts=date.fromisoformat(line["days"][0]) if "days" in line else None,
    )
