"""What one owner may not do alone: ask another, and do it once they approve.

A further kind of deed is one more line in `DEEDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mains.approvals import actions as approvals
from mains.approvals import queries
from mains.approvals.queries import ApprovalRow
from mains.approvals.rules.states import State
from mains.core.transactions import owns_transaction
from mains.guard.context import PUBLIC, inside
from mains.identity import queries as identity
from mains.identity.queries import Person
from mains.journeys import colleagues, configuration_desk, large_refunds
from mains.notifications import actions as notifications
from mains.tenancy import registry
from mains.tenancy.models import Role
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.approvals import Deed
from mains.tenancy.tenantfile.comparing import Change


class NobodyElse(Exception):
    """There is no second owner who could approve."""


class OwnGuest(Exception):
    """Who let somebody in, and approves what they ask for, may be one person with two logins."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """
    What a kind of deed would change, and how it is carried out.

    `carry_out` runs outside a transaction and again after a crash, so the same payload twice has to
    be the same as once. It returns what came of it; `approvals.Outdated` says that it does not fit
    any more.
    """

    changes: Callable[..., list[Change]]
    carry_out: Callable[..., str]
    # Who may ask, and still has to be one of these when it is approved.
    asked_by: frozenset[Role] = frozenset({Role.OWNER})


DEEDS = {
    Deed.PAYMENT_DETAILS: Procedure(
        configuration_desk.wished_changes, configuration_desk.publish_wished
    ),
    Deed.NEW_OWNER: Procedure(colleagues.wished_owner, colleagues.make_wished_owner),
    Deed.LARGE_REFUND: Procedure(
        large_refunds.wished_refund,
        large_refunds.give_wished_back,
        asked_by=frozenset({Role.OWNER, Role.BILLING}),
    ),
}


def changes(*, tenant: TenantInfo, row: ApprovalRow) -> list[Change]:
    """
    Return what a wish would change, or changed.
    """
    return DEEDS[Deed(row.deed)].changes(tenant=tenant, payload=row.payload)


def ask(
    *,
    tenant: TenantInfo,
    deed: Deed,
    payload: Mapping[str, Any],
    note: str,
    asked_by: int,
    now: datetime,
) -> int:
    """
    Ask the other owners of a tenant to approve something, and return the id of the wish.

    The same wish again, by whomever, is the one that waits already and tells nobody a second time;
    whoever else wanted it can approve it.

    :raises NobodyElse: if there is no other owner.
    """
    owners = registry.owners_of(schema_name=tenant.schema_name)
    hosts = _hosts(tenant, asked_by, owner_ids={one.id for one in owners})
    others = [one for one in owners if one.id not in {asked_by, *hosts}]
    if not others:
        raise NobodyElse(tenant.schema_name)
    approval_id, made = approvals.ask(
        deed=deed, payload=payload, note=note, asked_by=asked_by, now=now
    )
    if made:
        who = ", ".join(one.email for one in _people(asked_by))
        values = {"deed": str(deed), "who": who, "note": note, "days": str(approvals.LIFE.days)}
        _tell(tenant, "approval-asked", others, approval_id, values, now=now)
    return approval_id


def approve(*, tenant: TenantInfo, approval_id: int, approved_by: int, now: datetime) -> State:
    """
    Approve as another owner, carry it out, and return how it stands; again does nothing more.

    :raises UnknownApproval: if there is no such wish.
    :raises SamePerson: if they asked for it themselves.
    :raises OwnGuest: if who asked is no owner, and works there by their invitation.
    :raises ApprovalOver: if it ended otherwise, or whoever asked owns the tenant no longer.
    """
    row = queries.approval(approval_id=approval_id, now=now)
    if row is None:
        raise approvals.UnknownApproval(approval_id)
    members = {one.id: one for one in registry.members_of(schema_name=tenant.schema_name)}
    asker = members.get(row.asked_by)
    may_ask = asker is not None and asker.role in DEEDS[Deed(row.deed)].asked_by
    if row.state == State.WAITING and not may_ask:
        raise approvals.ApprovalOver(State.OUTDATED)
    owner_ids = {one.id for one in members.values() if one.role == Role.OWNER}
    if row.state == State.WAITING and approved_by in _hosts(
        tenant, row.asked_by, owner_ids=owner_ids
    ):
        raise OwnGuest(approval_id)
    state = approvals.approve(approval_id=approval_id, approved_by=approved_by, now=now)
    if state == State.APPROVED:
        names = [members[one].email for one in (row.asked_by, approved_by) if one in members]
        state = _carry_out(tenant, row, ", ".join(names), now=now)
        _tell_asker(tenant, row, state, now=now)
    return state


def _hosts(tenant: TenantInfo, asked_by: int, *, owner_ids: set[int]) -> set[int]:
    """
    Return who let somebody in that is no owner; whom two owners made one stands for themselves.
    """
    if asked_by in owner_ids:
        return set()
    return registry.invited_by(schema_name=tenant.schema_name, user_id=asked_by)


def _carry_out(tenant: TenantInfo, row: ApprovalRow, authors: str, *, now: datetime) -> State:
    try:
        result = DEEDS[Deed(row.deed)].carry_out(tenant=tenant, wish=row, authors=authors, now=now)
    except approvals.Outdated:
        return approvals.finish(approval_id=row.id, state=State.OUTDATED, result="", now=now)
    return approvals.finish(approval_id=row.id, state=State.DONE, result=result, now=now)


def refuse(
    *, tenant: TenantInfo, approval_id: int, refused_by: int, reason: str, now: datetime
) -> None:
    """
    Refuse as another owner and tell whoever asked; again changes nothing.

    :raises UnknownApproval: if there is no such wish.
    :raises SamePerson: if they asked for it themselves; they can withdraw it.
    :raises ApprovalOver: if it ended otherwise.
    """
    approvals.refuse(approval_id=approval_id, refused_by=refused_by, reason=reason, now=now)
    row = queries.approval(approval_id=approval_id, now=now)
    if row is not None:
        _tell_asker(tenant, row, State.REFUSED, now=now)


def _tell_asker(tenant: TenantInfo, row: ApprovalRow, state: State, *, now: datetime) -> None:
    values = {"deed": row.deed, "state": str(state), "reason": row.reason}
    _tell(tenant, "approval-decided", _people(row.asked_by), row.id, values, now=now)


def _people(user_id: int) -> list[Person]:
    with inside(PUBLIC):
        return identity.people(user_ids=[user_id])


def _tell(
    tenant: TenantInfo,
    kind: str,
    owners: list[Person],
    approval_id: int,
    values: dict[str, str],
    *,
    now: datetime,
) -> None:
    place = f"{tenant.schema_name}/approvals/{approval_id}/"
    address = f"{registry.surface_url('console')}/{place}"
    with inside(PUBLIC):
        owns_transaction(_queue)(
            kind=kind,
            key=place,
            owners=owners,
            values={"place": tenant.file.brand.name, "url": address, **values},
            now=now,
        )


def _queue(
    *, kind: str, key: str, owners: list[Person], values: dict[str, str], now: datetime
) -> None:
    for owner in owners:
        notifications.queue(
            kind=kind,
            key=f"{key}{owner.id}",
            recipient=owner.email,
            language=owner.language or "en",
            values=values,
            now=now,
        )
