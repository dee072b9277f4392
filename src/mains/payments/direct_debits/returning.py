"""Direct debits that came back."""

from datetime import date, datetime

from mains.core.transactions import inside_transaction


@inside_transaction
def take_in(
    *,
    end_to_end_id: str,
    reason: str,
    amount_minor: int,
    currency: str,
    key: str,
    company_id: int,
    now: datetime,
    today: date,
) -> bool:
    """
    Book that a direct debit came back, and tell whether there was one.
    """
    del end_to_end_id, reason, amount_minor, currency, key, company_id, now, today
    return False
