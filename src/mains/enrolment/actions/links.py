"""Let a login see an account, and stop it; the holder is told either way."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.enrolment import queries
from mains.enrolment.actions import delivering, telling
from mains.enrolment.models import AccountLink, Invitation, LinkRole, SignUp
from mains.identity import actions as identity
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import Grouping


class AnotherTaxNumber(Exception):
    """The login sees accounts of one tax number, and this account has another one (S4.16)."""


class OnlyShared(Exception):
    """A holder shared this account with the login: what is seen there proves nothing more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What a link allows, on which written authority, and the first day on which it no longer holds.

    `granted_by` is the login that shares its account.
    """

    role: LinkRole = LinkRole.HOLDER
    authority: str = ""
    until_date: date | None = None
    may_read: bool = True
    may_pay: bool = True
    granted_by: int | None = None

    def columns(self) -> dict[str, Any]:
        """
        Return the terms as a link and an invitation store them.
        """
        return asdict(self)


HOLDER = Terms()


@inside_transaction
def link(
    *,
    user: User,
    account: Account,
    evidence: Sequence[str],
    now: datetime,
    today: date,
    terms: Terms = HOLDER,
) -> AccountLink:
    """
    Let a login see an account, and tell the holder; linking again changes nothing.

    Where the account was only shared with the login before, the better link takes its place.
    """
    row, made = make_link(
        user=user, account=account, evidence=evidence, now=now, today=today, terms=terms
    )
    if made:
        telling.tell(
            telling.holders([account], but=user.pk, today=today),
            kind="account-linked",
            key=str(row.pk),
            values={"account": telling.ending(account.number), "email": user.email},
            now=now,
        )
        record_link(row, actor=f"user:{user.pk}", now=now)
    return row


@inside_transaction
def make_link(
    *,
    user: User,
    account: Account,
    evidence: Sequence[str],
    now: datetime,
    today: date,
    terms: Terms,
) -> tuple[AccountLink, bool]:
    """
    Return a login's link to an account, and whether it is new; nobody is told.
    """
    mine = AccountLink.objects.filter(user_id=user.pk, account=account, ended_at=None)
    held = queries.in_force(today=today).filter(user_id=user.pk, account=account)
    if terms.role != LinkRole.DELEGATE:
        held = held.exclude(role=LinkRole.DELEGATE)
    # A link that holds no longer must not stand in the way of a new one.
    mine.exclude(pk__in=held.values("pk")).update(ended_at=now)
    return AccountLink.objects.get_or_create(
        user_id=user.pk,
        account=account,
        ended_at=None,
        defaults={"evidence": list(evidence), "linked_at": now, **terms.columns()},
    )


@inside_transaction
def record_link(row: AccountLink, *, actor: str, now: datetime) -> None:
    """
    Write down that a link was made.
    """
    audit.record(
        action="account.linked",
        subject=f"account:{row.account_id}",
        actor=actor,
        detail={"user": row.user_id, "role": row.role, "evidence": "+".join(row.evidence)},
        now=now,
    )


@owns_transaction
def link_proven(
    *,
    user_id: int,
    account_id: int,
    evidence: Sequence[str],
    grouping: Grouping,
    now: datetime,
    today: date,
) -> AccountLink:
    """
    Link an account that a signed-in person has proven; again returns the same link.

    :raises AnotherTaxNumber: if the tenant shows only one tax number to a login, and it is another.
    :raises OnlyShared: if a holder shared the account with this login.
    """
    account = Account.objects.select_related("customer").get(pk=account_id)
    user = User.objects.select_for_update().get(pk=user_id)
    if queries.is_another_party(
        user_id=user_id, other=account.customer, grouping=grouping, today=today
    ):
        raise AnotherTaxNumber(account_id)
    mine = queries.links_in_force(user_id=user_id, today=today).filter(account=account)
    if mine.filter(role=LinkRole.DELEGATE).exists():
        raise OnlyShared(account_id)
    return link(user=user, account=account, evidence=evidence, now=now, today=today)


@owns_transaction
def unlink(*, user_id: int, account_id: int, now: datetime, today: date) -> bool:
    """
    End a login's own link and tell the holder; again, or a foreign link, does nothing.
    """
    row = (
        AccountLink.objects.select_for_update(of=("self",))
        .select_related("account__customer")
        .filter(user_id=user_id, account_id=account_id, ended_at=None)
        .first()
    )
    if row is None:
        return False
    end_link(row, actor=f"user:{user_id}", now=now, today=today)
    user = User.objects.get(pk=user_id)
    telling.tell(
        telling.holders([row.account], but=user_id, today=today),
        kind="account-unlinked",
        key=str(row.pk),
        values={"account": telling.ending(row.account.number), "email": user.email},
        now=now,
    )
    audit.record(
        action="account.unlinked",
        subject=f"account:{account_id}",
        actor=f"user:{user_id}",
        detail={"user": user_id, "role": row.role},
        now=now,
    )
    return True


@inside_transaction
def end_link(row: AccountLink, *, actor: str, now: datetime, today: date) -> None:
    """
    End a link at once, with what its login shared or offered to share: that rested on it.

    Bills that went to its login by e-mail go to who else agreed to that, or return to paper.
    """
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    AccountLink.objects.filter(
        account_id=row.account_id, granted_by=row.user_id, ended_at=None
    ).update(ended_at=now)
    Invitation.objects.filter(
        account_id=row.account_id, granted_by=row.user_id, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    delivering.leave(
        user_id=row.user_id, account_ids=[row.account_id], actor=actor, now=now, today=today
    )


@owns_transaction
def delete_login(*, user_id: int, now: datetime, today: date) -> bool:
    """
    Delete a customer's login, end its links and drop its pending sign-ups; again does nothing.

    Customers, accounts, bills and payments stay: they belong to the provider's books.
    """
    return end_login(user_id=user_id, actor=f"user:{user_id}", now=now, today=today)


@inside_transaction
def end_login(*, user_id: int, actor: str, now: datetime, today: date) -> bool:
    """
    Do so as part of something larger.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        return False
    mine = AccountLink.objects.filter(user_id=user_id, ended_at=None)
    account_ids = list(mine.values_list("account_id", flat=True))
    mine.update(ended_at=now)
    AccountLink.objects.filter(granted_by=user_id, ended_at=None).update(ended_at=now)
    Invitation.objects.filter(granted_by=user_id, accepted_at=None, revoked_at=None).update(
        revoked_at=now
    )
    SignUp.objects.filter(email=user.email, confirmed_at=None).delete()
    delivering.leave(user_id=user_id, account_ids=account_ids, actor=actor, now=now, today=today)
    audit.record(action="login.deleted", subject=f"user:{user_id}", actor=actor, detail={}, now=now)
    return identity.delete_user(user_id=user_id)
