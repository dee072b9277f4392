"""A credit note: every figure of a bill the other way round, under a number of its own."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

CREDIT = "CREDIT"


def opposite(text: str) -> str:
    """
    Return a decimal text with the other sign; nothing has none.
    """
    if not text or not Decimal(text):
        return text
    return text[1:] if text.startswith("-") else f"-{text}"


def credited(facts: Mapping[str, Any], **own: Any) -> dict[str, Any]:
    """
    Return the facts of a credit note for a bill: lines, VAT and sums negated, `own` facts instead.

    What the bill was rated from stays beside them, so that the note can be computed again.
    """
    lines = [
        {**line, "quantity": opposite(line["quantity"]), "net": opposite(line["net"])}
        for line in facts["lines"]
    ]
    vat = [
        {**one, "net": opposite(one["net"]), "tax": opposite(one["tax"])} for one in facts["vat"]
    ]
    sums = {name: opposite(facts[name]) for name in ("net", "tax", "total")}
    return {
        **facts,
        "kind": CREDIT,
        "lines": lines,
        "vat": vat,
        **sums,
        "credits": {"number": facts["number"], "issue_date": facts["issue_date"]},
        **own,
    }


def rests_on_estimates(facts: Mapping[str, Any]) -> bool:
    """
    Tell whether a bill counts what nobody read, or sets right one that did.
    """
    return any(
        contract.get("corrections")
        or any(register.get("method") for register in contract["registers"])
        for contract in facts["contracts"]
    )


def takes_off(facts: Mapping[str, Any], *, number: str) -> bool:
    """
    Tell whether a settlement took off the fixed amounts of the bill with a number.
    """
    return any(
        number in billed["bills"]
        for contract in facts["contracts"]
        for billed in contract.get("budget_billed", ())
    )
