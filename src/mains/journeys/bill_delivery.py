"""
How bills come: one setting, shown and changed in several places, and the bill it counts from.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.core import signing

from mains.billing.runs import snapshots
from mains.core.calendars import Period
from mains.core.transactions import owns_transaction
from mains.customers.models import Account, DeliveryMode
from mains.enrolment import legal, queries
from mains.enrolment.actions import consents, delivery_setting, telling
from mains.enrolment.actions.consents import Agreed, ConsentPurpose
from mains.enrolment.actions.delivery_setting import Choice
from mains.enrolment.models import Wording
from mains.enrolment.queries import Choosable
from mains.enrolment.queries.delivery_setting import Chosen, ContractDelivery
from mains.guard import keys
from mains.journeys import bill_run
from mains.notifications import actions as notifications
from mains.tenancy.queries import TenantInfo

PURPOSE = "delivery-address"
HOURS = 48


class LinkOver(Exception):
    """The link is too old, nobody here sent it, or another choice was made meanwhile."""


@dataclass(frozen=True, slots=True)
class FirstBill:
    """
    The first bill that a choice of today is for: its days, and its issue date where one is planned.
    """

    period: Period
    issue_date: date | None


@dataclass(frozen=True, slots=True)
class ContractSetting:
    """
    How the bills of a contract come today, and from a later day on if that differs.

    `undo` is what held before, as long as that can be chosen back before it counts.
    """

    contract: Choosable
    now: Chosen | None
    later: Chosen | None
    undo: Chosen | None
    history: tuple[Chosen, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """
    How the bills of an account come, contract by contract.
    """

    contracts: list[ContractSetting]
    modes: tuple[DeliveryMode, ...]
    first_bill: FirstBill
    is_eligible: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of a choice: from which day and bill it counts, or that an address is asked first.

    Without a day it was chosen already.
    """

    start_date: date | None
    first_bill: FirstBill
    asked: str = ""


def setting(*, tenant: TenantInfo, account_id: int, today: date) -> Setting:
    """
    Return how the bills of an account come, what may be chosen, and from which bill on.
    """
    file = tenant.file
    rows = queries.how_bills_come(account_id=account_id, portal=file.portal, today=today)
    company_id = Account.objects.values_list("company_id", flat=True).get(pk=account_id)
    open_day = snapshots.first_open_day(company_id=company_id, account_id=account_id, today=today)
    eligible = delivery_setting.is_eligible(account_id=account_id, file=file, today=today)
    bound = bool(rows) and all(row.contract.bound for row in rows)
    return Setting(
        contracts=[_contract(row, today=today, open_day=open_day) for row in rows],
        modes=_modes(bound=bound, eligible=eligible),
        first_bill=first_bill(tenant=tenant, company_id=company_id, today=today),
        is_eligible=eligible or bound,
    )


def _modes(*, bound: bool, eligible: bool) -> tuple[DeliveryMode, ...]:
    if bound:
        return (DeliveryMode.ELECTRONIC,)
    if not eligible:
        return (DeliveryMode.PAPER,)
    return (DeliveryMode.ELECTRONIC, DeliveryMode.PAPER, DeliveryMode.BOTH)


def _contract(row: ContractDelivery, *, today: date, open_day: date) -> ContractSetting:
    latest = row.latest
    return ContractSetting(
        contract=row.contract,
        now=row.on(today),
        later=latest if latest is not None and latest.start_date > today else None,
        undo=row.before_latest(open_day=open_day),
        history=row.choices,
    )


def first_bill(*, tenant: TenantInfo, company_id: int, today: date) -> FirstBill:
    """
    Return the next regular bill of a company that no run has taken the choices for.
    """
    period = snapshots.next_period(
        company_id=company_id, ended=bill_run.period_before(tenant=tenant, today=today)
    )
    day = tenant.file.billing.issue_day
    if day is None:
        return FirstBill(period, None)
    return FirstBill(period, max(period.end.replace(day=day), today))


def words(*, tenant: TenantInfo, mode: DeliveryMode, language: str) -> Agreed:
    """
    Return the words beside a mode, as they are shown and kept.
    """
    return legal.delivery(file=tenant.file, mode=mode, language=language)


