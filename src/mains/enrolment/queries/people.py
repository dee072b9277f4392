"""Who else sees an account, and who was invited to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from mains.audit import queries as audit
from mains.enrolment.models import AccountLink, Invitation, LinkRole
from mains.enrolment.queries.links import in_force, last_day
from mains.enrolment.rules.rights import SHARING
from mains.identity.models import User


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """
    A link that waits to be accepted: one account, or `accounts` of them under one authority.
    """

    id: int
    account_id: int
    account: str
    accounts: int
    email: str
    created_at: datetime
    expires_at: datetime


def open_invitations(*, now: datetime, limit: int = 100) -> list[InvitationRow]:
    """
    Return the staff's invitations that can be accepted, newest first.
    """
    links = (
        Invitation.objects.filter(
            accepted_at=None, revoked_at=None, expires_at__gt=now, granted_by=None
        )
        .values("token_hash")
        .annotate(
            first=Min("pk"),
            accounts=Count("pk"),
            number=Min("account__number"),
            created=Max("created_at"),
        )
        .order_by("-created", "-first")[:limit]
    )
    by_id = {link["first"]: link for link in links}
    rows = Invitation.objects.filter(pk__in=by_id).select_related("account")
    return [
        InvitationRow(
            row.pk,
            row.account_id,
            row.account.number,
            by_id[row.pk]["accounts"],
            row.email,
            row.created_at,
            row.expires_at,
        )
        for row in sorted(rows, key=lambda row: (row.created_at, row.pk), reverse=True)
    ]


@dataclass(frozen=True, slots=True)
class WhoSees:
    """
    A login that sees an account, as staff and its holder see it.
    """

    link_id: int
    account_id: int
    user_id: int
    email: str
    role: LinkRole
    authority: str
    may_read: bool
    may_pay: bool
    linked_at: datetime
    last_date: date | None


def who_sees(*, account_id: int, today: date) -> list[WhoSees]:
    """
    Return the logins that see an account today, in the order in which they were linked.
    """
    links = in_force(today=today).filter(account_id=account_id).order_by("linked_at", "pk")
    emails = dict(User.objects.filter(pk__in=links.values("user_id")).values_list("pk", "email"))
    return [_who(link, emails.get(link.user_id, "")) for link in links]


def _who(link: AccountLink, email: str) -> WhoSees:
    return WhoSees(
        link.pk,
        link.account_id,
        link.user_id,
        email,
        LinkRole(link.role),
        link.authority,
        link.may_read,
        link.may_pay,
        link.linked_at,
        last_day(link.until_date),
    )


def person(*, link_id: int, today: date) -> WhoSees | None:
    """
    Return what one link that holds today lets its login see, or None.
    """
    link = in_force(today=today).filter(pk=link_id).first()
    if link is None:
        return None
    user = User.objects.filter(pk=link.user_id).first()
    return _who(link, user.email if user else "")


def under_same_authority(*, link_id: int, today: date) -> int:
    """
    Return how many accounts a login sees under the written authority of one of its links.
    """
    link = AccountLink.objects.get(pk=link_id)
    return (
        in_force(today=today)
        .filter(user_id=link.user_id, role=link.role, authority=link.authority)
        .count()
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Somebody whom a holder invited and who has not accepted yet.
    """

    id: int
    email: str
    may_read: bool
    may_pay: bool
    last_date: date | None
    expires_at: datetime


def asked(*, account_id: int, now: datetime, today: date) -> list[Asked]:
    """
    Return the people who were invited to share an account and can still accept, by e-mail.
    """
    rows = Invitation.objects.filter(
        account_id=account_id,
        role=LinkRole.DELEGATE,
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=now,
    ).exclude(until_date__lte=today)
    return [
        Asked(
            row.pk, row.email, row.may_read, row.may_pay, last_day(row.until_date), row.expires_at
        )
        for row in rows.order_by("email", "pk")
    ]


def open_rows(*, token_hash: str, now: datetime, today: date) -> QuerySet[Invitation]:
    """
    Return what a mailed link can still give: not used, revoked, late, or of a giver who lost it.
    """
    givers = in_force(today=today).filter(
        account_id=OuterRef("account_id"), user_id=OuterRef("granted_by"), role__in=SHARING
    )
    return (
        Invitation.objects.filter(
            Q(granted_by__isnull=True) | Exists(givers),
            token_hash=token_hash,
            accepted_at=None,
            revoked_at=None,
            expires_at__gt=now,
        )
        .exclude(until_date__lte=today)
        .order_by("account__number")
    )


@dataclass(frozen=True, slots=True)
class Access:
    """
    What somebody other than the holder did with an account; `email` is empty for staff.
    """

    id: int
    account_id: int
    actor: str
    email: str
    purpose: str
    reason: str
    at: datetime

    @property
    def by_staff(self) -> bool:
        return not self.actor.startswith("user:")


def access_log(
    *, account_ids: Collection[int], before: int | None = None, limit: int = 25
) -> list[Access]:
    """
    Return what others did with accounts, newest first; `before` is the last id of a page.
    """
    rows = audit.accesses(account_ids=account_ids, before=before, limit=limit)
    users = {int(row.actor[5:]) for row in rows if row.actor.startswith("user:")}
    emails = dict(User.objects.filter(pk__in=users).values_list("pk", "email"))
    return [
        Access(
            row.id,
            row.account_id,
            row.actor,
            emails.get(int(row.actor[5:]), "") if row.actor.startswith("user:") else "",
            row.purpose,
            row.reason,
            row.at,
        )
        for row in rows
    ]
