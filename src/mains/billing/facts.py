"""The sealed facts of a bill: everything its document says, as canonical JSON."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson

from mains.billing.contracts import ContractRow
from mains.billing.inputs import ChunkInputs
from mains.billing.models import BillRun
from mains.billing.rules.drafting import Draft, DraftLine
from mains.core.calendars import Period
from mains.core.money import Money
from mains.customers.models import Company
from mains.metering.rules.allocating import Share
from mains.metering.rules.converting import converted
from mains.tariffs.rules.rating import RATING_VERSION

FACTS_VERSION = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """
    What a bill gets when it is issued.
    """

    number: str
    reference: str
    collection_date: date | None


def facts_of(
    *, draft: Draft, identity: Identity, inputs: ChunkInputs, run: BillRun, company: Company
) -> dict[str, Any]:
    """
    Return the facts of one bill; amounts are texts in major units, dates are ISO.
    """
    assert draft.totals is not None
    holder = inputs.holders[draft.account_id]
    contracts = inputs.contracts[draft.account_id]
    totals = draft.totals
    return {
        "version": FACTS_VERSION,
        "rating_version": RATING_VERSION,
        "number": identity.number,
        "reference": identity.reference,
        "issue_date": run.issue_date.isoformat(),
        "due_date": run.due_date.isoformat(),
        "collection_date": identity.collection_date and identity.collection_date.isoformat(),
        "period": [run.period_start.isoformat(), run.period_end.isoformat()],
        "currency": run.currency,
        "language": holder.language,
        "company": {
            "name": company.name,
            "tax_id": company.tax_id,
            "address": company.address,
            "iban": company.iban,
        },
        "customer": {"name": holder.name, "address": holder.postal_address},
        "account": holder.number,
        "delivery": holder.delivery,
        "contracts": [_contract(row, inputs) for row in contracts],
        "lines": [_line(line, inputs, holder.language) for line in draft.lines],
        "vat": [
            {
                "percent": str(vat.percent),
                "net": vat.net.as_text(),
                "tax": vat.tax.as_text(),
            }
            for vat in totals.by_rate
        ],
        "net": totals.net.as_text(),
        "tax": totals.tax.as_text(),
        "total": totals.gross.as_text(),
    }


def seal(facts: dict[str, Any]) -> tuple[str, str]:
    """
    Return the canonical text of facts and its sha256.
    """
    text = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    return text.decode(), sha256(text).hexdigest()


def _contract(row: ContractRow, inputs: ChunkInputs) -> dict[str, Any]:
    prices = inputs.price_lists[row.tariff_code]
    return {
        "id": row.contract_id,
        "service": row.service,
        "supply_point": row.supply_point,
        "address": row.address,
        "tariff": prices.name,
        "tariff_from": prices.start_date.isoformat(),
        "registers": [
            {
                "meter": use.meter,
                "unit": use.unit,
                "from": [str(use.start_date), _plain(use.start_value)],
                "from_source": use.start_source,
                "to": [str(use.end_date), _plain(use.end_value)],
                "source": use.end_source,
                "estimated": use.end_is_estimated,
                "method": use.end_method,
                "used": _plain(use.used),
                "multiplier": _plain(use.multiplier),
                **_allocation(inputs.shares.get(use.register_id)),
            }
            for use in inputs.uses_of(row)
        ],
        "conversions": _conversions(row, inputs),
        "corrections": [
            {
                "period": _period(one.billed_with),
                "tariff": one.prices.name,
                "tariff_from": one.prices.start_date.isoformat(),
                "registers": [
                    {
                        "meter": use.meter,
                        "unit": use.unit,
                        "before": _plain(before),
                        "after": _plain(after),
                    }
                    for use, before, after in one.registers
                ],
            }
            for one in inputs.corrected.get(row.contract_id, ())
            if one.prices
        ],
    }


def _conversions(row: ContractRow, inputs: ChunkInputs) -> list[dict[str, Any]]:
    """
    Return what was counted in one unit and priced in another, with the factor of each day.
    """
    uses, found = inputs.uses_of(row), []
    for one in inputs.conversions.get(row.service, ()):
        counted = [use.used or Decimal(0) for use in uses if use.quantity == one.quantity]
        if counted:
            days = row.part_of(inputs.period)
            parts = converted(sum(counted, Decimal(0)), days=days, conversion=one)
            found.append(
                {
                    "unit": one.unit,
                    "to_unit": one.to_unit,
                    "parts": [
                        {
                            "period": _period(part.days),
                            "used": _plain(part.used),
                            "factor": _plain(part.factor),
                            "result": _plain(part.result),
                        }
                        for part in parts
                    ],
                }
            )
    return found


def _allocation(share: Share | None) -> dict[str, Any]:
    """
    Return how a home's share of its building came about, so that anybody can check it.
    """
    if share is None:
        return {}
    keys = [
        {
            "name": key.name,
            "percent": _plain(key.percent),
            "of": _plain(key.of),
            "weight": _plain(key.weight),
            "whole": _plain(key.whole),
            "used": _plain(key.used),
        }
        for key in share.keys
    ]
    return {"allocation": {"total": _plain(share.total), "used": _plain(share.used), "keys": keys}}


def _period(period: Period) -> list[str]:
    return [period.start.isoformat(), period.end.isoformat()]


def _line(line: DraftLine, inputs: ChunkInputs, language: str) -> dict[str, Any]:
    contract_id, service, rated, corrects = line
    net = rated.net
    correction = {"corrects": _period(corrects)} if corrects else {}
    return {
        "contract": contract_id,
        "service": service,
        "code": rated.code,
        "label": inputs.label(
            contract_id=contract_id, code=rated.code, language=language, corrects=corrects
        ),
        "quantity": _plain(rated.quantity),
        "unit": rated.unit,
        "unit_price": _plain(rated.unit_price),
        "times": _plain(rated.times),
        "divisor": _plain(rated.divisor),
        "net": net.as_text() if isinstance(net, Money) else _plain(net),
        "vat": rated.vat_rate,
        **correction,
    }


def _plain(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = str(value)
    if "E" in text:
        text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
