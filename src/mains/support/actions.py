"""Begin, open and end a look at the portal as a login sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Least

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction, owns_transaction
from mains.enrolment import queries as enrolment
from mains.enrolment.access_log import SUPPORT
from mains.identity import queries as identity
from mains.identity import secrets
from mains.support import queries
from mains.support.models import SupportView
from mains.support.queries import Standing, ViewOver, Why
from mains.tenancy.queries import TenantInfo

LIFE = timedelta(minutes=30)
# From the button in the console to the portal.
TOKEN_LIFE = timedelta(seconds=60)


class NothingToSee(Exception):
    """The login was deleted or closed, or does not see the account (any more)."""


class ReasonUnusable(Exception):
    """Customers read the reason and nobody can erase it: it has words, and no e-mail address."""


class TokenOver(Exception):
    """The token was used, is more than a minute old, or nobody got it in this tenant."""


@dataclass(frozen=True, slots=True)
class Begun:
    """
    A view that waits to be opened; the token is known to nobody else.
    """

    id: int
    token: str
    accounts: int
    expires_at: datetime


@owns_transaction
def begin(
    *, staff_id: int, user_id: int, account_id: int, reason: str, tenant: TenantInfo, now: datetime
) -> Begun:
    """
    Begin a view, and write it down for everybody whose account it may show.

    Who has another view in this tenant leaves it: one at a time. Whether `staff_id` works here is
    asked by the caller now, and by `queries.standing` at every request.

    :raises ReasonUnusable: without a reason, or with an e-mail address in it.
    :raises NothingToSee: if the login is none, or does not see the account.
    """
    words = " ".join(reason.split())
    if not words or "@" in words:
        raise ReasonUnusable(reason)
    user = identity.user(user_id=user_id)
    linked = enrolment.accounts_of(
        user_id=user_id, today=tenant.date_of(now), grouping=tenant.file.portal.grouping
    )
    account_ids = sorted(account.pk for account in linked)
    if user is None or not user.is_active or account_id not in account_ids:
        raise NothingToSee(user_id)
    _leave_others(staff_id=staff_id, now=now)
    token = secrets.new_token()
    view = SupportView.objects.create(
        staff_id=staff_id,
        user_id=user_id,
        account_id=account_id,
        account_ids=account_ids,
        reason=words,
        token_hash=secrets.digest(token),
        started_at=now,
        expires_at=now + LIFE,
    )
    actor = f"staff:{staff_id}"
    audit.record_accesses(
        account_ids=account_ids, actor=actor, purpose=SUPPORT, reason=words, now=now
    )
    audit.record(
        action="support.view_began",
        subject=f"account:{account_id}",
        actor=actor,
        detail={"view": view.pk, "user": user_id, "accounts": len(account_ids)},
        now=now,
    )
    return Begun(view.pk, token, len(account_ids), view.expires_at)


@owns_transaction
def use_token(*, token: str, now: datetime) -> int:
    """
    Use a token up and return the id of the view it opens.

    :raises TokenOver: if it was used before, came too late, its view ended, or it is none.
    """
    rows = SupportView.objects.filter(
        token_hash=secrets.digest(token),
        opened_at=None,
        ended_at=None,
        started_at__gte=now - TOKEN_LIFE,
    )
    if not rows.update(opened_at=now):
        raise TokenOver
    view = SupportView.objects.get(token_hash=secrets.digest(token))
    audit.record(
        action="support.view_opened",
        subject=f"account:{view.account_id}",
        actor=f"staff:{view.staff_id}",
        detail={"view": view.pk, "user": view.user_id},
        now=now,
    )
    return view.pk


def standing_or_end(*, view_id: int, tenant: TenantInfo, now: datetime) -> Standing:
    """
    Return a view that still stands; one that lost what it rests on ends here, for good.

    :raises ViewOver: if it does not stand.
    """
    try:
        return queries.standing(view_id=view_id, tenant=tenant, now=now)
    except ViewOver as over:
        end(view_id=view_id, actor="system", why=over.why, now=now)
        raise


@owns_transaction
def end(*, view_id: int, actor: str, why: Why = Why.ENDED, now: datetime) -> bool:
    """
    End a view and tell whether it still ran; again does nothing.
    """
    view = SupportView.objects.select_for_update().filter(pk=view_id, ended_at=None).first()
    return view is not None and _end(view, actor=actor, why=why, now=now)


@inside_transaction
def _leave_others(*, staff_id: int, now: datetime) -> None:
    with connection.cursor() as cursor:
        # Of two that begin at once the second waits, finds the first and ends it.
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))",
            [f"support:{staff_id}"],
        )
    for view in SupportView.objects.select_for_update().filter(staff_id=staff_id, ended_at=None):
        _end(view, actor=f"staff:{staff_id}", why=Why.ANOTHER, now=now)


@inside_transaction
def _end(view: SupportView, *, actor: str, why: Why, now: datetime) -> bool:
    ran = view.expires_at > now
    # Whatever ran out by itself has ended when it did.
    SupportView.objects.filter(pk=view.pk).update(
        ended_at=Least(F("expires_at"), Value(now, DateTimeField()))
    )
    if ran:
        audit.record(
            action="support.view_ended",
            subject=f"account:{view.account_id}",
            actor=actor,
            detail={"view": view.pk, "why": str(why)},
            now=now,
        )
    return ran
