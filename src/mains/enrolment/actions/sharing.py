"""A holder lets somebody else see an account, and decides what else they may do, until when."""

from dataclasses import dataclass
from datetime import date, datetime

from mains.audit import actions as audit
from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.enrolment import queries
from mains.enrolment.actions import invitations, telling
from mains.enrolment.actions.accepting import tell_shared
from mains.enrolment.actions.invitations import AlreadyLinked
from mains.enrolment.actions.links import Terms, end_link
from mains.enrolment.models import AccountLink, Invitation, LinkRole
from mains.enrolment.rules.rights import SHARING
from mains.identity.models import User
from mains.notifications import actions as notifications

# Together with those who were asked: a list that its holder can still look over.
MOST_PEOPLE = 20


class NotHolder(Exception):
    """Only the holder of an account shares it, and looks after whom it is shared with."""


class NotShared(Exception):
    """The account is not shared with this login, or is no longer."""


class TooManyPeople(Exception):
    """The account is shared with as many people as one holder can look after."""


class DayOver(Exception):
    """The last day is over already."""


@dataclass(frozen=True, slots=True)
class Scope:
    """
    What somebody may do besides seeing, and the first day on which they no longer may.
    """

    may_read: bool = False
    may_pay: bool = False
    until_date: date | None = None


@dataclass(frozen=True, slots=True)
class LinkMail:
    """
    The message with the link: the portal it leads to, its language, and for how many days.
    """

    site: str
    language: str
    days: int


@owns_transaction
def share(
    *,
    holder_id: int,
    account_id: int,
    email: str,
    scope: Scope,
    mail: LinkMail,
    now: datetime,
    today: date,
) -> Invitation:
    """
    Invite an e-mail address to share an account; an open invitation for it is replaced.

    What is shared ends with the holder's own link at the latest.

    :raises NotHolder: if the login does not hold the account.
    :raises DayOver: if the last day is over.
    :raises AlreadyLinked: if that address sees the account.
    :raises TooManyPeople: if enough people share it.
    """
    own = _own_link(holder_id=holder_id, account_id=account_id, today=today)
    account = Account.objects.select_related("customer").get(pk=account_id)
    address = email.strip().lower()
    until_date = _capped(scope.until_date, own.until_date, today=today)
    if invitations.links_of(address=address, today=today).filter(account=account).exists():
        raise AlreadyLinked(address)
    asked = [
        one
        for one in queries.asked(account_id=account_id, now=now, today=today)
        if one.email != address
    ]
    shared = queries.in_force(today=today).filter(account=account, role=LinkRole.DELEGATE)
    if len(asked) + shared.count() >= MOST_PEOPLE:
        raise TooManyPeople(account_id)
    token, rows = invitations.write(
        accounts=[account],
        email=address,
        invited_by=f"user:{holder_id}",
        days=mail.days,
        terms=Terms(
            role=LinkRole.DELEGATE,
            until_date=until_date,
            may_read=scope.may_read,
            may_pay=scope.may_pay,
            granted_by=holder_id,
        ),
        now=now,
    )
    row = rows[0]
    _mail_invitation(row, account, holder_id=holder_id, token=token, mail=mail, now=now)
    tell_shared(row, what="invited", email=address, now=now, today=today)
    _record("access.invited", row, actor=holder_id, now=now)
    return row


def _mail_invitation(
    row: Invitation, account: Account, *, holder_id: int, token: str, mail: LinkMail, now: datetime
) -> None:
    giver = User.objects.get(pk=holder_id)
    notifications.queue(
        kind="access-invitation",
        key=str(row.pk),
        recipient=row.email,
        language=mail.language,
        values={
            "giver": giver.name or giver.email,
            "account": telling.ending(account.number),
            "read": "yes" if row.may_read else "",
            "pay": "yes" if row.may_pay else "",
            "until": telling.until_text(row.until_date, language=mail.language),
            "url": invitations.url_of(mail.site, token),
            "days": str(mail.days),
        },
        now=now,
    )


