"""Invite somebody to an account, or to several: one link, one address, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.enrolment import queries
from mains.enrolment.actions import accepting, consents, sign_ups
from mains.enrolment.actions.consents import Agreed
from mains.enrolment.actions.links import HOLDER, Terms
from mains.enrolment.models import AccountLink, Invitation, LinkRole
from mains.enrolment.tokens import digest, new_token
from mains.identity.models import User
from mains.notifications import actions as notifications
from mains.tenancy.tenantfile.identity import Grouping


class InvitationOver(Exception):
    """The invitation was used, revoked or replaced, has ended, or never was."""


class InvitationForAnother(Exception):
    """Somebody else is signed in than the one whom the invitation names."""


class LoginExists(Exception):
    """The invited address has a login; its owner signs in to accept."""


class AlreadyLinked(Exception):
    """The invited address sees the account already."""


@owns_transaction
def invite(
    *,
    account_id: int,
    email: str,
    invited_by: str,
    days: int,
    site: str,
    now: datetime,
    today: date,
) -> Invitation:
    """
    Send an invitation; an open one for the same account and address ends with it.

    :raises AlreadyLinked: if that address sees the account, and not only as somebody's guest.
    """
    account = (
        Account.objects.select_for_update(of=("self",))
        .select_related("customer")
        .get(pk=account_id)
    )
    address = email.strip().lower()
    links = links_of(address=address, today=today).filter(account=account)
    if links.exclude(role=LinkRole.DELEGATE).exists():
        raise AlreadyLinked(address)
    token, rows = write(
        accounts=[account], email=address, invited_by=invited_by, days=days, terms=HOLDER, now=now
    )
    notifications.queue(
        kind="invitation",
        key=str(rows[0].pk),
        recipient=address,
        language=account.customer.language,
        values={
            "account": account.number[-3:],
            "url": url_of(site, token),
            "days": str(days),
        },
        now=now,
    )
    return rows[0]


def links_of(*, address: str, today: date) -> QuerySet[AccountLink]:
    """
    Return the links that the login of an e-mail address has today.
    """
    users = User.objects.filter(email=address).values("pk")
    return queries.in_force(today=today).filter(user_id__in=users)


def url_of(site: str, token: str) -> str:
    """
    Return the address that a message leads to.
    """
    return f"{site}/join/invitation/{token}/"


@inside_transaction
def write(
    *,
    accounts: Sequence[Account],
    email: str,
    invited_by: str,
    days: int,
    terms: Terms,
    now: datetime,
) -> tuple[str, list[Invitation]]:
    """
    Store an invitation to accounts and return its token; open ones for the same end with it.
    """
    Invitation.objects.filter(
        account__in=accounts, email=email, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    token = new_token()
    rows = [
        Invitation(
            token_hash=digest(token),
            account=account,
            email=email,
            invited_by=invited_by,
            created_at=now,
            expires_at=now + timedelta(days=days),
            **terms.columns(),
        )
        for account in accounts
    ]
    return token, Invitation.objects.bulk_create(rows)


@owns_transaction
def revoke_invitation(*, invitation_id: int, now: datetime) -> bool:
    """
    End an invitation that was not accepted, whole where it gives several accounts; again: nothing.
    """
    row = Invitation.objects.filter(pk=invitation_id, granted_by=None).first()
    if row is None:
        return False
    return bool(
        Invitation.objects.filter(
            token_hash=row.token_hash, accepted_at=None, revoked_at=None
        ).update(revoked_at=now)
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What an invitation gives; `giver` is who shares an account, empty where staff invited.
    """

    email: str
    role: LinkRole
    account_ids: list[int]
    numbers: list[str]
    may_read: bool
    may_pay: bool
    last_date: date | None
    giver: str


def open_invitation(*, token: str, now: datetime, today: date) -> Offer:
    """
    Return what an invitation gives that can still be accepted.

    :raises InvitationOver: if it cannot.
    """
    rows = list(
        queries.open_rows(token_hash=digest(token), now=now, today=today).select_related("account")
    )
    if not rows:
        raise InvitationOver
    first = rows[0]
    giver = User.objects.filter(pk=first.granted_by).first() if first.granted_by else None
    return Offer(
        email=first.email,
        role=LinkRole(first.role),
        account_ids=[row.account_id for row in rows],
        numbers=[row.account.number for row in rows],
        may_read=first.may_read,
        may_pay=first.may_pay,
        last_date=queries.last_day(first.until_date),
        giver=(giver.name or giver.email) if giver else "",
    )


@owns_transaction
def accept_invitation(
    *,
    token: str,
    applicant: sign_ups.Applicant,
    agreed: Sequence[Agreed],
    address: str,
    site: str,
    now: datetime,
    today: date,
    bills_from: date,
) -> User:
    """
    Make the login of an invited person; the message reached its address, so that is confirmed.

    :raises InvitationOver: if it was used, revoked, replaced, or has ended.
    :raises LoginExists: if the address has a login.
    :raises UserNameTaken: if another login has the user name.
    """
    rows = _locked(token=token, now=now, today=today)
    first = rows[0]
    if User.objects.filter(email=first.email).exists():
        raise LoginExists
    user = sign_ups.make_login(
        email=first.email,
        name=applicant.name,
        username=applicant.username,
        language=applicant.language,
        password=applicant.hashed_password(),
    )
    remembered = consents.keep_for_sign_up(agreed=agreed, address=address, now=now)
    own = first.account_id if first.role == LinkRole.HOLDER else None
    consents.tie_to_login(remembered=remembered, user_id=user.pk, account_id=own)
    accepting.accept(rows, user=user, now=now, today=today)
    if own is not None:
        # Only a holder decides how the account's bills are delivered.
        sign_ups.deliver_electronically(
            account_id=own,
            user=user,
            remembered=remembered,
            bills_from=bills_from,
            now=now,
            today=today,
        )
    sign_ups.welcome(user=user, site=site, now=now)
    return user


@owns_transaction
def accept_invitation_as(
    *, token: str, user_id: int, grouping: Grouping, now: datetime, today: date
) -> None:
    """
    Accept an invitation with a login that exists.

    :raises InvitationOver: if it was used, revoked, replaced, or has ended.
    :raises InvitationForAnother: if it names another address than the login's.
    :raises AnotherTaxNumber: if the tenant shows only one tax number to a login, and it is another.
    """
    rows = _locked(token=token, now=now, today=today)
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email != rows[0].email:
        raise InvitationForAnother
    accepting.check_party(rows, user=user, grouping=grouping, today=today)
    accepting.accept(rows, user=user, now=now, today=today)


def _locked(*, token: str, now: datetime, today: date) -> list[Invitation]:
    rows = list(
        queries.open_rows(token_hash=digest(token), now=now, today=today)
        .select_for_update(of=("self",))
        .select_related("account__customer")
    )
    if not rows:
        raise InvitationOver
    return rows
