"""Whether statements follow one another: where balances do not meet, one between is missing."""

from collections.abc import Sequence
from typing import Any

from mains.bankfiles.statement import Statement
from mains.payments.rules.bank_accounts import plain


def told(
    statements: Sequence[Statement], *, earlier: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """
    Return what is kept of statements as JSON: balances in minor units, what is missing in each,
    and in `before` the closing balance of the one before where this one does not begin with it.
    """
    before, found = list(earlier), []
    for one in statements:
        row = {
            "account": one.account,
            "currency": one.currency,
            "number": one.number,
            "opening": one.opening_minor,
            "closing": one.closing_minor,
            "first": one.first_date and one.first_date.isoformat(),
            "last": one.last_date and one.last_date.isoformat(),
            "lines": len(one.lines),
            "missing": one.missing_minor or 0,
        }
        found.append({**row, "before": _before(row, before)})
        before.append(row)
    return found


def _before(row: dict[str, Any], earlier: list[dict[str, Any]]) -> int | None:
    """
    Return the latest closing balance of the account that this opening balance does not follow.

    None where there is none, where they meet, and for a statement that was imported before.
    """
    if row["opening"] is None or not row["first"]:
        return None
    same = [
        one
        for one in earlier
        if (plain(one["account"]), one["currency"]) == (plain(row["account"]), row["currency"])
        and one["closing"] is not None
        and one["last"]
        and one["last"] <= row["first"]
        and (one["first"], one["last"]) != (row["first"], row["last"])
    ]
    if not same or any(one["closing"] == row["opening"] for one in same):
        return None
    latest = max(one["last"] for one in same)
    return int(next(one["closing"] for one in reversed(same) if one["last"] == latest))
