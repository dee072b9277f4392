"""JSON and CSV of a bill, for everybody who wants its figures and no standard."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mains.core.spreadsheets import csv_file

_HEADER = (
    "bill", "kind", "issue_date", "period_start", "period_end", "supply_point", "service", "code",
    "label", "quantity", "unit", "unit_price", "times", "divisor", "net", "vat_percent", "currency",
    "days_start", "days_end", "corrects_start", "corrects_end",
)  # fmt: skip
_WORDS = ("service", "code", "label", "unit")
_LINE = ("service", "code", "label", "quantity", "unit", "unit_price", "times", "divisor", "net")


def as_json(facts: Mapping[str, Any]) -> bytes:
    """
    Return a bill as JSON: numbers are texts, days ISO, the ends of periods no longer in them.
    """
    points = {contract["id"]: contract["supply_point"] for contract in facts["contracts"]}
    bill = {
        **{
            name: facts[name]
            for name in ("number", "issue_date", "due_date", "currency", "account", "reference")
        },
        "kind": facts.get("kind", "REGULAR"),
        "credits": facts.get("credits"),
        "period": _days(facts["period"]),
        "seller": {name: facts["company"][name] for name in ("name", "tax_id", "address", "iban")},
        "customer": {name: facts["customer"][name] for name in ("name", "address")},
        "supply_points": [
            {name: contract[name] for name in ("service", "supply_point", "address")}
            for contract in facts["contracts"]
        ],
        "registers": [
            {"supply_point": contract["supply_point"], **_register(register)}
            for contract in facts["contracts"]
            for register in contract["registers"]
        ],
        "lines": [
            {
                "supply_point": points.get(line["contract"]),
                **{name: line[name] for name in _LINE},
                "vat_percent": line["vat"],
                "days": _days(line.get("days")),
                "corrects": _days(line.get("corrects")),
            }
            for line in facts["lines"]
        ],
        "vat": [dict(one) for one in facts["vat"]],
        **{name: facts[name] for name in ("net", "tax", "total")},
    }
    return json.dumps(bill, ensure_ascii=False, indent=2).encode()


def as_csv(facts: Mapping[str, Any]) -> bytes:
    """
    Return the lines of a bill as CSV, each with what it needs to stand alone.
    """
    points = {contract["id"]: contract["supply_point"] for contract in facts["contracts"]}
    head = [facts["number"], facts.get("kind", "REGULAR"), facts["issue_date"], *facts["period"]]
    rows = [
        [
            *head,
            points.get(line["contract"], ""),
            *(line[name] if name in _WORDS else _number(line[name]) for name in _LINE),
            _number(line["vat"]),
            facts["currency"],
            *line.get("days", ("", "")),
            *line.get("corrects", ("", "")),
        ]
        for line in facts["lines"]
    ]
    return csv_file(header=_HEADER, rows=rows)


def _number(text: str) -> Decimal | None:
    # As a text, one below zero would be taken for a formula and get an apostrophe.
    return Decimal(text) if text else None


def _days(days: list[str] | None) -> dict[str, str] | None:
    return {"start": days[0], "end": days[1]} if days else None


def _register(register: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: register[name] for name in ("meter", "quantity", "unit", "used", "estimated")},
        "from": {"day": register["from"][0], "value": register["from"][1]},
        "to": {"day": register["to"][0], "value": register["to"][1]},
    }
