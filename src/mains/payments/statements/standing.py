"""What accounts owe now, as a plain statement: nothing, something later, or something overdue."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Sum

from mains.billing.models import BillState
from mains.core.money import Money
from mains.customers.models import Account
from mains.ledger import queries as ledger
from mains.payments import queries
from mains.payments.models import AttemptBill, AttemptState
from mains.payments.queries import BillRow
from mains.payments.rules.standing import OpenBill, Standing, standing_of


def confirmed_minor(*, account_ids: Collection[int]) -> dict[int, int]:
    """
    Return in minor units what is being confirmed for each account that has such a payment.
    """
    rows = (
        AttemptBill.objects.filter(
            bill__account_id__in=account_ids,
            bill__state=BillState.ISSUED,
            live=True,
            attempt__state=AttemptState.UNKNOWN,
        )
        .order_by()
        .values_list("bill__account_id")
        .annotate(total=Sum("amount_minor"))
    )
    return {account_id: int(total) for account_id, total in rows}


def standings(*, account_ids: Collection[int], today: date) -> dict[int, Standing]:
    """
    Return how each account stands; whoever asks says as of which instant.
    """
    currencies = Account.objects.filter(pk__in=account_ids).values_list("pk", "currency")
    return standings_from(
        currencies=dict(currencies),
        open_bills=queries.payable(account_ids=account_ids, today=today),
        balances_minor=ledger.balances_minor(account_ids=account_ids),
        today=today,
    )


def standings_from(
    *,
    currencies: Mapping[int, str],
    open_bills: Sequence[BillRow],
    balances_minor: Mapping[int, int],
    today: date,
) -> dict[int, Standing]:
    """
    Return how accounts stand, for a page that has their open bills and balances already.

    `currencies` names the accounts, each with its currency.
    """
    bills: dict[int, list[OpenBill]] = defaultdict(list)
    for row in open_bills:
        bills[row.account_id].append(
            OpenBill(
                outstanding=row.outstanding,
                due_date=row.due_date,
                is_collected=row.collection_date is not None,
                parts=row.instalments,
            )
        )
    waiting = {row.account_id for row in open_bills if row.processing}
    confirmed = confirmed_minor(account_ids=waiting) if waiting else {}
    return {
        account_id: standing_of(
            balance=Money(balances_minor.get(account_id, 0), currency),
            bills=bills[account_id],
            confirmed=Money(confirmed.get(account_id, 0), currency),
            today=today,
        )
        for account_id, currency in currencies.items()
    }


def summed(found: Iterable[Standing]) -> list[Standing]:
    """
    Return one standing per currency for all of the accounts together.
    """
    by_currency: dict[str, list[Standing]] = defaultdict(list)
    for one in found:
        by_currency[one.balance.currency].append(one)
    return [
        Standing(*(Money.total(column, currency=currency) for column in zip(*rows, strict=True)))
        for currency, rows in sorted(by_currency.items())
    ]
