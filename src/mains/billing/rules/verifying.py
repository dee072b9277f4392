"""Recompute a bill from its portable proof: no database, no network, only its own figures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from mains.billing.rules.budgeting import amount_line, billed_line, read_billed, read_fixed
from mains.billing.rules.charging import charge_line
from mains.billing.rules.correcting import line_differences
from mains.billing.rules.crediting import CREDIT
from mains.billing.rules.inputs_as_facts import plain, read_facts
from mains.billing.rules.totals import bill_totals
from mains.core.money import Money
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds.base import amount_of
from mains.tariffs.rules.lines import LineRounding, RatedLine
from mains.tariffs.rules.rating import RATING_VERSION, compile_tariff, rate
from mains.tariffs.rules.taxes import Category, percent_of, rate_name

FORMAT, VERSION = "mains-bill-proof", 1


class ProofUnreadable(ValueError):
    """
    A file is no proof of a bill, or of a kind that this version does not know; says which.
    """


class Finding(NamedTuple):
    """
    Something on the bill that its own inputs do not come to: where, what it says, what is right.
    """

    place: str
    stated: str
    computed: str


class Traced(NamedTuple):
    """
    A recomputed line with how it came about.
    """

    contract: int
    code: str
    quantity: str
    unit_price: str
    times: str
    divisor: str
    net: str
    trace: dict[str, str]


class Verdict(NamedTuple):
    """
    What came of recomputing a bill: it holds where nothing was found.
    """

    number: str
    total: str
    findings: tuple[Finding, ...]
    lines: tuple[Traced, ...]


def proof_of(
    *, facts: str, facts_hash: str, versions: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """
    Return a portable proof: the sealed facts with their hash, and the tariff versions they name.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "rating_version": RATING_VERSION,
        "facts": facts,
        "facts_hash": facts_hash,
        "tariff_versions": versions,
    }


def versions_in(facts: Mapping[str, Any]) -> set[int]:
    """
    Return the tariff versions that a bill was rated with.
    """
    return {part["version"] for contract in facts["contracts"] for part in _all_parts(contract)}


def verify(proof: Mapping[str, Any]) -> Verdict:
    """
    Rate a bill again from its proof and compare every line, the VAT, the sums and the seal.

    :raises ProofUnreadable: if it is no proof, or names a tariff version that it does not hold.
    """
    try:
        if proof["format"] != FORMAT or proof["version"] != VERSION:
            raise ProofUnreadable(f"This is no {FORMAT} of version {VERSION}.")
        return _verdict(proof)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ProofUnreadable(f"The proof lacks {error}.") from error


def _verdict(proof: Mapping[str, Any]) -> Verdict:
    facts = json.loads(proof["facts"])
    findings = []
    digest = sha256(proof["facts"].encode()).hexdigest()
    if digest != proof["facts_hash"]:
        findings.append(Finding("facts_hash", proof["facts_hash"], digest))
    # A credit note takes back what its inputs come to.
    sign = -1 if facts.get("kind") == CREDIT else 1
    rated = [
        (contract["id"], corrects, _times(line, sign))
        for contract in facts["contracts"]
        for corrects, line in _lines(contract, facts, proof["tariff_versions"])
    ]
    rated += [(facts["contracts"][0]["id"], None, _times(line, sign)) for line in _charges(facts)]
    findings += _line_findings(facts["lines"], rated)
    findings += _sum_findings(facts, [line for _contract, _corrects, line in rated])
    findings += _use_findings(facts)
    return Verdict(
        number=facts["number"],
        total=f"{facts['total']} {facts['currency']}",
        findings=tuple(findings),
        lines=tuple(_traced(contract, line) for contract, _corrects, line in rated),
    )


def _charges(facts: Mapping[str, Any]) -> Iterator[RatedLine]:
    """
    Yield the lines of what was charged once.
    """
    for one in facts.get("charges", ()):
        yield charge_line(
            code=one["code"],
            net=Money.round_from(Decimal(one["net"]), facts["currency"]),
            vat_rate=one["vat"],
            book=one["book"],
            service=facts["contracts"][0]["service"],
        )


def _times(line: RatedLine, sign: int) -> RatedLine:
    if sign == 1:
        return line
    net = -line.net
    return line._replace(quantity=-line.quantity, exact=-line.exact, net=net)


