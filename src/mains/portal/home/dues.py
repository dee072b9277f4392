"""What is due, company by company: sums are never taken over two companies or two currencies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mains.core.money import Money
from mains.enrolment.queries import LinkedAccount
from mains.payments.queries import BillRow

# The payment page takes so many bills at once, and the home page shows so many.
MOST_PAID, MOST_SHOWN = 50, 5


@dataclass(frozen=True, slots=True)
class Due:
    """
    What is owed to one company in one currency; `credit` is None where there is none.
    """

    company: str
    owed: Money
    bills: list[BillRow]
    credit: Money | None

    @property
    def shown(self) -> list[BillRow]:
        return self.bills[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.bills) - len(self.shown)

    @property
    def paid_now(self) -> list[BillRow]:
        return self.bills[:MOST_PAID]

    @property
    def pays_all(self) -> bool:
        return len(self.bills) <= MOST_PAID


def dues(
    *,
    accounts: Iterable[LinkedAccount],
    bills: Iterable[BillRow],
    balances_minor: Mapping[int, int],
) -> list[Due]:
    """
    Group accounts and what is to be paid on them by company and currency, by company's name.
    """
    names: dict[tuple[str, str], str] = {}
    credits_minor: dict[tuple[str, str], int] = {}
    of_account: dict[int, tuple[str, str]] = {}
    for account in accounts:
        key = of_account[account.pk] = (account.company_code, account.currency)
        names[key] = account.company
        credit = max(-balances_minor.get(account.pk, 0), 0)
        credits_minor[key] = credits_minor.get(key, 0) + credit
    open_bills: dict[tuple[str, str], list[BillRow]] = {}
    for bill in bills:
        open_bills.setdefault(of_account[bill.account_id], []).append(bill)
    return [
        Due(
            company=names[key],
            owed=Money.total(
                (bill.outstanding for bill in open_bills.get(key, [])), currency=key[1]
            ),
            bills=open_bills.get(key, []),
            credit=Money(credits_minor[key], key[1]) if credits_minor[key] else None,
        )
        for key in sorted(names, key=lambda one: (names[one], one))
    ]


def of_several(found: Iterable[Due]) -> list[BillRow]:
    """
    Return all bills of several companies, to be paid in one go; none where it is one company, or
    more than the payment page takes.
    """
    owing = [due.bills for due in found if due.bills]
    bills = [bill for rows in owing for bill in rows]
    return bills if len(owing) > 1 and len(bills) <= MOST_PAID else []
