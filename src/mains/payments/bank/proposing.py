"""What an open bank line may be for: everything that is known of payer, text and bills."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from mains.billing.models import Bill, BillState
from mains.customers.models import Account, Company, Mandate
from mains.ledger.models import Balance
from mains.payments import queries
from mains.payments.bank.naming import named_in, payee_of
from mains.payments.models import Allocation, BankLine, LineState
from mains.payments.queries import BillRow
from mains.payments.rules import matching
from mains.payments.rules.matching import Credit, Holder, Named, Owed, Proposal
from mains.payments.rules.names import words

# So many accounts may come into question for a line by its amount, and by its name.
_MOST, _LETTERS = 20, 4


@dataclass(frozen=True, slots=True)
class Found:
    """
    What is proposed for a line, the surest first, with the bills by id.
    """

    proposals: tuple[Proposal, ...]
    bills: dict[int, BillRow]


def text_of(line: BankLine) -> str:
    """
    Return all that a payer can have written a reference in.
    """
    return "\n".join(part for part in (line.remittance, line.text, line.end_to_end_id) if part)


def waiting_minor(line: BankLine) -> int:
    """
    Return what of a credit nobody has placed yet, in minor units.
    """
    return line.amount_minor if line.payment is None else line.payment.suspense_minor


def by_reference(*, line: BankLine, today: date, reference_alone: bool) -> Found:
    """
    Return what the text of a line names: all that may ever be booked without a person.
    """
    named = named_in(text=text_of(line), payee=payee_of(line.company), today=today)
    return _found(line, named, set(), today, reference_alone)


def by_everything(*, line: BankLine, today: date) -> Found:
    """
    Return what a line may be for, by its text, its amount, its bank account and its name.
    """
    named = named_in(text=text_of(line), payee=payee_of(line.company), today=today)
    accounts = {
        *_with_iban(line), *_owing(line), *_of_that_name(line.company, line.payer_name),
    }  # fmt: skip
    return _found(line, named, accounts, today, reference_alone=False)


def _found(
    line: BankLine,
    named: Sequence[Named],
    accounts: Collection[int],
    today: date,
    reference_alone: bool,
) -> Found:
    ids = [pk for one in named for pk in one.bill_ids]
    rows = {row.id: row for row in queries.bills_with_ids(bill_ids=ids, today=today)}
    if accounts:
        rows |= {row.id: row for row in queries.payable(account_ids=accounts, today=today)}
    rows = {pk: row for pk, row in rows.items() if row.outstanding.currency == line.currency}
    everybody = {*accounts, *(row.account_id for row in rows.values())}
    proposals = matching.propose(
        Credit(waiting_minor(line), line.payer_name),
        named=named,
        owed=[Owed(row.id, row.account_id, row.outstanding.minor, row.due_date)
              for row in rows.values()],
        holders=_holders(line, everybody),
        reference_alone=reference_alone,
    )  # fmt: skip
    return Found(tuple(proposals), rows)


def _holders(line: BankLine, account_ids: Collection[int]) -> dict[int, Holder]:
    accounts = Account.objects.filter(pk__in=account_ids).select_related("customer")
    names = {one.pk: [one.customer.name] for one in accounts.order_by("pk")}
    for account_id, holder in Mandate.objects.filter(account_id__in=names).values_list(
        "account_id", "holder"
    ):
        names[account_id].append(holder)
    payers = _with_iban(line)
    return {pk: Holder(tuple(found), pk in payers) for pk, found in names.items()}


def _with_iban(line: BankLine) -> set[int]:
    """
    Return the accounts that were paid from this bank account before, or have a mandate on it.
    """
    if not line.payer_iban:
        return set()
    before = BankLine.objects.filter(
        company=line.company, payer_iban=line.payer_iban, state=LineState.BOOKED
    ).exclude(pk=line.pk)
    paid = Allocation.objects.filter(
        payment__in=before.values("payment_id"), bill__account__currency=line.currency
    )
    mandates = Mandate.objects.filter(
        iban=line.payer_iban, account__company=line.company, account__currency=line.currency
    )
    return {
        *paid.values_list("bill__account_id", flat=True).distinct()[:_MOST],
        *mandates.values_list("account_id", flat=True)[:_MOST],
    }


def _owing(line: BankLine) -> set[int]:
    """
    Return accounts that owe just this, on one bill or altogether.
    """
    bills = Bill.objects.filter(
        account__company=line.company, state=BillState.ISSUED, currency=line.currency,
        total_minor=waiting_minor(line),
    )  # fmt: skip
    owing = Balance.objects.filter(
        ledger_account__account__company=line.company, ledger_account__currency=line.currency,
        minor=waiting_minor(line),
    )  # fmt: skip
    ids = list(bills.order_by("-pk").values_list("account_id", flat=True)[: 5 * _MOST])
    open_ids = Balance.objects.filter(ledger_account__account_id__in=ids, minor__gt=0)
    return {
        *open_ids.values_list("ledger_account__account_id", flat=True)[:_MOST],
        *owing.order_by("pk").values_list("ledger_account__account_id", flat=True)[:_MOST],
    }


def _of_that_name(company: Company, name: str) -> set[int]:
    """
    Return accounts whose customer has the longest word of a name.
    """
    longest = max(sorted(words(name)), key=len, default="")
    if len(longest) < _LETTERS:
        return set()
    rows = Account.objects.filter(company=company, customer__name__unaccent__icontains=longest)
    return set(rows.order_by("pk").values_list("pk", flat=True)[:_MOST])
