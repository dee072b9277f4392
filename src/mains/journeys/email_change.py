"""A login moves to another e-mail, once both addresses have confirmed; the old one can undo."""

from dataclasses import dataclass
from datetime import datetime

from mains.core.transactions import owns_transaction
from mains.core.wording import date_text
from mains.enrolment import queries as enrolment
from mains.enrolment.actions.delivering import follow
from mains.guard import context
from mains.identity import email_changes, queries, secrets
from mains.identity.email_changes import Side
from mains.identity.models import EmailChange, Purpose
from mains.journeys.login_notices import language_of, record, send, tell
from mains.tenancy.tenantfile.identity import Registration

PLACE = "/account/email/"


class EmailFixed(Exception):
    """This tenant founds its registration on the e-mail, so it stays what it is (S4.14)."""


class ContactLocked(Exception):
    """
    An account was linked a short while ago; until an instant its holder has to be able to object.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"The e-mail stays until {until:%Y-%m-%d %H:%M}.")


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What a tenant says about changing the e-mail; staff of the platform may always.

    For `lock_hours` after a login was linked to an account its e-mail stays: it is the one that the
    account's holder and staff were told.
    """

    changeable: bool = True
    undo_days: int = 7
    lock_hours: int = 0

    def check(self) -> None:
        """
        Refuse where the e-mail cannot be changed.

        :raises EmailFixed: if it cannot.
        """
        if not self.changeable:
            raise EmailFixed

    def locked_until(self, *, user_id: int, now: datetime) -> datetime | None:
        """
        Return until when a login keeps its e-mail because of a fresh link, or None.
        """
        if not self.lock_hours:
            return None
        return enrolment.contact_locked_until(user_id=user_id, hours=self.lock_hours, now=now)

    def check_lock(self, *, user_id: int, now: datetime) -> None:
        """
        Refuse while a fresh link keeps the e-mail.

        :raises ContactLocked: if one does.
        """
        until = self.locked_until(user_id=user_id, now=now)
        if until is not None:
            raise ContactLocked(until)


def rules_of(registration: Registration) -> Rules:
    """
    Return what a tenant says about the e-mail of its customers' logins.
    """
    return Rules(
        registration.email_changeable,
        registration.email_undo_days,
        registration.contact_lock_hours,
    )


@owns_transaction
def begin(*, user_id: int, new_email: str, rules: Rules, site: str, now: datetime) -> EmailChange:
    """
    Ask both addresses to confirm; an earlier wish ends. Nothing changes yet.

    An address that has a login already is told so, and the page looks the same.

    :raises EmailFixed: if the tenant allows no change.
    :raises ContactLocked: if the login was linked to an account a short while ago.
    :raises SameEmail: if it is the e-mail the login has.
    """
    rules.check()
    rules.check_lock(user_id=user_id, now=now)
    change = email_changes.begin(user_id=user_id, new_email=new_email, now=now)
    hours = str(round(email_changes.LIFE.total_seconds() / 3600))
    send(
        kind="email-change-old",
        recipient=change.old_email,
        user=change.user,
        values={"new": change.new_email, "url": _url(site, change, Side.OLD), "hours": hours},
        now=now,
    )
    _ask_new(change, site=site, hours=hours, now=now)
    record(action="email.change_asked", user_id=user_id, now=now, change=change.pk)
    return change


def _ask_new(change: EmailChange, *, site: str, hours: str, now: datetime) -> None:
    if queries.by_email(email=change.new_email) is not None:
        url = f"{site}/account/login/"
        send(kind="already-registered", recipient=change.new_email, values={"url": url}, now=now)
        return
    send(
        kind="email-change-new",
        recipient=change.new_email,
        user=change.user,
        values={"url": _url(site, change, Side.NEW), "hours": hours},
        now=now,
    )


@owns_transaction
def withdraw(*, user_id: int, now: datetime) -> bool:
    """
    End a change that still waits; again does nothing.
    """
    withdrawn = email_changes.withdraw(user_id=user_id, now=now)
    if withdrawn:
        record(action="email.change_withdrawn", user_id=user_id, now=now)
    return withdrawn


@owns_transaction
def confirm(*, token: str, rules: Rules, site: str, now: datetime) -> bool:
    """
    Confirm at one address, and tell whether the e-mail is changed now.

    :raises EmailFixed: if the tenant allows no change, also where it did when it was asked for.
    :raises ChangeUnknown: if the link is none of this tenant.
    :raises ContactLocked: if the login was linked to an account since it was asked for.
    :raises ChangeOver: if it came too late or was withdrawn.
    :raises EmailTaken: if the address has another login by now.
    """
    rules.check()
    change, side = email_changes.of_token(token=token)
    rules.check_lock(user_id=change.user_id, now=now)
    change, applied = email_changes.confirm(
        change_id=change.pk, side=side, undo_days=rules.undo_days, now=now
    )
    if applied and change.undo_until is not None:
        user = change.user
        _bills_follow(change, before=change.old_email, after=change.new_email, now=now)
        until = date_text(change.undo_until.date(), language=language_of(user))
        values = {"new": change.new_email, "url": _url(site, change, Side.UNDO), "until": until}
        send(kind="email-changed", recipient=change.old_email, user=user, values=values, now=now)
        tell(user=user, what="email_changed", site=site, now=now, recipient=change.new_email)
        record(action="email.changed", user_id=user.pk, now=now, change=change.pk)
    return change.applied_at is not None


@owns_transaction
def undo(*, token: str, site: str, now: datetime) -> str:
    """
    Take a change back, sign the login out everywhere, and return a token for a new password.

    It works also where the tenant has stopped allowing changes since.

    :raises ChangeUnknown: if the link is none of this tenant.
    :raises ChangeOver: if it came too late or was taken back before.
    :raises EmailTaken: if the old address has another login by now.
    """
    change, side = email_changes.of_token(token=token)
    if side is not Side.UNDO:
        raise email_changes.ChangeUnknown
    change, user = email_changes.undo(change_id=change.pk, now=now)
    for left in email_changes.left_since(change=change):
        _bills_follow(change, before=left, after=change.old_email, now=now)
    tell(user=user, what="email_undone", site=site, now=now, recipient=change.new_email)
    reset = secrets.make_link(user=user, purpose=Purpose.RESET, now=now, life=secrets.RESET_LIFE)
    record(action="email.change_undone", user_id=user.pk, now=now, change=change.pk)
    return reset


def _bills_follow(change: EmailChange, *, before: str, after: str, now: datetime) -> None:
    # Staff of the platform have logins and no bills.
    if context.required() != context.PUBLIC:
        follow(user_id=change.user_id, before=before, after=after, today=now.date())


def _url(site: str, change: EmailChange, side: Side) -> str:
    return f"{site}{PLACE}{email_changes.token(change=change, side=side)}/"
