"""Codes to the contact on file: by e-mail at once, by letter where there is no e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.enrolment.models import CodeChannel, ContactCode
from mains.enrolment.rules.typed import plain
from mains.enrolment.tokens import digest, new_code, new_letter_code, new_token
from mains.notifications import actions as notifications
from mains.notifications.models import Channel
from mains.tenancy.tenantfile.identity import Purpose, Registration

TRIES, CODES_A_DAY = 5, 3


class WrongCode(Exception):
    """The code is another one, was used, or has ended; which of these is not told."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """
    The account whose holder has the code, and what was proven for which purpose.
    """

    account_id: int
    purpose: Purpose
    evidence: tuple[str, ...]


@owns_transaction
def send_code(
    *,
    account: Account | None,
    purpose: Purpose,
    evidence: Sequence[str],
    registration: Registration,
    now: datetime,
) -> str:
    """
    Send a code to the contact on file and return the token of this try.

    Without an account the token leads nowhere and looks the same. An account gets three codes a
    day, so nobody fills its holder's mailbox.
    """
    token = new_token()
    if account is None or _had_enough(account, now=now):
        return token
    by_letter = not account.customer.email
    code = new_letter_code() if by_letter else new_code()
    row = ContactCode.objects.create(
        token_hash=digest(token),
        code_hash=digest("letter", code) if by_letter else digest(token, code),
        account=account,
        purpose=purpose,
        channel=CodeChannel.LETTER if by_letter else CodeChannel.EMAIL,
        evidence=[str(kind) for kind in evidence],
        created_at=now,
        expires_at=now
        + (
            timedelta(days=registration.letter_days)
            if by_letter
            else timedelta(minutes=registration.code_minutes)
        ),
    )
    _tell(row, account=account, code=code, registration=registration, now=now)
    return token


def _had_enough(account: Account, *, now: datetime) -> bool:
    recent = ContactCode.objects.filter(
        account=account, purpose__in=list(Purpose), created_at__gt=now - timedelta(days=1)
    )
    return recent.count() >= CODES_A_DAY


def _tell(
    row: ContactCode, *, account: Account, code: str, registration: Registration, now: datetime
) -> None:
    holder = account.customer
    if row.channel == CodeChannel.EMAIL:
        notifications.queue(
            kind="contact-code",
            key=str(row.pk),
            recipient=holder.email,
            language=holder.language,
            values={"code": code, "minutes": str(registration.code_minutes)},
            now=now,
        )
        return
    notifications.queue(
        kind="contact-letter",
        key=str(row.pk),
        channel=Channel.LETTER,
        recipient=f"{holder.name}\n{account.postal_address}",
        language=holder.language,
        values={
            "code": "-".join(code[at : at + 4] for at in range(0, len(code), 4)),
            "days": str(registration.letter_days),
        },
        now=now,
    )


def redeem_code(*, token: str, code: str, now: datetime) -> Redeemed:
    """
    Use the code of an e-mail, in the browser that holds its token; it works once, in five tries.

    :raises WrongCode: if it is another one, was used, or has ended.
    """
    # Counted before it is judged, so a hundred codes at once are a hundred tries.
    _count_try(token=token)
    return _redeem(token_hash=digest(token), code_hash=digest(token, plain(code)), now=now)


def redeem_letter(*, code: str, now: datetime) -> Redeemed:
    """
    Use the code of a letter; it works once.

    :raises WrongCode: if it is another one, was used, or has ended.
    """
    return _redeem(channel=CodeChannel.LETTER, code_hash=digest("letter", plain(code)), now=now)


@owns_transaction
def _count_try(*, token: str) -> None:
    ContactCode.objects.filter(token_hash=digest(token)).update(tries=F("tries") + 1)


@owns_transaction
def _redeem(*, now: datetime, **named: str) -> Redeemed:
    row = ContactCode.objects.select_for_update().filter(**named).first()
    if row is None or row.used_at or row.expires_at <= now or row.tries > TRIES:
        raise WrongCode
    row.used_at = now
    row.save(update_fields=["used_at"])
    return Redeemed(row.account_id, Purpose(row.purpose), tuple(row.evidence))
