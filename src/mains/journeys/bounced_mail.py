"""
Messages came back from an address: its bills go on paper, or their holder is told, as the provider
decided (`delivery.on_bounce`, after `delivery.bounces` of them).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from mains.audit import actions as audit
from mains.core import signatures
from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.enrolment import actions as enrolment
from mains.enrolment import queries
from mains.enrolment.actions import telling
from mains.notifications import bounces
from mains.notifications.bounces import Report
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import OnBounce

HEADER = "Mains-Signature"
PATH = "/webhooks/mail/bounces/"


@dataclass(frozen=True, slots=True)
class Reached:
    """
    An account with contracts whose bills go to the address; `bound` have no paper.
    """

    account_id: int
    free: tuple[int, ...]
    bound: tuple[int, ...]
    count: int


def secret_of(tenant: TenantInfo) -> bytes:
    """
    Return with what a tenant's mail provider signs its reports.
    """
    return signatures.secret_of(f"bounces:{tenant.schema_name}")


def take_in(*, tenant: TenantInfo, report: Report, actor: str, now: datetime) -> bool:
    """
    Mark a message that will never arrive, and do what the provider decided about its address.

    :returns: whether it is new; the same report again does nothing more.
    """
    today = tenant.date_of(now)
    if not _marked(report, actor=actor, now=now):
        return False
    policy, most = tenant.file.delivery.on_bounce, tenant.file.delivery.bounces
    for reached in reached_by(tenant=tenant, address=report.recipient, today=today):
        if reached.count < most:
            continue
        if policy is OnBounce.PAPER and reached.free:
            enrolment.lose_electronic(
                account_id=reached.account_id,
                contract_ids=reached.free,
                why=enrolment.BOUNCED,
                now=now,
                today=today,
                unreachable=report.recipient,
            )
        if reached.count == most and (policy is OnBounce.TELL or reached.bound):
            _tell(reached, report.recipient, now=now, today=today)
    return True


@owns_transaction
def _marked(report: Report, *, actor: str, now: datetime) -> bool:
    message_id = bounces.mark(report=report)
    if message_id is None:
        return False
    audit.record(action="message.came_back", subject=f"message:{message_id}", actor=actor, now=now)
    return True


def reached_by(*, tenant: TenantInfo, address: str, today: date) -> list[Reached]:
    """
    Return the accounts with bills that go to an address, today or later, with how many messages
    came back since that was chosen.
    """
    own = Q(email__iexact=address)
    contact = Q(email="", contract__account__customer__email__iexact=address)
    rows = queries.electronic(today=today).filter(own | contact).select_related("contract")
    back = bounces.came_back_at(recipient=address)
    found: dict[int, Reached] = {}
    for row in rows.order_by("contract__account", "contract"):
        bound = tenant.file.portal.binds(row.contract.contract_class)
        before = found.get(row.contract.account_id, Reached(row.contract.account_id, (), (), 0))
        found[before.account_id] = Reached(
            before.account_id,
            before.free if bound else (*before.free, row.contract_id),
            (*before.bound, row.contract_id) if bound else before.bound,
            max(before.count, sum(at >= row.chosen_at for at in back)),
        )
    return list(found.values())


@owns_transaction
def _tell(reached: Reached, address: str, *, now: datetime, today: date) -> None:
    account = Account.objects.select_related("customer").get(pk=reached.account_id)
    telling.tell(
        telling.holders([account], but=0, today=today, unreachable=address),
        kind="email-came-back",
        key=f"{account.pk}.{now.timestamp():.6f}",
        values={"account": telling.ending(account.number), "email": address},
        now=now,
    )
