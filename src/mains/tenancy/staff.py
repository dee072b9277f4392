"""Who works for a tenant or for the platform: invitations, roles, and the end of them.

Everything here runs in the public schema. `tenant_id` is None for the platform.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction
from mains.identity import queries as people
from mains.identity import secrets
from mains.tenancy.models import Membership, Role, StaffInvitation, Tenant

LIFE = timedelta(days=7)
TENANT_ROLES = (Role.OWNER, Role.BILLING, Role.SERVICE)


class AlreadyMember(Exception):
    """The invited address works here already."""


class InvitationOver(Exception):
    """The invitation was used, revoked or replaced, has ended, or never was."""


class InvitationForAnother(Exception):
    """Somebody else is signed in than the one whom the invitation names."""


class NotMember(Exception):
    """That login does not work here."""


class LastOne(Exception):
    """Without this person nobody could let anybody in: a tenant keeps one owner at least."""


class WrongRole(Exception):
    """The role is none of a tenant's, or none of the platform's."""


@dataclass(frozen=True, slots=True)
class Invited:
    id: int
    email: str
    role: Role
    schema_name: str
    place: str
    expires_at: datetime


@inside_transaction
def invite(
    *, tenant_id: int | None, email: str, role: Role, invited_by: int, now: datetime
) -> tuple[StaffInvitation, str]:
    """
    Write an invitation and return it with its token; an open one for the address is replaced.

    :raises WrongRole: if the role cannot be had there.
    :raises AlreadyMember: if the address has a role there.
    """
    if (role in TENANT_ROLES) != (tenant_id is not None):
        raise WrongRole(role)
    _members(tenant_id)
    address = email.strip().lower()
    known = people.by_email(email=address)
    if known and Membership.objects.filter(_at(tenant_id), user_id=known.pk).exists():
        raise AlreadyMember(address)
    _open(tenant_id=tenant_id).filter(email=address).update(revoked_at=now)
    token = secrets.new_token()
    row = StaffInvitation.objects.create(
        token_hash=secrets.digest(token),
        tenant_id=tenant_id,
        email=address,
        role=role,
        invited_by=invited_by,
        created_at=now,
        expires_at=now + LIFE,
    )
    return row, token


@inside_transaction
def revoke(*, tenant_id: int | None, invitation_id: int, revoked_by: int, now: datetime) -> bool:
    """
    End an invitation that waits, and tell whether it did; again does nothing.
    """
    if not _open(tenant_id=tenant_id).filter(pk=invitation_id).update(revoked_at=now):
        return False
    record("staff.invitation_revoked", tenant_id, by=revoked_by, now=now, invitation=invitation_id)
    return True


def waiting(*, tenant_id: int | None, now: datetime) -> list[Invited]:
    """
    Return the invitations that can still be accepted, newest first.
    """
    rows = _open(tenant_id=tenant_id).filter(expires_at__gt=now).select_related("tenant")
    return [_invited(row) for row in rows.order_by("-created_at", "-pk")]


def open_invitation(*, token: str, platform: bool, now: datetime) -> Invited:
    """
    Return an invitation that can still be accepted, on the host that it is for.

    :raises InvitationOver: if it cannot.
    """
    return _invited(_find(token, platform=platform, now=now))


@inside_transaction
def accept(*, token: str, platform: bool, user_id: int, email: str, now: datetime) -> Invited:
    """
    Give the invited person the role, once.

    Whoever got a role there meanwhile keeps it: an old link changes nobody's rights.

    :raises InvitationOver: if it was used, revoked, replaced, or has ended.
    :raises InvitationForAnother: if the e-mail is another one than the invited.
    """
    row = _find(token, platform=platform, now=now, lock=True)
    if row.email != email.lower():
        raise InvitationForAnother(row.pk)
    row.accepted_at, row.accepted_by = now, user_id
    row.save(update_fields=["accepted_at", "accepted_by"])
    Membership.objects.get_or_create(
        user_id=user_id, tenant=row.tenant, defaults={"role": row.role}
    )
    record("staff.joined", row.tenant_id, by=user_id, now=now, role=row.role, invitation=row.pk)
    return _invited(row)


@inside_transaction
def change_role(
    *, tenant_id: int, user_id: int, role: Role, changed_by: int, now: datetime
) -> bool:
    """
    Give a member another role, and tell whether it is another one.

    :raises WrongRole: if it is none of a tenant's.
    :raises NotMember: if the login does not work there.
    :raises LastOne: if the tenant would be left without an owner.
    """
    if role not in TENANT_ROLES:
        raise WrongRole(role)
    row = _member(_members(tenant_id), user_id, leaving=role is not Role.OWNER)
    if row.role == role:
        return False
    before, row.role = row.role, role
    row.save(update_fields=["role"])
    _forget_invitations(tenant_id=tenant_id, invited_by=user_id, now=now)
    record(
        "staff.role_changed", tenant_id, by=changed_by, now=now, member=user_id, role=role,
        before=before,
    )  # fmt: skip
    return True


@inside_transaction
def remove(*, tenant_id: int | None, user_id: int, removed_by: int, now: datetime) -> None:
    """
    End somebody's work for a tenant or the platform, with the invitations they sent.

    Their login stays: it may work elsewhere.

    :raises NotMember: if the login does not work there, or no longer.
    :raises LastOne: if nobody would be left who could let anybody in.
    """
    row = _member(_members(tenant_id), user_id, leaving=True)
    row.delete()
    _forget_invitations(tenant_id=tenant_id, invited_by=user_id, now=now)
    record("staff.removed", tenant_id, by=removed_by, now=now, member=user_id, role=row.role)


@inside_transaction
def record(action: str, tenant_id: int | None, *, by: int, now: datetime, **detail: Any) -> None:
    """
    Write down a deed about staff in the platform's chain, beside the rows that it changes.
    """
    subject, actor = "platform", f"platform:{by}"
    if tenant_id is not None:
        slug = Tenant.objects.values_list("schema_name", flat=True).get(pk=tenant_id)
        subject, actor = f"tenant:{slug}", f"staff:{by}"
    audit.record(
        action=action,
        subject=subject,
        actor=actor,
        detail={
            name: str(value) if isinstance(value, Role) else value for name, value in detail.items()
        },
        now=now,
    )


def _at(tenant_id: int | None) -> Q:
    return Q(tenant_id=tenant_id) if tenant_id is not None else Q(tenant__isnull=True)


def _open(*, tenant_id: int | None) -> Any:
    return StaffInvitation.objects.filter(_at(tenant_id), accepted_at=None, revoked_at=None)


def _find(token: str, *, platform: bool, now: datetime, lock: bool = False) -> StaffInvitation:
    rows = StaffInvitation.objects.filter(
        token_hash=secrets.digest(token),
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=now,
        tenant__isnull=platform,
    ).select_related("tenant")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise InvitationOver
    return row


def _invited(row: StaffInvitation) -> Invited:
    return Invited(
        id=row.pk,
        email=row.email,
        role=Role(row.role),
        schema_name=row.tenant.schema_name if row.tenant else "",
        place=row.tenant.name if row.tenant else "",
        expires_at=row.expires_at,
    )


def _members(tenant_id: int | None) -> list[Membership]:
    # Two people who remove each other at once wait here, and the second finds the first gone.
    if tenant_id is not None:
        Tenant.objects.select_for_update().get(pk=tenant_id)
    return list(Membership.objects.select_for_update().filter(_at(tenant_id)).order_by("pk"))


def _member(rows: list[Membership], user_id: int, *, leaving: bool) -> Membership:
    row = next((row for row in rows if row.user_id == user_id), None)
    if row is None:
        raise NotMember(user_id)
    chiefs = [one for one in rows if one.role in (Role.OWNER, Role.PLATFORM)]
    if leaving and chiefs == [row]:
        raise LastOne(user_id)
    return row


def _forget_invitations(*, tenant_id: int | None, invited_by: int, now: datetime) -> None:
    # Whoever may no longer invite has not let anybody in by a link that was sent before.
    _open(tenant_id=tenant_id).filter(invited_by=invited_by).update(revoked_at=now)