def choose(
    *,
    tenant: TenantInfo,
    choice: Choice,
    user_id: int,
    address: str,
    now: datetime,
) -> Outcome:
    """
    Choose for a login how bills come; another address than its own is asked to confirm first.

    :raises: what `delivery_setting.choose_as` does, but for an address that is not proven.
    """
    today = tenant.date_of(now)
    company_id = Account.objects.values_list("company_id", flat=True).get(pk=choice.account_id)
    first = first_bill(tenant=tenant, company_id=company_id, today=today)
    try:
        start_date = delivery_setting.choose_as(
            choice=choice,
            user_id=user_id,
            file=tenant.file,
            address=address,
            now=now,
            today=today,
        )
    except delivery_setting.AddressNotProven:
        _ask(tenant=tenant, choice=choice, user_id=user_id, now=now)
        return Outcome(None, first, asked=choice.email.lower())
    # A run that began meanwhile has taken its choices: what is said is what that leaves.
    return Outcome(start_date, first_bill(tenant=tenant, company_id=company_id, today=today))


def choose_for(*, tenant: TenantInfo, choice: Choice, staff_id: int, now: datetime) -> Outcome:
    """
    Choose as a member of staff for a customer how bills come.

    :raises: what `delivery_setting.choose_for` does.
    """
    today = tenant.date_of(now)
    start_date = delivery_setting.choose_for(
        choice=choice, staff_id=staff_id, file=tenant.file, now=now, today=today
    )
    company_id = Account.objects.values_list("company_id", flat=True).get(pk=choice.account_id)
    return Outcome(start_date, first_bill(tenant=tenant, company_id=company_id, today=today))


@owns_transaction
def _ask(*, tenant: TenantInfo, choice: Choice, user_id: int, now: datetime) -> None:
    """
    Mail a link to an address; whoever reads it there makes the choice count.
    """
    account = Account.objects.get(pk=choice.account_id)
    wording = consents.keep_wording(agreed=choice.words, now=now)
    token = keys.sign(
        [
            user_id, choice.account_id, list(choice.contract_ids), str(choice.mode),
            choice.email.lower(), wording.pk, _standing(choice.account_id), now.timestamp(),
        ],
        purpose=PURPOSE,
    )  # fmt: skip
    notifications.queue(
        kind="delivery-address",
        key=f"{choice.account_id}.{now.timestamp():.6f}",
        recipient=choice.email.lower(),
        language=choice.words.language,
        values={
            "account": telling.ending(account.number),
            "url": f"{tenant.url}/accounts/delivery/{token}/",
            "hours": str(HOURS),
        },
        now=now,
    )


def _standing(account_id: int) -> str:
    """
    Return what tells whether somebody chose since, and the link is over.
    """
    rows = queries.chosen_at(account_id=account_id)
    return max(rows).isoformat() if rows else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a link asks an address: whose choice it is, and for which account.
    """

    user_id: int
    choice: Choice


def asked(*, token: str, now: datetime) -> Asked:
    """
    Return the choice that waits for a link.

    :raises LinkOver: if it is too old, or somebody chose since.
    """
    try:
        user_id, account_id, contracts, mode, email, wording, standing, at = cast(
            list[Any], keys.unsign(token, purpose=PURPOSE)
        )
    except signing.BadSignature as error:
        raise LinkOver from error
    kept = Wording.objects.filter(pk=wording).first()
    if kept is None or now.timestamp() - at > timedelta(hours=HOURS).total_seconds():
        raise LinkOver
    if _standing(account_id) != standing:
        raise LinkOver
    told = Agreed(ConsentPurpose.ELECTRONIC_BILL, kept.language, kept.text)
    return Asked(user_id, Choice(account_id, tuple(contracts), DeliveryMode(mode), email, told))


def confirm(*, tenant: TenantInfo, token: str, now: datetime) -> Outcome:
    """
    Make the choice of a link count, now that its address is read.

    :raises LinkOver: if it is too old, somebody chose since, or the login no longer may.
    """
    found = asked(token=token, now=now)
    today = tenant.date_of(now)
    try:
        start_date = delivery_setting.choose_as(
            choice=found.choice,
            user_id=found.user_id,
            file=tenant.file,
            address="",
            now=now,
            today=today,
            proven=found.choice.email,
        )
    except (*delivery_setting.REFUSALS, Account.DoesNotExist) as error:
        raise LinkOver from error
    company_id = Account.objects.values_list("company_id", flat=True).get(
        pk=found.choice.account_id
    )
    return Outcome(start_date, first_bill(tenant=tenant, company_id=company_id, today=today))
