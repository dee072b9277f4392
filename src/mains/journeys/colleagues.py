"""Invite colleagues of a provider's or the platform's staff, and let them in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress

from mains.approvals import actions as approvals
from mains.approvals.actions import NeedsSecondOwner
from mains.approvals.queries import ApprovalRow
from mains.core.transactions import owns_transaction
from mains.guard.context import PUBLIC, inside
from mains.identity import queries as people
from mains.identity.models import User
from mains.notifications import actions as notifications
from mains.tenancy import registry, staff
from mains.tenancy.models import Role
from mains.tenancy.queries import TenantInfo
from mains.tenancy.staff import Invited
from mains.tenancy.tenantfile.approvals import Deed
from mains.tenancy.tenantfile.comparing import Change
from mains.tenancy.wording import role as role_word


class LoginExists(Exception):
    """The invited address has a login; its owner signs in to accept."""


def invite(
    *,
    tenant: TenantInfo | None,
    email: str,
    role: Role,
    invited_by: int,
    language: str,
    approved: bool = False,
    now: datetime,
) -> int:
    """
    Send a colleague an invitation and return its id; an open one for the address is replaced.

    :raises NeedsSecondOwner: if two owners have to want another one, and nobody `approved` it.
    :raises AlreadyMember: if the address has a role there.
    :raises WrongRole: if the role cannot be had there.
    """
    _one_owner_is_enough(tenant, role, approved=approved)
    with inside(PUBLIC):
        return _invite(tenant, email, role, invited_by, language, now)


@owns_transaction
def _invite(
    tenant: TenantInfo | None,
    email: str,
    role: Role,
    invited_by: int,
    language: str,
    now: datetime,
) -> int:
    tenant_id = tenant.id if tenant else None
    row, token = staff.invite(
        tenant_id=tenant_id, email=email, role=role, invited_by=invited_by, now=now
    )
    site = registry.surface_url("console" if tenant else "admin")
    notifications.queue(
        kind="staff-invitation",
        key=str(row.pk),
        recipient=row.email,
        language=language,
        values={
            "place": tenant.file.brand.name if tenant else "Mains",
            "role": role_word(role),
            "url": f"{site}/invited/{token}/",
            "days": str(staff.LIFE.days),
        },
        now=now,
    )
    staff.record("staff.invited", tenant_id, by=invited_by, now=now, invitation=row.pk, role=role)
    return int(row.pk)


def revoke(
    *, tenant: TenantInfo | None, invitation_id: int, revoked_by: int, now: datetime
) -> bool:
    """
    End an invitation that waits, and tell whether it did; again does nothing.
    """
    with inside(PUBLIC):
        return owns_transaction(staff.revoke)(
            tenant_id=tenant.id if tenant else None,
            invitation_id=invitation_id,
            revoked_by=revoked_by,
            now=now,
        )


def waiting(*, tenant: TenantInfo | None, now: datetime) -> list[Invited]:
    """
    Return the invitations that can still be accepted, newest first.
    """
    with inside(PUBLIC):
        return staff.waiting(tenant_id=tenant.id if tenant else None, now=now)


def change_role(
    *,
    tenant: TenantInfo,
    user_id: int,
    role: Role,
    changed_by: int,
    approved: bool = False,
    now: datetime,
) -> bool:
    """
    Give a member of a tenant's staff another role, and tell whether it is another one.

    :raises NeedsSecondOwner: if two owners have to want another one, and nobody `approved` it.
    :raises NotMember: if the login does not work there.
    :raises LastOne: if the tenant would be left without an owner.
    """
    _one_owner_is_enough(tenant, role, approved=approved)
    with inside(PUBLIC):
        return owns_transaction(staff.change_role)(
            tenant_id=tenant.id, user_id=user_id, role=role, changed_by=changed_by, now=now
        )


def _one_owner_is_enough(tenant: TenantInfo | None, role: Role, *, approved: bool) -> None:
    if role is not Role.OWNER or approved or tenant is None:
        return
    if tenant.file.approvals.demand(Deed.NEW_OWNER):
        raise NeedsSecondOwner(["owners"])


def wished_owner(*, tenant: TenantInfo, payload: Mapping[str, Any]) -> list[Change]:  # noqa: ARG001
    """
    Return who would become an owner; `payload` has their `email`.
    """
    return [Change("owners", "", str(payload["email"]))]


def make_wished_owner(
    *,
    tenant: TenantInfo,
    wish: ApprovalRow,
    authors: str,  # noqa: ARG001
    now: datetime,
) -> str:
    """
    Invite the owner whom two owners want, or give a colleague that role; again changes nothing.

    The payload has `email`, and `language` of an invitation or `user_id` of a colleague.

    :raises approvals.Outdated: if they work here already, or no longer.
    """
    payload = wish.payload
    try:
        if payload.get("user_id"):
            change_role(
                tenant=tenant,
                user_id=int(payload["user_id"]),
                role=Role.OWNER,
                changed_by=wish.asked_by,
                approved=True,
                now=now,
            )
        else:
            invite(
                tenant=tenant,
                email=str(payload["email"]),
                role=Role.OWNER,
                invited_by=wish.asked_by,
                language=str(payload["language"]),
                approved=True,
                now=now,
            )
    except (staff.AlreadyMember, staff.NotMember) as error:
        raise approvals.Outdated(str(payload["email"])) from error
    return ""


def remove(*, tenant: TenantInfo | None, user_id: int, removed_by: int, now: datetime) -> None:
    """
    End somebody's work for a tenant or the platform, from their next request on.

    :raises NotMember: if the login does not work there, or no longer.
    :raises LastOne: if nobody would be left who could let anybody in.
    """
    with inside(PUBLIC):
        owns_transaction(staff.remove)(
            tenant_id=tenant.id if tenant else None,
            user_id=user_id,
            removed_by=removed_by,
            now=now,
        )


@owns_transaction
def accept(*, token: str, platform: bool, user: User, now: datetime) -> Invited:
    """
    Give the role to somebody who is signed in; asked in the public schema.

    :raises InvitationOver: if it was used, revoked, replaced, or has ended.
    :raises InvitationForAnother: if they are not the one whom it names.
    """
    return staff.accept(token=token, platform=platform, user_id=user.pk, email=user.email, now=now)


@owns_transaction
def accept_new(
    *, token: str, platform: bool, name: str, password: str, language: str, now: datetime
) -> User:
    """
    Make the login of an invited person; the message reached its address, so that is confirmed.

    A second step comes next: without one nothing opens.

    :raises InvitationOver: if it was used, revoked, replaced, or has ended.
    :raises LoginExists: if the address has a login.
    """
    invited = staff.open_invitation(token=token, platform=platform, now=now)
    if people.by_email(email=invited.email) is not None:
        raise LoginExists
    user = User.objects.create_user(
        email=invited.email, password=password, name=name, language=language
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    staff.accept(token=token, platform=platform, user_id=user.pk, email=user.email, now=now)
    return user


def has_login(*, email: str) -> bool:
    """
    Tell whether an invited address has a login of staff; asked in the public schema.
    """
    return people.by_email(email=email) is not None
