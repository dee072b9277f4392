"""Whether a view still stands, and who looked when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mains.enrolment import queries as enrolment
from mains.guard.context import PUBLIC, inside
from mains.identity import queries as identity
from mains.identity.models import User
from mains.support.models import SupportView
from mains.tenancy import queries as tenancy
from mains.tenancy.queries import TenantInfo


class Why(StrEnum):
    """
    Why a view is over.
    """

    ENDED = "ended"
    ANOTHER = "another"
    EXPIRED = "expired"
    # Who looks works here no more, or has no second step.
    STAFF = "staff"
    # The login was deleted or closed, or sees the account no more.
    LOGIN = "login"


class ViewOver(Exception):
    """The view must not show anything any more; `why` is the reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A view that may show the portal now: who looks, as whom, at which accounts, until when.
    """

    id: int
    staff_id: int
    staff: str
    user: User
    account_id: int
    account_ids: frozenset[int]
    expires_at: datetime


def standing(*, view_id: int, tenant: TenantInfo, now: datetime) -> Standing:
    """
    Return a view that still stands; asked at every request, so nothing has to run for it to end.

    Called outside of transactions: who works here is asked in the public schema.

    :raises ViewOver: if it ended, ran out, or one of the two sides lost what it rests on.
    """
    view = SupportView.objects.filter(pk=view_id).first()
    if view is None or view.ended_at is not None or view.opened_at is None:
        raise ViewOver(Why.ENDED)
    if view.expires_at <= now:
        raise ViewOver(Why.EXPIRED)
    staff = _staff(view.staff_id, tenant_id=tenant.id)
    if staff is None:
        raise ViewOver(Why.STAFF)
    user = identity.user(user_id=view.user_id)
    linked = enrolment.accounts_of(
        user_id=view.user_id, today=tenant.date_of(now), grouping=tenant.file.portal.grouping
    )
    seen = frozenset(account.pk for account in linked)
    if user is None or not user.is_active or view.account_id not in seen:
        raise ViewOver(Why.LOGIN)
    return Standing(
        id=view.pk,
        staff_id=view.staff_id,
        staff=staff,
        user=user,
        account_id=view.account_id,
        account_ids=frozenset(view.account_ids),
        expires_at=view.expires_at,
    )


def _staff(user_id: int, *, tenant_id: int) -> str | None:
    """
    Return what a member of staff is called, or None for whom the console would not let in.
    """
    with inside(PUBLIC):
        user = identity.user(user_id=user_id)
        if user is None or not user.is_active:
            return None
        if tenancy.role_in(user_id=user_id, tenant_id=tenant_id) is None:
            return None
        return str(user) if identity.has_second_factor(user_id=user_id) else None


@dataclass(frozen=True, slots=True)
class ViewRow:
    """
    One view of the log; `until` is when it ended, or has to.
    """

    id: int
    staff_id: int
    staff: str
    user_id: int
    login: str
    account_id: int
    reason: str
    started_at: datetime
    opened_at: datetime | None
    until: datetime
    runs: bool


def views_of(*, account_id: int, now: datetime, limit: int = 20) -> list[ViewRow]:
    """
    Return the views that may show or showed an account, newest first.
    """
    found = SupportView.objects.filter(account_ids__contains=[account_id])
    return _rows(list(found.order_by("-pk")[:limit]), now=now)


def views_as(*, user_id: int, now: datetime, before: int | None, limit: int) -> list[ViewRow]:
    """
    Return the views of the portal as a login, newest first; `before` is the last id of a page.
    """
    found = SupportView.objects.filter(user_id=user_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return _rows(list(found.order_by("-pk")[:limit]), now=now)


def view(*, view_id: int, account_id: int, now: datetime) -> ViewRow | None:
    """
    Return a view that may show or showed an account, or None.
    """
    found = SupportView.objects.filter(pk=view_id, account_ids__contains=[account_id])
    return next(iter(_rows(list(found), now=now)), None)


def ends(*, started: Collection[tuple[str, datetime]]) -> dict[tuple[str, datetime], datetime]:
    """
    Return until when views lasted or last, by actor and the instant at which they began.
    """
    rows = SupportView.objects.filter(started_at__in={at for _actor, at in started})
    found = {(f"staff:{row.staff_id}", row.started_at): row for row in rows.order_by("pk")}
    return {key: _until(row) for key, row in found.items() if key in set(started)}


def _until(row: SupportView) -> datetime:
    return row.ended_at or row.expires_at


def _rows(rows: list[SupportView], *, now: datetime) -> list[ViewRow]:
    logins = {one.id: one.email for one in identity.people(user_ids={row.user_id for row in rows})}
    with inside(PUBLIC):
        people = identity.people(user_ids={row.staff_id for row in rows})
        staff = {one.id: one.name or one.email for one in people}
    return [
        ViewRow(
            id=row.pk,
            staff_id=row.staff_id,
            staff=staff.get(row.staff_id, ""),
            user_id=row.user_id,
            login=logins.get(row.user_id, ""),
            account_id=row.account_id,
            reason=row.reason,
            started_at=row.started_at,
            opened_at=row.opened_at,
            until=_until(row),
            runs=row.ended_at is None and row.expires_at > now,
        )
        for row in rows
    ]
