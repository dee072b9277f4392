"""Who can sign in to the demo, with which password and one-time code. Never for a live system."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password

from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Account
from mains.enrolment import actions as enrolment
from mains.enrolment.actions.consents import Agreed, keep_for_sign_up, tie_to_login
from mains.identity.models import User
from mains.tenancy import actions as tenancy
from mains.tenancy.models import Role

PASSWORD = "demo-mains-2026"  # noqa: S105
# A base32 secret that every demo login of staff has, so that anybody can compute its codes.
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
PLATFORM_EMAIL = "platform@mains.example"


@dataclass(frozen=True, slots=True)
class Login:
    where: str
    url: str
    email: str
    password: str
    code: str


def staff_email(slug: str) -> str:
    return f"staff@{slug}.example"


def second_owner_email(slug: str) -> str:
    return f"olga@{slug}.example"


def customer_email(slug: str) -> str:
    return f"anna@{slug}.example"


def current_code() -> str:
    """
    Return the one-time code that the demo's authenticator shows now.
    """
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // TOTP_PERIOD))


def wait_for_another(code: str) -> None:
    """
    Wait until the authenticator shows another code, half a minute at most.
    """
    while current_code() == code:
        time.sleep(0.2)


@owns_transaction
def add_staff(*, email: str, name: str, schema_name: str | None) -> User:
    """
    Make a member of staff in the public schema, with a second step; again changes nothing.
    """
    user = _user(email=email, name=name, language="en")
    if not Authenticator.objects.filter(user=user).exists():
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.TOTP,
            data={"secret": get_adapter().encrypt(TOTP_SECRET)},
        )
    tenancy.add_member(
        user_id=user.pk,
        schema_name=schema_name,
        role=Role.OWNER if schema_name else Role.PLATFORM,
    )
    return user


@owns_transaction
def add_customer(
    *,
    email: str,
    accounts: list[Account],
    agreed: Sequence[Agreed],
    language: str,
    now: datetime,
    today: date,
) -> User:
    """
    Make a customer's login in the tenant being served, linked to accounts, agreed to its texts.
    """
    user = _user(email=email, name=accounts[0].customer.name, language=language)
    for account in accounts:
        enrolment.link(user=user, account=account, evidence=["demo"], now=now, today=today)
    remembered = keep_for_sign_up(agreed=agreed, address="", now=now)
    tie_to_login(remembered=remembered, user_id=user.pk, account_id=None)
    return user


@inside_transaction
def _user(*, email: str, name: str, language: str) -> User:
    user, made = User.objects.get_or_create(
        email=email,
        defaults={"name": name, "language": language, "password": make_password(PASSWORD)},
    )
    if made:
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
