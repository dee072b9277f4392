"""The sealed facts of a bill: everything its document says, as canonical JSON."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from mains.billing.inputs.chunk_inputs import ChunkInputs
from mains.billing.inputs.contracts import ContractRow, Holder
from mains.billing.inputs.past_estimates import Corrected
from mains.billing.models import BillRun, RunKind
from mains.billing.rules.budgeting import BilledAmount
from mains.billing.rules.charging import OneOff
from mains.billing.rules.correcting import past_input
from mains.billing.rules.drafting import Draft, DraftLine
from mains.billing.rules.inputs_as_facts import days_of, plain, rated_facts
from mains.billing.rules.vat import VatTotal
from mains.core.money import Money
from mains.customers.models import Company
from mains.metering.queries import RegisterUse
from mains.metering.rules.allocating import Share
from mains.metering.rules.converting import converted
from mains.tariffs.rules.lines import RatedLine, RatingInput
from mains.tariffs.rules.parts import inputs_of
from mains.tariffs.rules.rating import RATING_VERSION
from mains.tariffs.rules.taxes import category_of, percent_of

FACTS_VERSION = 3
_ZERO = Decimal(0)


class Identity(NamedTuple):
    """
    What a bill gets when it is issued.
    """

    number: str
    reference: str
    collection_date: date | None


def common_facts(*, inputs: ChunkInputs, run: BillRun, company: Company) -> dict[str, Any]:
    """
    Return what all bills of a chunk say; dates are ISO.
    """
    return {
        "version": FACTS_VERSION,
        **({} if run.kind == RunKind.REGULAR else {"kind": str(run.kind)}),
        "rating_version": RATING_VERSION,
        "issue_date": run.issue_date.isoformat(),
        "due_date": run.due_date.isoformat(),
        "currency": run.currency,
        "line_rounding": str(inputs.line_rounding),
        "company": {
            "name": company.name,
            "tax_id": company.tax_id,
            "address": company.address,
            "iban": company.iban,
            "code": company.code,
            "payment_codes": company.payment_codes,
        },
        **({"seller": seller} if (seller := inputs.sellers.get(company.code)) else {}),
    }


def facts_of(
    *, draft: Draft, identity: Identity, inputs: ChunkInputs, common: dict[str, Any]
) -> dict[str, Any]:
    """
    Return the facts of one bill, with those that all have in common; amounts are texts in major
    units, dates are ISO.
    """
    assert draft.totals is not None
    holder = inputs.holders[draft.account_id]
    contracts = inputs.contracts[draft.account_id]
    totals = draft.totals
    return {
        **common,
        "number": identity.number,
        "reference": identity.reference,
        "collection_date": identity.collection_date and identity.collection_date.isoformat(),
        "period": days_of(inputs.period_of(draft.account_id)),
        "language": holder.language,
        "customer": {
            "name": holder.name,
            "address": holder.postal_address,
            **(_identity(holder) if "seller" in common else {}),
        },
        "account": holder.number,
        **({"customer_code": holder.code} if holder.code else {}),
        "delivery": holder.delivery,
        "contracts": [_contract(row, inputs, draft) for row in contracts],
        "lines": [_line(line, inputs, holder.language) for line in draft.lines],
        **_charges(inputs.charges.get(draft.account_id, ())),
        "vat": [_vat(vat, inputs, holder.language) for vat in totals.by_rate],
        "net": totals.net.as_text(),
        "tax": totals.tax.as_text(),
        "total": totals.gross.as_text(),
    }


def _identity(holder: Holder) -> dict[str, str]:
    """
    Return who the customer is for a tax office; nobody else needs it on a bill.
    """
    known = {"tax_id": holder.tax_id, "einvoice_address": holder.einvoice_address}
    return {"kind": holder.kind, **{name: value for name, value in known.items() if value}}


def _charges(charges: Sequence[OneOff]) -> dict[str, Any]:
    """
    Return what was charged once, from which its lines can be made again.
    """
    if not charges:
        return {}
    return {
        "charges": [
            {"code": one.code, "net": one.net.as_text(), "vat": one.vat_rate, "book": one.book}
            for one in charges
        ]
    }


def _vat(vat: VatTotal, inputs: ChunkInputs, language: str) -> dict[str, str]:
    category = str(category_of(vat.name))
    words = inputs.reasons.get(category, {})
    reason = words.get(language) or next(iter(words.values()), "")
    return {
        "percent": plain(vat.percent),
        "category": category,
        "net": vat.net.as_text(),
        "tax": vat.tax.as_text(),
        **({"reason": reason} if reason else {}),
    }


def seal(facts: dict[str, Any]) -> tuple[str, str]:
    """
    Return the canonical text of facts and its sha256.
    """
    text = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    return text.decode(), sha256(text).hexdigest()


def _contract(row: ContractRow, inputs: ChunkInputs, draft: Draft) -> dict[str, Any]:
    rated_from = draft.rated_from[row.contract_id]
    prices = inputs.prices[row.contract_id]
    first, fixed = prices.lists[0], inputs.fixed.get(row.contract_id)
    return {
        "id": row.contract_id,
        "service": row.service,
        "supply_point": row.supply_point,
        "address": row.address,
        "tariff": first.name,
        "tariff_from": first.start_date.isoformat(),
        **({"ends": row.end_date.isoformat()} if row.end_date else {}),
        "rated": [
            rated_facts(given, part=part, version_id=one.version_id)
            for given, part, one in zip(
                rated_from, prices.parts, prices.lists, strict=fixed is None
            )
        ],
        "registers": [
            _register(use, inputs.counted.shares.get(use.register_id))
            for use in inputs.uses_of(row)
        ],
        "conversions": _conversions(row, inputs) if row.service in inputs.conversions else [],
        "corrections": [
            _correction(
                one,
                rated_from[0],
                is_written_off=(row.contract_id, one.billed_with) in draft.written_off,
            )
            for one in inputs.corrected.get(row.contract_id, ())
            if one.prices
        ],
        **_measured(inputs.counted.by_hour.get(row.contract_id, ()), rated_from),
        **({} if fixed is None else {"budget": fixed.as_facts()}),
        **_taken_off(inputs.taken_off.get(row.contract_id, ())),
    }


def _register(use: RegisterUse, share: Share | None) -> dict[str, Any]:
    return {
        "meter": use.meter,
        "quantity": use.quantity,
        "unit": use.unit,
        "from": [str(use.start_date), plain(use.start_value)],
        "from_source": use.start_source,
        "to": [str(use.end_date), plain(use.end_value)],
        "source": use.end_source,
        "estimated": use.end_is_estimated,
        "method": use.end_method,
        "used": plain(use.used),
        "multiplier": plain(use.multiplier),
        **_allocation(share),
    }


def _correction(one: Corrected, given: RatingInput, *, is_written_off: bool) -> dict[str, Any]:
    """
    Return what a period that was billed before was set right by.
    """
    assert one.prices is not None
    first = one.prices.lists[0]
    return {
        "period": days_of(one.billed_with),
        "tariff": first.name,
        "tariff_from": first.start_date.isoformat(),
        "registers": [
            {"meter": use.meter, "unit": use.unit, "before": plain(before), "after": plain(after)}
            for use, before, after in one.registers
        ],
        "rated": _rated_again(one, given),
        **({"written_off": True} if is_written_off else {}),
    }


def _taken_off(amounts: Sequence[BilledAmount]) -> dict[str, Any]:
    """
    Return what was charged as fixed amounts for the days that are settled, if anything was.
    """
    return {"budget_billed": [one.as_facts() for one in amounts]} if amounts else {}


def _measured(uses: Sequence[RegisterUse], rated_from: Sequence[RatingInput]) -> dict[str, Any]:
    """
    Return the registers that are billed by their intervals, if there are any.
    """
    if not uses:
        return {}
    return {
        "measured": [
            {
                "meter": use.meter,
                "quantity": use.quantity,
                "unit": use.unit,
                "used": plain(sum((one.quantities[use.quantity] for one in rated_from), _ZERO)),
            }
            for use in uses
        ]
    }


def _rated_again(one: Corrected, given: RatingInput) -> dict[str, Any]:
    """
    Return what a period billed before was rated from as billed, and after all.
    """
    assert one.prices is not None
    found = {}
    for name, quantities in (("before", one.past.before), ("after", one.past.after)):
        inputs = inputs_of(one.past.parts, past_input(one.past, given, quantities))
        found[name] = [
            rated_facts(each, part=part, version_id=prices.version_id)
            for each, part, prices in zip(inputs, one.prices.parts, one.prices.lists, strict=True)
        ]
    return found


def _conversions(row: ContractRow, inputs: ChunkInputs) -> list[dict[str, Any]]:
    """
    Return what was counted in one unit and priced in another, with the factor of each day.
    """
    uses, found = inputs.uses_of(row), []
    for one in inputs.conversions[row.service]:
        counted = [use.used or Decimal(0) for use in uses if use.quantity == one.quantity]
        if counted:
            days = inputs.days[row.contract_id]
            parts = converted(sum(counted, Decimal(0)), days=days, conversion=one)
            found.append(
                {
                    "unit": one.unit,
                    "to_unit": one.to_unit,
                    "parts": [
                        {
                            "period": days_of(part.days),
                            "used": plain(part.used),
                            "factor": plain(part.factor),
                            "result": plain(part.result),
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
            "percent": plain(key.percent),
            "of": plain(key.of),
            "weight": plain(key.weight),
            "whole": plain(key.whole),
            "used": plain(key.used),
        }
        for key in share.keys
    ]
    return {"allocation": {"total": plain(share.total), "used": plain(share.used), "keys": keys}}


def _line(line: DraftLine, inputs: ChunkInputs, language: str) -> dict[str, Any]:
    contract_id, service, rated, corrects, days = line
    facts = line_facts(
        rated, contract=contract_id, service=service, label=inputs.label_of(line, language=language)
    )
    if "/" in rated.vat_rate:
        facts["category"] = str(category_of(rated.vat_rate))
    if corrects:
        facts["corrects"] = days_of(corrects)
    if days:
        facts["days"] = days_of(days)
    if rated.book != "sales":
        facts["book"] = rated.book
    return facts


def line_facts(rated: RatedLine, *, contract: int, service: str, label: str) -> dict[str, Any]:
    """
    Return what is printed of a line, from which it can be computed again.
    """
    net = rated.net
    return {
        "contract": contract,
        "service": service,
        "code": rated.code,
        "label": label,
        "quantity": plain(rated.quantity),
        "unit": rated.unit,
        "unit_price": _listed(rated.unit_price),
        "times": _listed(rated.times),
        "divisor": _listed(rated.divisor),
        "net": net.as_text() if isinstance(net, Money) else plain(net),
        "vat": plain_percent(rated.vat_rate),
    }


@lru_cache(maxsize=4096)
def _listed(number: Decimal) -> str:
    """
    Return a number of a tariff as a text: the same few for millions of lines.
    """
    # Zero and minus zero are one key, so they are one text as well.
    return plain(number or _ZERO)


@cache
def plain_percent(rate: str) -> str:
    """
    Return the percentage of a rate as a text.
    """
    return plain(percent_of(rate))
