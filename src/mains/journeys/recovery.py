"""Back in without the password: by a link, by a temporary password, or by a sign-in link."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.enrolment import budgets
from mains.enrolment import queries as enrolment
from mains.enrolment.actions import TooManyTries
from mains.enrolment.rules.budgets import Standing
from mains.enrolment.rules.typed import plain
from mains.enrolment.visits import Visit
from mains.identity import email_changes, passwords, queries, secrets
from mains.identity.models import Purpose, User
from mains.journeys.login_notices import record, send, tell
from mains.tenancy.tenantfile.identity import Evidence, Policy

RESET_PATH, SIGN_IN_PATH = "/account/password/reset/", "/account/link/"


@owns_transaction
def send_reset_link(*, email: str, site: str, now: datetime) -> None:
    """
    Send a link for a new password; whoever has no login gets a message that says so.

    Both cases write one message, so neither answer nor time tell whether there is a login.
    """
    _send_link(
        email=email, kind="password-reset", purpose=Purpose.RESET, life=secrets.RESET_LIFE,
        place=RESET_PATH, site=site, now=now,
    )  # fmt: skip


@owns_transaction
def send_sign_in_link(*, email: str, site: str, now: datetime) -> None:
    """
    Send a link that signs in without a password; whoever has no login is told so by mail.
    """
    _send_link(
        email=email, kind="sign-in-link", purpose=Purpose.SIGN_IN, life=secrets.SIGN_IN_LIFE,
        place=SIGN_IN_PATH, site=site, now=now,
    )  # fmt: skip


def _send_link(
    *,
    email: str,
    kind: str,
    purpose: Purpose,
    life: timedelta,
    place: str,
    site: str,
    now: datetime,
) -> None:
    user = queries.active(email=email)
    # For whoever has no login too: the same statements, the same time.
    token = secrets.make_link(user=user, purpose=purpose, now=now, life=life)
    if user is None:
        send(kind="no-login-here", recipient=email, values={"url": f"{site}/"}, now=now)
        return
    values = {"url": f"{site}{place}{token}/", "minutes": str(round(life.total_seconds() / 60))}
    send(kind=kind, recipient=user.email, user=user, values=values, now=now)


@owns_transaction
def reset_password(*, token: str, new: str, site: str, now: datetime) -> User:
    """
    Set a new password by a mailed link and end every way in; it signs nobody in.

    :raises SecretUnknown: if the link was used, has ended, or is none of this tenant.
    """
    user = secrets.use(token=token, purpose=Purpose.RESET, now=now)
    passwords.store(user=user, new=new)
    tell(user=user, what="password_changed", site=site, now=now)
    record(action="password.reset", user_id=user.pk, now=now)
    return user


@owns_transaction
def use_sign_in_link(*, token: str, now: datetime) -> User:
    """
    Use up a sign-in link and return its login, which has its second step still before it.

    :raises SecretUnknown: if the link was used, has ended, or is none of this tenant.
    """
    user = secrets.use(token=token, purpose=Purpose.SIGN_IN, now=now)
    record(action="sign_in_link.used", user_id=user.pk, now=now)
    return user


def send_temporary_password(
    *, policy: Policy, answers: Mapping[Evidence, str], email: str, visit: Visit, site: str
) -> None:
    """
    Send user name and a temporary password to a login that is linked to the account proven.

    Every wrong pair hashes, looks and writes as much as a right one, and gets the same answer.
    The old password works until the temporary one is used. Tries count against the budgets of
    proofs; past that of a code, a right pair is answered like a wrong one.

    :raises TooManyTries: if the network address is over its budget.
    """
    subjects = budgets.subjects(named=plain(answers.get(policy.naming, "")), address=visit.address)
    limits = budgets.limits_of(visit.file.registration.budgets)
    tried = budgets.count(subjects=subjects, limits=limits, now=visit.now)
    if tried.standing is Standing.REFUSED:
        raise TooManyTries
    free = tried.standing is Standing.FREE
    if _send_temporary(
        policy=policy, answers=answers, email=email, visit=visit, site=site, free=free
    ):
        budgets.forgive(subjects=subjects, now=visit.now)


@owns_transaction
def _send_temporary(
    *,
    policy: Policy,
    answers: Mapping[Evidence, str],
    email: str,
    visit: Visit,
    site: str,
    free: bool,
) -> bool:
    account = enrolment.proven_account(policy=policy, answers=answers, visit=visit)
    user = queries.active(email=email)
    password = secrets.temporary_password()
    hashed = make_password(password)
    linked = account is not None and user is not None and _is_linked(user, account, visit)
    if user is None or not linked or not free:
        place = f"{site}{RESET_PATH}"
        send(kind="recovery-not-proven", recipient=email, values={"url": place}, now=visit.now)
        return False
    hours = visit.file.registration.temporary_password_hours
    secrets.make_temporary(user=user, hashed=hashed, now=visit.now, life=timedelta(hours=hours))
    values = {
        "login": user.username or user.email,
        "password": password,
        "hours": str(hours),
        "url": f"{site}/account/login/",
    }
    send(kind="temporary-password", recipient=user.email, user=user, values=values, now=visit.now)
    return True


def _is_linked(user: User, account: Account, visit: Visit) -> bool:
    return (
        enrolment.links_in_force(user_id=user.pk, today=visit.today)
        # A customer's code names all of the customer's accounts; one that is linked will do.
        .filter(account__customer_id=account.customer_id)
        .exists()
    )


@owns_transaction
def begin_forced_change(*, user: User, site: str, now: datetime) -> None:
    """
    Let somebody who came in with a temporary password do nothing but choose a new one.
    """
    passwords.begin_forced_change(user=user)
    tell(user=user, what="temporary_password_used", site=site, now=now)
    record(action="temporary_password.used", user_id=user.pk, now=now)


def forget_old(*, now: datetime) -> None:
    """
    Delete mailed secrets and changes of e-mail that ended long ago.
    """
    secrets.forget_old(now=now)
    email_changes.forget_old(now=now)
