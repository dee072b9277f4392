"""Invite many customers at once; a bad line stops none of the others."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mains.customers import queries as customers
from mains.enrolment import actions
from mains.tenancy.queries import TenantInfo

MOST_LINES = 2_000


class Result(StrEnum):
    SENT = "sent"
    NO_ACCOUNT = "no_account"
    NO_EMAIL = "no_email"
    BAD_EMAIL = "bad_email"
    BAD_ON_FILE = "bad_on_file"
    LINKED = "linked"
    TWICE = "twice"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line as it was pasted (`typed`), where, what was read in it, and what came of it.
    """

    number: int
    typed: str
    account: str
    email: str
    result: Result


def invite_lines(*, tenant: TenantInfo, text: str, invited_by: str, now: datetime) -> list[Line]:
    """
    Invite the e-mail address of each line to its account: `account number, e-mail`.

    Without an address in the line, the one on file is used. Inviting again replaces the open
    invitation, so the same list twice sends the messages twice and leaves one link that works.
    Lines after the first 2,000 are not read, and said to be not.
    """
    filled = [(at, line) for at, line in enumerate(text.splitlines(), start=1) if line.strip()]
    found: list[Line] = []
    seen: set[tuple[int, str]] = set()
    for number, typed in filled[:MOST_LINES]:
        account, email, result = _invite(tenant, typed, seen, invited_by=invited_by, now=now)
        found.append(Line(number, typed, account, email, result))
    for number, typed in filled[MOST_LINES:]:
        found.append(Line(number, typed, *_read(typed), Result.NOT_READ))
    return found


def _read(line: str) -> tuple[str, str]:
    parts = line.replace(";", ",").replace("\t", ",").split(",")
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""


def _invite(
    tenant: TenantInfo,
    line: str,
    seen: set[tuple[int, str]],
    *,
    invited_by: str,
    now: datetime,
) -> tuple[str, str, Result]:
    number, stated = _read(line)
    account = customers.account_named(number=number)
    if account is None:
        return number, stated, Result.NO_ACCOUNT
    email = stated or account.customer.email
    if not email:
        return number, "", Result.NO_EMAIL
    try:
        validate_email(email)
    except ValidationError:
        return number, email, Result.BAD_EMAIL if stated else Result.BAD_ON_FILE
    if (account.pk, email.lower()) in seen:
        return number, email, Result.TWICE
    seen.add((account.pk, email.lower()))
    try:
        actions.invite(
            account_id=account.pk,
            email=email,
            invited_by=invited_by,
            days=tenant.file.registration.invitation_days,
            site=tenant.url,
            now=now,
            today=tenant.date_of(now),
        )
    except actions.AlreadyLinked:
        return number, email, Result.LINKED
    return number, email, Result.SENT
