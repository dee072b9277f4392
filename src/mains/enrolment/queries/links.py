"""Which accounts a login may touch today, and what it may do with each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from mains.customers.models import Customer
from mains.enrolment.models import AccountLink, LinkRole
from mains.enrolment.rules.rights import SHARING, Right, rights_of
from mains.tenancy.tenantfile.identity import Grouping


def in_force(*, today: date) -> QuerySet[AccountLink]:
    """
    Return the links that hold today; what was shared holds while the link of its giver does.

    Asked at every request, so an ended or lapsed link opens nothing, whoever has a session open and
    whether or not a worker runs.
    """
    live = AccountLink.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=today), ended_at__isnull=True
    )
    givers = live.filter(
        account_id=OuterRef("account_id"), user_id=OuterRef("granted_by"), role__in=SHARING
    )
    return live.filter(Q(granted_by__isnull=True) | Exists(givers))


def links_in_force(*, user_id: int, today: date) -> QuerySet[AccountLink]:
    """
    Return the links of a login that hold today.
    """
    return in_force(today=today).filter(user_id=user_id)


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """
    An account as a login sees it, and what it may do with it.

    `holder` is the customer's name, empty for whom the account was only shared with; `last_date` is
    the last day on which the link holds.
    """

    pk: int
    number: str
    currency: str
    company_code: str
    company: str
    holder: str
    role: LinkRole
    rights: frozenset[Right]
    linked_at: datetime
    last_date: date | None

    @property
    def is_shared(self) -> bool:
        return self.role == LinkRole.DELEGATE


def accounts_of(
    *, user_id: int, today: date, grouping: Grouping = Grouping.ALL_LINKED
) -> list[LinkedAccount]:
    """
    Return the accounts that a login sees, by number: one query however many they are.

    Where the tenant shows one tax number to a login, it is the one of the first account linked; an
    account whose customer's number was corrected to another one disappears, and comes back with it.
    """
    links = links_in_force(user_id=user_id, today=today)
    party = party_of(user_id=user_id, today=today) if grouping is Grouping.SAME_TAX_ID else None
    if party is not None:
        links = links.filter(_same_party(party))
    rows = links.order_by("account__number").values_list(
        "account_id",
        "account__number",
        "account__currency",
        "account__company__code",
        "account__company__name",
        "account__customer__name",
        "role",
        "may_read",
        "may_pay",
        "linked_at",
        "until_date",
    )
    return [_linked(*row) for row in rows]


def _linked(
    pk: int,
    number: str,
    currency: str,
    code: str,
    company: str,
    holder: str,
    role: str,
    *held: object,
) -> LinkedAccount:
    may_read, may_pay, linked_at, until_date = held
    return LinkedAccount(
        pk=pk,
        number=number,
        currency=currency,
        company_code=code,
        company=company,
        holder="" if role == LinkRole.DELEGATE else holder,
        role=LinkRole(role),
        rights=rights_of(role=role, may_read=bool(may_read), may_pay=bool(may_pay)),
        linked_at=linked_at,  # type: ignore[arg-type]
        last_date=last_day(until_date),  # type: ignore[arg-type]
    )


def last_day(until_date: date | None) -> date | None:
    """
    Return the last day before a link ends, or None where no end is set.
    """
    return until_date - timedelta(days=1) if until_date else None


def party_of(*, user_id: int, today: date) -> Customer | None:
    """
    Return the customer of the account that a login linked first, or None where it has none.
    """
    first = (
        links_in_force(user_id=user_id, today=today)
        .exclude(role=LinkRole.DELEGATE)
        .select_related("account__customer")
        .order_by("linked_at", "pk")
        .first()
    )
    return first.account.customer if first else None


def is_same_party(*, one: Customer, other: Customer) -> bool:
    """
    Tell whether two customers have one tax number; without a number each is alone.
    """
    return one.pk == other.pk or (bool(one.tax_id) and one.tax_id == other.tax_id)


def is_another_party(*, user_id: int, other: Customer, grouping: Grouping, today: date) -> bool:
    """
    Tell whether a login may not see a customer's accounts, because it shows another tax number.
    """
    if grouping is not Grouping.SAME_TAX_ID:
        return False
    party = party_of(user_id=user_id, today=today)
    return party is not None and not is_same_party(one=party, other=other)


def _same_party(party: Customer) -> Q:
    if party.tax_id:
        return Q(account__customer__tax_id=party.tax_id)
    return Q(account__customer=party)


def contact_locked_until(*, user_id: int, hours: int, now: datetime) -> datetime | None:
    """
    Return until when a login may change nothing that reaches a holder, or None.

    A link made with somebody else's bill must not divert that person's mail before they can object.
    """
    latest = (
        AccountLink.objects.filter(user_id=user_id, ended_at__isnull=True)
        .order_by("-linked_at")
        .values_list("linked_at", flat=True)
        .first()
    )
    until = latest + timedelta(hours=hours) if latest else None
    return until if until and until > now else None
