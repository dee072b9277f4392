"""What an account's next bill would be if nothing else happened until then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max

from mains.billing.inputs import chunk_inputs as reading
from mains.billing.inputs.chunk_inputs import ChunkInputs
from mains.billing.inputs.contracts import ContractRow
from mains.billing.inputs.past_estimates import Corrected
from mains.billing.inputs.plans import Plans
from mains.billing.models import BillRun, RunKind, RunStage
from mains.billing.rules.drafting import Draft, Hold
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.customers.models import Account
from mains.metering.queries import RegisterUse
from mains.tariffs.rules.lines import LineRounding


@dataclass(frozen=True, slots=True)
class ForeseenUse:
    """
    A register on the next bill; `used` in the quantity's unit, None where nobody can tell.
    """

    contract: ContractRow
    register: RegisterUse
    used: Decimal | None


@dataclass(frozen=True, slots=True)
class NextBill:
    """
    The bill that an account gets next, as far as is known; `total` with VAT, unless it is held.

    `has_fixed` tells that it charges a fixed amount instead of what a contract uses.
    """

    account_id: int
    account_number: str
    period: Period
    total: Money | None
    hold: Hold | None
    uses: tuple[ForeseenUse, ...]
    corrected: tuple[Corrected, ...]
    has_fixed: bool = False

    @property
    def is_estimated(self) -> bool:
        """
        Tell whether something on it is still to be read.
        """
        return any(use.register.end_is_estimated for use in self.uses)


def next_bills(
    *,
    account_ids: Sequence[int],
    today: date,
    months: int,
    currency: str,
    line_rounding: LineRounding,
    plans: Plans,
) -> list[NextBill]:
    """
    Return the next bill of accounts, drafted on the path that bills them, in the order given.

    It is for the period after the one that the account's company billed last; before its first run,
    for the one before today's. Whose contract begins later gets the following one; who has none, no
    bill. A period has as many `months` as a bill.
    """
    found: dict[int, NextBill] = {}
    for start, ids in _starts(account_ids, today, months).items():
        waiting = ids
        for ahead in (start, add_months(start, months)):
            # Nothing is stored: a run that nobody started, for these accounts alone.
            run = BillRun(
                period_start=ahead,
                period_end=add_months(ahead, months),
                issue_date=today,
                currency=currency,
            )
            inputs = reading.read(
                run=run, account_ids=waiting, line_rounding=line_rounding, plans=plans
            )
            for draft in reading.drafts(inputs=inputs, account_ids=waiting, currency=currency):
                if draft.hold is not Hold.NOTHING_TO_BILL:
                    found[draft.account_id] = _next_bill(draft, inputs)
            waiting = [account_id for account_id in waiting if account_id not in found]
            if not waiting:
                break
    return [found[account_id] for account_id in account_ids if account_id in found]


def _starts(account_ids: Sequence[int], today: date, months: int) -> Mapping[date, list[int]]:
    """
    Return the accounts by the first day of the period that their company bills next.
    """
    billed = dict(
        BillRun.objects.filter(kind=RunKind.REGULAR, issued_at__isnull=False)
        .exclude(stage=RunStage.CANCELLED)
        .values_list("company_id")
        .annotate(Max("period_end"))
    )
    first = today.replace(day=1)
    begun = first.replace(month=(first.month - 1) // months * months + 1)
    starts: dict[date, list[int]] = defaultdict(list)
    for account_id, company_id in Account.objects.filter(pk__in=account_ids).values_list(
        "pk", "company_id"
    ):
        starts[billed.get(company_id, add_months(begun, -months))].append(account_id)
    return starts


def _next_bill(draft: Draft, inputs: ChunkInputs) -> NextBill:
    contracts = inputs.contracts[draft.account_id]
    return NextBill(
        account_id=draft.account_id,
        account_number=inputs.holders[draft.account_id].number,
        period=inputs.period,
        total=draft.totals.gross if draft.totals else None,
        hold=draft.hold,
        uses=tuple(
            ForeseenUse(contract, use, use.used)
            for contract in contracts
            for use in inputs.uses_of(contract)
        ),
        corrected=tuple(
            one for contract in contracts for one in inputs.corrected.get(contract.contract_id, ())
        ),
        has_fixed=any(contract.contract_id in inputs.fixed for contract in contracts),
    )
