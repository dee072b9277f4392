"""Another e-mail for a login: both addresses confirm, the old one can take it back."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from allauth.account.models import EmailAddress
from django.core import signing

from mains.core.transactions import inside_transaction
from mains.guard import keys
from mains.identity import passwords, secrets
from mains.identity.models import EmailChange, User

LIFE = timedelta(hours=24)
# Longer than any tenant lets a change be taken back.
KEPT = timedelta(days=100)
PURPOSE = "email-change"


class Side(StrEnum):
    """
    Whose link it is; the undo goes to the old address once the change was made.
    """

    OLD = "old"
    NEW = "new"
    UNDO = "undo"


class Standing(StrEnum):
    """
    What a link can still do: confirm or undo, or why nothing.
    """

    OPEN = "open"
    # This address has confirmed, the other one has not.
    CONFIRMED = "confirmed"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"
    LATE = "late"


class SameEmail(Exception):
    """The login has this e-mail already."""


class EmailTaken(Exception):
    """Another login got the address in the meantime."""


class ChangeUnknown(Exception):
    """Nobody of this tenant sent this link."""


class ChangeOver(Exception):
    """It is too late for this link, or the change was withdrawn or taken back."""


@inside_transaction
def begin(*, user_id: int, new_email: str, now: datetime) -> EmailChange:
    """
    Store the wish for another e-mail; an earlier one that still waits ends.

    :raises SameEmail: if it is the e-mail the login has.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email == new_email.lower():
        raise SameEmail(user_id)
    withdraw(user_id=user_id, now=now)
    return EmailChange.objects.create(
        user=user,
        old_email=user.email,
        new_email=new_email.lower(),
        created_at=now,
        expires_at=now + LIFE,
    )


@inside_transaction
def withdraw(*, user_id: int, now: datetime) -> bool:
    """
    End the change that waits; where none waits, do nothing.
    """
    waiting = EmailChange.objects.filter(user_id=user_id, applied_at=None, ended_at=None)
    return bool(waiting.update(ended_at=now))


def token(*, change: EmailChange, side: Side) -> str:
    """
    Return the token of one of a change's links; it holds in its own tenant only.
    """
    return keys.sign([change.pk, change.new_email, str(side)], purpose=PURPOSE)


def of_token(*, token: str) -> tuple[EmailChange, Side]:
    """
    Return the change behind a link, and whose link it is.

    :raises ChangeUnknown: if this tenant did not send it.
    """
    try:
        pk, new_email, side = cast(list[Any], keys.unsign(token, purpose=PURPOSE))
    except signing.BadSignature as error:
        raise ChangeUnknown from error
    change = EmailChange.objects.select_related("user").filter(pk=pk, new_email=new_email).first()
    if change is None:
        raise ChangeUnknown
    return change, Side(side)


def standing(*, change: EmailChange, side: Side, now: datetime) -> Standing:
    """
    Return what one of a change's links can still do.
    """
    if change.ended_at is not None:
        return Standing.TAKEN_BACK if change.applied_at else Standing.WITHDRAWN
    if side is Side.UNDO:
        until = change.undo_until
        return Standing.OPEN if until is not None and until > now else Standing.LATE
    if change.applied_at is not None:
        return Standing.APPLIED
    if change.expires_at <= now:
        return Standing.LATE
    if change.user.email != change.old_email:
        return Standing.WITHDRAWN
    mine = change.old_confirmed_at if side is Side.OLD else change.new_confirmed_at
    return Standing.CONFIRMED if mine else Standing.OPEN


@inside_transaction
def confirm(
    *, change_id: int, side: Side, undo_days: int, now: datetime
) -> tuple[EmailChange, bool]:
    """
    Confirm a change at one address; return it, and whether this confirmation applied it.

    Confirming twice changes nothing more.

    :raises ChangeOver: if it came too late, or the change was withdrawn.
    :raises EmailTaken: if the address belongs to another login.
    """
    change = EmailChange.objects.select_for_update().get(pk=change_id)
    if change.ended_at is not None or side is Side.UNDO:
        raise ChangeOver(change_id)
    if change.applied_at is not None:
        return change, False
    user = User.objects.select_for_update().get(pk=change.user_id)
    if change.expires_at <= now or user.email != change.old_email:
        raise ChangeOver(change_id)
    field = "old_confirmed_at" if side is Side.OLD else "new_confirmed_at"
    if getattr(change, field) is None:
        setattr(change, field, now)
    applies = change.old_confirmed_at is not None and change.new_confirmed_at is not None
    if applies:
        _rename(user, change.new_email)
        change.applied_at = now
        change.undo_until = now + timedelta(days=undo_days)
    change.save()
    return change, applies


@inside_transaction
def undo(*, change_id: int, now: datetime) -> tuple[EmailChange, User]:
    """
    Give a login its old e-mail back, sign it out everywhere and take its password away.

    Whoever made the change knew the password, so it cannot stay; the old address gets a link
    for a new one.

    :raises ChangeOver: if it is too late, was done before, or nothing was changed.
    :raises EmailTaken: if the old address belongs to another login by now.
    """
    change = EmailChange.objects.select_for_update().get(pk=change_id)
    user = User.objects.select_for_update().get(pk=change.user_id)
    if change.undo_until is None or change.ended_at is not None or change.undo_until <= now:
        raise ChangeOver(change_id)
    _rename(user, change.old_email)
    withdraw(user_id=user.pk, now=now)
    # A later change started from an address that was never rightfully there.
    EmailChange.objects.filter(user=user, pk__gte=change.pk, ended_at=None).update(ended_at=now)
    passwords.store(user=user, new=None)
    return change, user


def forget_old(*, now: datetime) -> int:
    """
    Delete changes that nobody can take back any more, and return how many that were.
    """
    return EmailChange.objects.filter(created_at__lt=now - KEPT).delete()[0]


def left_since(*, change: EmailChange) -> list[str]:
    """
    Return the addresses that a login had since a change, which an undo takes from it.
    """
    later = EmailChange.objects.filter(
        user_id=change.user_id, pk__gte=change.pk, applied_at__isnull=False
    )
    return list(later.order_by("pk").values_list("new_email", flat=True))


def _rename(user: User, email: str) -> None:
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        raise EmailTaken(user.pk)
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).exclude(primary=True).delete()
    EmailAddress.objects.filter(user=user).update(email=email, verified=True)
    # What was mailed to the other address lets nobody in any more.
    secrets.forget_all(user=user)
