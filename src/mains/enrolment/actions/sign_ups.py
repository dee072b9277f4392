"""Sign up: store it, confirm the e-mail, make the login; or put it aside and go on later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.enrolment.actions import consents, delivering
from mains.enrolment.actions.consents import Agreed, ConsentPurpose
from mains.enrolment.actions.links import Terms, link
from mains.enrolment.models import LinkRole, SignUp, Wording
from mains.enrolment.tokens import digest, new_token
from mains.identity.models import User
from mains.notifications import actions as notifications
from mains.tenancy.tenantfile.identity import CustomerType

# What is left of steps put aside once there is a login: nothing that was typed, only that it is so.
FINISHED: dict[str, Any] = {}


class SignUpExpired(Exception):
    """The confirmation came too late; signing up again takes two minutes."""


class SignUpUnknown(Exception):
    """No sign-up has this token."""


class AlreadyConfirmed(Exception):
    """The link was used before; the login exists."""


class UserNameTaken(Exception):
    """Another login has this user name."""


class PasswordMissing(Exception):
    """Nobody chose a password, and nobody signs in without one."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """
    Who wants a login. The e-mail is in lower case; the password is empty where it is set later.

    An administrator names the written authority to act on, and the first day it no longer holds.
    """

    email: str
    name: str
    password: str
    language: str
    username: str = ""
    customer_type: CustomerType = CustomerType.PRIVATE
    authority: str = ""
    until_date: date | None = None

    def hashed_password(self) -> str:
        """
        Return what is stored of the password, or an empty text.
        """
        return make_password(self.password) if self.password else ""


@owns_transaction
def begin_sign_up(
    *,
    account_id: int | None,
    evidence: Sequence[str],
    applicant: Applicant,
    agreed: Sequence[Agreed],
    address: str,
    pending_hours: int,
    site: str,
    now: datetime,
) -> None:
    """
    Store a sign-up for a proven account, or for none yet, and send its confirmation.

    Doing it again sends another link and leaves the first valid: neither reserves anything. Who
    has a login already gets a message that says so, and the screen looks the same.
    """
    password = applicant.hashed_password()
    token = new_token()
    if User.objects.filter(email=applicant.email).exists():
        tell_registered(
            email=applicant.email, language=applicant.language, token=token, site=site, now=now
        )
        return
    sign_up = SignUp.objects.create(
        token_hash=digest(token),
        email=applicant.email,
        name=applicant.name,
        username=applicant.username,
        language=applicant.language,
        password=password,
        customer_type=applicant.customer_type,
        account_id=account_id,
        evidence=[str(kind) for kind in evidence],
        authority=applicant.authority,
        until_date=applicant.until_date,
        consents=consents.keep_for_sign_up(agreed=agreed, address=address, now=now),
        created_at=now,
        expires_at=now + timedelta(hours=pending_hours),
    )
    tell_confirm(sign_up=sign_up, token=token, hours=pending_hours, site=site, now=now)


@inside_transaction
def tell_registered(*, email: str, language: str, token: str, site: str, now: datetime) -> None:
    """
    Tell somebody who signs up that they have a login; nobody else learns it.
    """
    notifications.queue(
        kind="already-registered",
        key=digest(token)[:24],
        recipient=email,
        language=language,
        values={"url": f"{site}/account/login/"},
        now=now,
    )


@inside_transaction
def tell_confirm(*, sign_up: SignUp, token: str, hours: int, site: str, now: datetime) -> None:
    """
    Send the link that confirms a sign-up, and for how many hours it holds.
    """
    notifications.queue(
        kind="confirm-sign-up",
        key=digest(token)[:24],
        recipient=sign_up.email,
        language=sign_up.language,
        values={"name": sign_up.name, "url": f"{site}/join/{token}/", "hours": str(hours)},
        now=now,
    )


@owns_transaction
def confirm_sign_up(
    *,
    token: str,
    password: str,
    site: str,
    now: datetime,
    today: date,
    bills_from: date,
    username: str = "",
) -> User:
    """
    Turn a confirmed sign-up into a login that is linked to its account, if it has one.

    A user name that somebody took meanwhile is asked again. `password` is what was chosen here; it
    may be empty where one was chosen in the form. Electronic bills begin on `bills_from`, a day
    late enough for the holder to object.

    :raises SignUpUnknown: if nobody sent this token.
    :raises SignUpExpired: if it came too late.
    :raises AlreadyConfirmed: if it was used before, or the e-mail got a login meanwhile.
    :raises PasswordMissing: if no password was chosen, neither here nor in the form.
    :raises UserNameTaken: if another login has the user name.
    """
    sign_up = _waiting(token, now=now)
    if not (password or sign_up.password):
        raise PasswordMissing
    user = make_login(
        email=sign_up.email,
        name=sign_up.name,
        username=username or sign_up.username,
        language=sign_up.language,
        password=make_password(password) if password else sign_up.password,
    )
    sign_up.confirmed_at = now
    sign_up.save(update_fields=["confirmed_at"])
    consents.tie_to_login(
        remembered=sign_up.consents, user_id=user.pk, account_id=sign_up.account_id
    )
    if sign_up.account is not None:
        _link_proven(sign_up, sign_up.account, user, bills_from=bills_from, now=now, today=today)
    welcome(user=user, site=site, now=now)
    return user


def _waiting(token: str, *, now: datetime) -> SignUp:
    """
    Return the sign-up that a token confirms, locked until the end of the transaction.
    """
    sign_up = (
        SignUp.objects.to_confirm()
        .select_for_update(of=("self",))
        .select_related("account__customer")
        .filter(token_hash=digest(token))
        .first()
    )
    if sign_up is None:
        raise SignUpUnknown
    if sign_up.confirmed_at or User.objects.filter(email=sign_up.email).exists():
        raise AlreadyConfirmed
    if sign_up.expires_at <= now:
        raise SignUpExpired
    return sign_up


def _link_proven(
    sign_up: SignUp, account: Account, user: User, *, bills_from: date, now: datetime, today: date
) -> None:
    link(
        user=user,
        account=account,
        evidence=sign_up.evidence,
        terms=_terms(sign_up),
        now=now,
        today=today,
    )
    if sign_up.customer_type != CustomerType.ADMINISTRATOR:
        deliver_electronically(
            account_id=account.pk,
            user=user,
            remembered=sign_up.consents,
            bills_from=bills_from,
            now=now,
            today=today,
        )


def _terms(sign_up: SignUp) -> Terms:
    if sign_up.customer_type != CustomerType.ADMINISTRATOR:
        return Terms()
    return Terms(LinkRole.ADMINISTRATOR, sign_up.authority, sign_up.until_date)


@inside_transaction
def deliver_electronically(
    *,
    account_id: int,
    user: User,
    remembered: Sequence[dict[str, Any]],
    bills_from: date,
    now: datetime,
    today: date,
) -> None:
    """
    Deliver bills of the chosen contracts to a login's e-mail from a day on, if any was chosen.
    """
    chosen = [one for one in remembered if one["purpose"] == ConsentPurpose.ELECTRONIC_BILL]
    if not chosen:
        return
    delivering.choose(
        account_id=account_id,
        contract_ids=chosen[0].get("contracts") or None,
        to=delivering.Delivery(
            user.email, Wording.objects.get(pk=chosen[0]["wording"]).text, bills_from
        ),
        actor=f"user:{user.pk}",
        why=delivering.CHOSEN,
        now=now,
        today=today,
    )


@inside_transaction
def make_login(*, email: str, name: str, username: str, language: str, password: str) -> User:
    """
    Make a login whose e-mail is confirmed; `password` is hashed already.

    :raises UserNameTaken: if another login has the user name.
    """
    if username and User.objects.filter(username__iexact=username).exists():
        raise UserNameTaken(username)
    user = User(email=email, name=name, username=username or None, language=language)
    user.password = password or make_password(None)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    SignUp.objects.put_aside().filter(email=email).update(answers=FINISHED, email="")
    return user


@inside_transaction
def welcome(*, user: User, site: str, now: datetime) -> None:
    """
    Tell somebody that the login is ready.
    """
    notifications.queue(
        kind="welcome",
        key=str(user.pk),
        recipient=user.email,
        language=user.language,
        values={"name": user.name, "url": f"{site}/"},
        now=now,
    )


def pending(*, token: str, now: datetime) -> SignUp:
    """
    Return a sign-up that can still be confirmed.

    :raises SignUpUnknown: if nobody sent this token.
    :raises SignUpExpired: if it came too late.
    :raises AlreadyConfirmed: if it was used before, or the e-mail got a login meanwhile.
    """
    sign_up = SignUp.objects.to_confirm().filter(token_hash=digest(token)).first()
    if sign_up is None:
        raise SignUpUnknown
    if sign_up.confirmed_at or User.objects.filter(email=sign_up.email).exists():
        raise AlreadyConfirmed
    if sign_up.expires_at <= now:
        raise SignUpExpired
    return sign_up


@owns_transaction
def save_for_later(
    *,
    email: str,
    answers: dict[str, Any],
    language: str,
    hours: int,
    site: str,
    now: datetime,
) -> None:
    """
    Put the steps of a sign-up aside and send a link that goes on with them.
    """
    token = new_token()
    SignUp.objects.create(
        token_hash=digest(token),
        email=email,
        language=language,
        answers=answers,
        created_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    notifications.queue(
        kind="sign-up-saved",
        key=digest(token)[:24],
        recipient=email,
        language=language,
        values={"url": f"{site}/join/resume/{token}/", "hours": str(hours)},
        now=now,
    )


def resume(*, token: str, now: datetime) -> dict[str, Any]:
    """
    Return the steps that were put aside under a token.

    :raises SignUpUnknown: if nobody put any aside under it.
    :raises AlreadyConfirmed: if they led to a login.
    :raises SignUpExpired: if it came too late.
    """
    saved = SignUp.objects.put_aside().filter(token_hash=digest(token)).first()
    if saved is None:
        raise SignUpUnknown
    if not saved.answers:
        raise AlreadyConfirmed
    if saved.expires_at <= now:
        raise SignUpExpired
    return {**saved.answers, "email": saved.email, "saved": saved.pk}


@owns_transaction
def go_on_as(*, saved_id: int, email: str) -> None:
    """
    Remember for which address steps that were put aside went on, so its login ends their link.
    """
    SignUp.objects.put_aside().filter(pk=saved_id).exclude(answers=FINISHED).update(email=email)