@owns_transaction
def change_share(
    *, holder_id: int, account_id: int, link_id: int, scope: Scope, now: datetime, today: date
) -> bool:
    """
    Change what somebody may do, from their next request on; the same again changes nothing.

    :raises NotHolder: if the login does not hold the account.
    :raises DayOver: if the last day is over; to stop at once, end it.
    :raises NotShared: if the account is not shared with that login, or no longer.
    """
    own = _own_link(holder_id=holder_id, account_id=account_id, today=today)
    row = _shared(account_id=account_id, link_id=link_id)
    if not queries.in_force(today=today).filter(pk=row.pk).exists():
        raise NotShared(link_id)
    until_date = _capped(scope.until_date, own.until_date, today=today)
    wanted = (scope.may_read, scope.may_pay, until_date)
    if (row.may_read, row.may_pay, row.until_date) == wanted:
        return False
    row.may_read, row.may_pay, row.until_date = wanted
    row.save(update_fields=["may_read", "may_pay", "until_date"])
    user = User.objects.get(pk=row.user_id)
    tell_shared(row, what="changed", email=user.email, user=user, now=now, today=today)
    _record("access.changed", row, actor=holder_id, now=now)
    return True


@owns_transaction
def end_share(*, holder_id: int, account_id: int, link_id: int, now: datetime, today: date) -> bool:
    """
    Stop sharing an account with a login, in every session at once; again does nothing.

    The login stays, with whatever else it sees.

    :raises NotHolder: if the login does not hold the account.
    :raises NotShared: if the account was never shared with that login.
    """
    _own_link(holder_id=holder_id, account_id=account_id, today=today)
    row = _shared(account_id=account_id, link_id=link_id)
    if row.ended_at is not None:
        return False
    end_link(row, actor=f"user:{holder_id}", now=now, today=today)
    user = User.objects.get(pk=row.user_id)
    tell_shared(row, what="ended", email=user.email, user=user, now=now, today=today)
    _record("access.ended", row, actor=holder_id, now=now)
    return True


@owns_transaction
def withdraw_share(
    *, holder_id: int, account_id: int, invitation_id: int, now: datetime, today: date
) -> bool:
    """
    Take back an invitation that was not accepted; again, or after it was, does nothing.

    :raises NotHolder: if the login does not hold the account.
    :raises NotShared: if the account has no such invitation.
    """
    _own_link(holder_id=holder_id, account_id=account_id, today=today)
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("account__customer")
        .filter(pk=invitation_id, account_id=account_id, role=LinkRole.DELEGATE)
        .first()
    )
    if row is None:
        raise NotShared(invitation_id)
    if row.accepted_at is not None or row.revoked_at is not None:
        return False
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    tell_shared(row, what="withdrawn", email=row.email, now=now, today=today)
    _record("access.withdrawn", row, actor=holder_id, now=now)
    return True


def _own_link(*, holder_id: int, account_id: int, today: date) -> AccountLink:
    """
    Lock the holder's link: who loses it while this waits can share nothing with it.
    """
    row = (
        queries.links_in_force(user_id=holder_id, today=today)
        .filter(account_id=account_id, role__in=SHARING)
        .select_for_update(of=("self",))
        .first()
    )
    if row is None:
        raise NotHolder(account_id)
    return row


def _shared(*, account_id: int, link_id: int) -> AccountLink:
    row = (
        AccountLink.objects.select_for_update(of=("self",))
        .select_related("account__customer")
        .filter(pk=link_id, account_id=account_id, role=LinkRole.DELEGATE)
        .first()
    )
    if row is None:
        raise NotShared(link_id)
    return row


def _capped(until_date: date | None, own: date | None, *, today: date) -> date | None:
    if until_date is not None and until_date <= today:
        raise DayOver(until_date)
    days = [day for day in (until_date, own) if day is not None]
    return min(days, default=None)


def _record(action: str, row: AccountLink | Invitation, *, actor: int, now: datetime) -> None:
    what = "invitation" if isinstance(row, Invitation) else "link"
    audit.record(
        action=action,
        subject=f"account:{row.account_id}",
        actor=f"user:{actor}",
        detail={
            what: row.pk,
            "read": row.may_read,
            "pay": row.may_pay,
            "until": row.until_date.isoformat() if row.until_date else "",
        },
        now=now,
    )
