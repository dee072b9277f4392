"""How the bills of each contract of an account come: now, next, and before."""

from dataclasses import dataclass
from datetime import date, datetime

from mains.customers.models import DeliveryMode, DeliveryPreference
from mains.enrolment.queries.delivering import Choosable, choosable
from mains.tenancy.tenantfile.identity import Portal


@dataclass(frozen=True, slots=True)
class Chosen:
    """
    One choice: how and where bills come, from which day on, and on which words.

    Without an address of its own it is the contact on file.
    """

    mode: DeliveryMode
    email: str
    start_date: date
    end_date: date | None
    chosen_at: datetime
    notice: str


@dataclass(frozen=True, slots=True)
class ContractDelivery:
    """
    A contract with every choice made for it, the latest first; none where nothing was chosen.
    """

    contract: Choosable
    choices: tuple[Chosen, ...]

    @property
    def latest(self) -> Chosen | None:
        """
        Return what holds in the end.
        """
        return self.choices[0] if self.choices else None

    def on(self, day: date) -> Chosen | None:
        """
        Return what holds on a day.
        """
        return next((one for one in self.choices if one.start_date <= day), None)

    def before_latest(self, *, open_day: date) -> Chosen | None:
        """
        Return what held before the latest choice, as long as no run has taken that one.
        """
        if len(self.choices) < 2 or self.choices[0].start_date < open_day:
            return None
        return self.choices[1]


def chosen_at(*, account_id: int) -> list[datetime]:
    """
    Return when each choice for an account was made.
    """
    rows = DeliveryPreference.objects.filter(contract__account=account_id)
    return list(rows.values_list("chosen_at", flat=True))


def how_bills_come(*, account_id: int, portal: Portal, today: date) -> list[ContractDelivery]:
    """
    Return how the bills of an account's running contracts come, in two queries.
    """
    contracts = choosable(account_id=account_id, portal=portal, today=today)
    rows = DeliveryPreference.objects.filter(contract__in=[one.id for one in contracts])
    rows = rows.select_related("contract__account__customer")
    chosen: dict[int, list[Chosen]] = {}
    for row in rows.order_by("-start_date", "-pk"):
        chosen.setdefault(row.contract_id, []).append(
            Chosen(
                DeliveryMode(row.mode),
                _address(row),
                row.start_date,
                row.end_date,
                row.chosen_at,
                row.notice,
            )
        )
    return [ContractDelivery(one, tuple(chosen.get(one.id, ()))) for one in contracts]


def _address(row: DeliveryPreference) -> str:
    if row.mode == DeliveryMode.PAPER:
        return ""
    return row.email or row.contract.account.customer.email
