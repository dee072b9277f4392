"""Sign up with facts from a bill, confirm the e-mail, link further accounts."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.enrolment import queries
from mains.enrolment.models import AccountLink, SignUp
from mains.identity import actions as identity
from mains.identity.models import User
from mains.notifications import actions as notifications
from mains.tenancy.tenantfile.identity import Evidence, Policy


class NotProven(Exception):
    """The facts do not fit together; nobody is told which of them is wrong."""


class SignUpExpired(Exception):
    """The confirmation came too late; signing up again takes two minutes."""


class SignUpUnknown(Exception):
    """No sign-up has this token."""


class AlreadyConfirmed(Exception):
    """The link was used before; the login exists."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """
    Who wants a login. The e-mail is in lower case; the password is empty where it is set later.

    `terms_hash` names the version of the terms that were accepted.
    """

    email: str
    name: str
    password: str
    language: str
    terms_hash: str


def digest(*, token: str) -> str:
    """
    Return what is stored of a token.
    """
    return hashlib.sha256(token.encode()).hexdigest()


@owns_transaction
def begin_sign_up(
    *,
    policy: Policy,
    answers: Mapping[Evidence, str],
    applicant: Applicant,
    pending_hours: int,
    site: str,
    now: datetime,
    today: date,
) -> None:
    """
    Store a sign-up and send its confirmation.

    Doing it again sends another link and leaves the first valid: neither reserves anything. Who
    has a login already gets a message that says so, and the screen looks the same.

    :raises NotProven: if the facts do not name one account.
    """
    account = queries.proven_account(
        policy=policy, answers=answers, language=applicant.language, today=today
    )
    hashed = make_password(applicant.password) if applicant.password else ""
    if account is None:
        raise NotProven
    token = secrets.token_urlsafe(32)
    if User.objects.filter(email=applicant.email).exists():
        notifications.queue(
            kind="already-registered",
            key=digest(token=token)[:24],
            recipient=applicant.email,
            language=applicant.language,
            values={"url": f"{site}/account/login/"},
            now=now,
        )
        return
    SignUp.objects.create(
        token_hash=digest(token=token),
        email=applicant.email,
        name=applicant.name,
        language=applicant.language,
        password=hashed,
        account=account,
        evidence=[str(kind) for kind in policy.evidence],
        terms_hash=applicant.terms_hash,
        created_at=now,
        expires_at=now + timedelta(hours=pending_hours),
    )
    notifications.queue(
        kind="confirm-sign-up",
        key=digest(token=token)[:24],
        recipient=applicant.email,
        language=applicant.language,
        values={
            "name": applicant.name,
            "url": f"{site}/join/{token}/",
            "hours": str(pending_hours),
        },
        now=now,
    )


@owns_transaction
def confirm_sign_up(*, token: str, password: str, site: str, now: datetime) -> User:
    """
    Turn a confirmed sign-up into a login that is linked to its account.

    :raises SignUpUnknown: if nobody sent this token.
    :raises SignUpExpired: if it came too late.
    :raises AlreadyConfirmed: if it was used before, or the e-mail got a login meanwhile.
    """
    sign_up = (
        SignUp.objects.select_for_update(of=("self",))
        .select_related("account__customer")
        .filter(token_hash=digest(token=token))
        .first()
    )
    if sign_up is None:
        raise SignUpUnknown
    if sign_up.confirmed_at or User.objects.filter(email=sign_up.email).exists():
        raise AlreadyConfirmed
    if sign_up.expires_at <= now:
        raise SignUpExpired
    user = User(email=sign_up.email, name=sign_up.name, language=sign_up.language)
    user.password = sign_up.password or make_password(password or None)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    sign_up.confirmed_at = now
    sign_up.save(update_fields=["confirmed_at"])
    link(user=user, account=sign_up.account, evidence=sign_up.evidence, now=now)
    notifications.queue(
        kind="welcome",
        key=str(user.pk),
        recipient=user.email,
        language=user.language,
        values={"name": user.name, "url": f"{site}/"},
        now=now,
    )
    return user


def pending(*, token: str, now: datetime) -> SignUp:
    """
    Return a sign-up that can still be confirmed.

    :raises SignUpUnknown: if nobody sent this token.
    :raises SignUpExpired: if it came too late.
    :raises AlreadyConfirmed: if it was used before.
    """
    sign_up = SignUp.objects.filter(token_hash=digest(token=token)).first()
    if sign_up is None:
        raise SignUpUnknown
    if sign_up.confirmed_at:
        raise AlreadyConfirmed
    if sign_up.expires_at <= now:
        raise SignUpExpired
    return sign_up


@inside_transaction
def link(*, user: User, account: Account, evidence: list[str], now: datetime) -> AccountLink:
    """
    Let a login see an account, and tell the holder; linking again changes nothing.
    """
    row, made = AccountLink.objects.get_or_create(
        user_id=user.pk,
        account=account,
        ended_at=None,
        defaults={"evidence": evidence, "linked_at": now},
    )
    holder = account.customer
    if made and holder.email:
        notifications.queue(
            kind="account-linked",
            key=str(row.pk),
            recipient=holder.email,
            language=holder.language,
            values={"account": account.number[-3:], "email": user.email},
            now=now,
        )
    return row


@owns_transaction
def delete_login(*, user_id: int, now: datetime) -> bool:
    """
    Delete a customer's login, end its links and drop its pending sign-ups; again does nothing.

    Customers, accounts, bills and payments stay: they belong to the provider's books.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        return False
    AccountLink.objects.filter(user_id=user_id, ended_at=None).update(ended_at=now)
    SignUp.objects.filter(email=user.email, confirmed_at=None).delete()
    return identity.delete_user(user_id=user_id)