def _all_parts(contract: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from contract["rated"]
    for correction in contract["corrections"]:
        yield from correction["rated"]["before"]
        yield from correction["rated"]["after"]


def _lines(
    contract: Mapping[str, Any], facts: Mapping[str, Any], versions: Mapping[str, Any]
) -> Iterator[tuple[list[str] | None, RatedLine]]:
    """
    Yield a contract's own lines, those that set earlier bills right, with their period, and those
    that take off what was billed as fixed amounts.
    """
    if "budget" in contract:
        fixed = read_fixed(contract["budget"], currency=facts["currency"])
        yield None, amount_line(fixed, service=contract["service"])
    for line in _rated(contract["rated"], facts, versions):
        yield None, line
    for correction in contract["corrections"]:
        before, after = (
            _rated(correction["rated"][side], facts, versions) for side in ("before", "after")
        )
        differences = line_differences(before, after)
        # What is too old is not claimed; where nothing more was due, nothing was written off.
        if correction.get("written_off") and sum(map(amount_of, differences)) > 0:
            continue
        for line in differences:
            yield correction["period"], line
    for one in contract.get("budget_billed", ()):
        billed = read_billed(one, currency=facts["currency"])
        yield None, billed_line(billed, service=contract["service"])


def _rated(
    parts: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], versions: Mapping[str, Any]
) -> list[RatedLine]:
    lines: list[RatedLine] = []
    for part in parts:
        rows = versions[str(part["version"])]["components"]
        taxed = [
            {**row, "vat": tax} for row, tax in zip(rows, part["taxes"], strict=True)
        ]  # fmt: skip
        tariff = compile_tariff(
            read_components(taxed),
            currency=facts["currency"],
            line_rounding=LineRounding(facts["line_rounding"]),
        )
        lines += rate(tariff, read_facts(part))
    return lines


def _line_findings(
    stated: Sequence[Mapping[str, Any]],
    rated: Sequence[tuple[int, list[str] | None, RatedLine]],
) -> Iterator[Finding]:
    if len(stated) != len(rated):
        yield Finding("lines", str(len(stated)), str(len(rated)))
    for position, (printed, (contract, corrects, line)) in enumerate(
        zip(stated, rated, strict=False)
    ):
        computed = {
            "contract": contract,
            "code": line.code,
            "quantity": plain(line.quantity),
            "unit": line.unit,
            "unit_price": plain(line.unit_price),
            "times": plain(line.times),
            "divisor": plain(line.divisor),
            "net": _net(line),
            "vat": plain(percent_of(line.vat_rate)),
            "corrects": corrects,
        }
        for name, value in computed.items():
            if printed.get(name) != value:
                yield Finding(f"lines[{position}].{name}", str(printed.get(name)), str(value))


def _sum_findings(facts: Mapping[str, Any], lines: Sequence[RatedLine]) -> Iterator[Finding]:
    rates = {line.vat_rate: percent_of(line.vat_rate) for line in lines}
    totals = bill_totals(lines, rates=rates, currency=facts["currency"])
    computed = {
        one.name: {"net": one.net.as_text(), "tax": one.tax.as_text()} for one in totals.by_rate
    }
    stated = {
        rate_name(Decimal(one["percent"]), Category(one["category"])): {
            "net": one["net"], "tax": one["tax"],
        }
        for one in facts["vat"]
    }  # fmt: skip
    if stated != computed:
        yield Finding("vat", str(stated), str(computed))
    for name, amount in (("net", totals.net), ("tax", totals.tax), ("total", totals.gross)):
        if facts[name] != amount.as_text():
            yield Finding(name, facts[name], amount.as_text())


def _use_findings(facts: Mapping[str, Any]) -> Iterator[Finding]:
    """
    Compare what was rated with what the registers showed, where both are in one unit.
    """
    for contract in facts["contracts"]:
        used: dict[str, Decimal] = {}
        for register in [*contract["registers"], *contract.get("measured", ())]:
            name = register["quantity"]
            used[name] = used.get(name, Decimal(0)) + Decimal(register["used"] or 0)
        for name, shown in used.items():
            rated = sum(
                (Decimal(part["quantities"].get(name, "0")) for part in contract["rated"]),
                Decimal(0),
            )
            if rated != shown:
                yield Finding(f"contracts[{contract['id']}].{name}", plain(rated), plain(shown))


def _net(line: RatedLine) -> str:
    return line.net.as_text() if isinstance(line.net, Money) else plain(line.net)


def _traced(contract: int, line: RatedLine) -> Traced:
    return Traced(
        contract=contract,
        code=line.code,
        quantity=plain(line.quantity),
        unit_price=plain(line.unit_price),
        times=plain(line.times),
        divisor=plain(line.divisor),
        net=_net(line),
        trace={
            name: plain(value) if isinstance(value, Decimal) else value
            for name, value in line.trace
        },
    )
