"""The console's words for what became of the accounts of a run, and why."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.billing.rules.comparing import ROUNDING, VAT, Bucket, reason_of
from mains.billing.rules.drafting import Hold
from mains.billing.rules.outcomes import AccountState, BucketSum
from mains.console.wording import Words


def bucket(code: str) -> str:
    """
    Return what the accounts of a bucket have in common.
    """
    reason = reason_of(code)
    return _error(reason) if reason else cause(code)


def cause(code: str) -> str:
    """
    Return what changed a bill.
    """
    return {
        Bucket.PRICE: _("Prices"),
        Bucket.DAYS: _("Number of days"),
        Bucket.VOLUME: _("Quantity used"),
        Bucket.ESTIMATE: _("Estimates"),
        Bucket.NEW_METER: _("Meter exchanged"),
        Bucket.LOST_DISCOUNT: _("Discount lost"),
        Bucket.CONTRACT: _("Contract began or ended"),
        Bucket.FIXED: _("Fixed amounts"),
        Bucket.OTHER: _("Something else"),
        Bucket.NEW_CUSTOMER: _("First bill"),
        Bucket.UNCHANGED: _("Unchanged"),
        VAT: _("VAT"),
        ROUNDING: _("Rounding"),
    }.get(code, code)


def _error(reason: str) -> str:
    said: dict[str, str] = {
        Hold.NO_READING: _("No reading"),
        Hold.BELOW_PREVIOUS: _("Reading below the one before"),
        Hold.NO_TARIFF: _("No prices"),
        Hold.NOT_RATABLE: _("Prices do not fit the account"),
        Hold.NOTHING_TO_BILL: _("Nothing to charge"),
        Hold.BILLED_ALREADY: _("Billed already"),
        Hold.NOT_SETTLED: _("Fixed amounts not settled"),
    }
    return said.get(reason, reason)


def state(code: str) -> Words:
    """
    Return where an account of a run stands.
    """
    words: dict[str, Words] = {
        AccountState.READY: (_("Ready"), "info"),
        AccountState.HELD: (_("Held back"), "warn"),
        AccountState.BLOCKED: (_("Blocked"), "bad"),
        AccountState.CHANGED: (_("Changed since"), "bad"),
        AccountState.ISSUED: (_("Issued"), "ok"),
        AccountState.LEFT: (_("Left out"), "info"),
    }
    return words.get(code, (code, "info"))


def states(sums: BucketSum) -> str:
    """
    Count the accounts of a bucket that are not simply ready or issued.
    """
    held = sums.count(AccountState.HELD)
    changed = sums.count(AccountState.CHANGED)
    left = sums.count(AccountState.LEFT)
    said = [
        ngettext("%(n)s held back", "%(n)s held back", held) % {"n": held} if held else "",
        ngettext("%(n)s changed since", "%(n)s changed since", changed) % {"n": changed}
        if changed
        else "",
        ngettext("%(n)s left out", "%(n)s left out", left) % {"n": left} if left else "",
    ]
    return ", ".join(filter(None, said))
