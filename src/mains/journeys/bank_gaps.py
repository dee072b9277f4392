"""Whether statements follow one another: where balances do not meet, one between is missing."""

from collections.abc import Sequence
from typing import Any

from mains.bankfiles.statement import Statement
from mains.payments.rules.bank_accounts import plain


def told(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """
    Return what is kept of statements as JSON: balances, and what lines lack, in minor units.
    """
    return [
        {
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
        for one in statements
    ]


def before(row: dict[str, Any], *, others: Sequence[dict[str, Any]]) -> int | None:
    """
    Return the latest closing balance of the account that an opening balance does not follow.

    None where there is none, or where some statement before it closes with this balance; so a gap
    is none any more once the statement between was imported.
    """
    if row["opening"] is None or not row["first"]:
        return None
    earlier = [one for one in others if one != row and _may_precede(one, row)]
    if not earlier or any(one["closing"] == row["opening"] for one in earlier):
        return None
    latest = max(one["last"] for one in earlier)
    return int(next(one["closing"] for one in reversed(earlier) if one["last"] == latest))


def _may_precede(one: dict[str, Any], row: dict[str, Any]) -> bool:
    is_same = plain(one["account"]) == plain(row["account"]) and one["currency"] == row["currency"]
    has_end = one["closing"] is not None and bool(one["last"])
    return is_same and has_end and one["last"] <= row["first"]
