"""Who may see which account, and whether facts prove an account."""

from collections.abc import Mapping
from datetime import date

from django.db.models import F, Value
from django.db.models.functions import Replace, Upper

from mains.customers.models import Account
from mains.enrolment.evidence import KINDS, NAMES_ACCOUNT, Claim
from mains.enrolment.evidence.base import plain
from mains.enrolment.models import AccountLink
from mains.tenancy.tenantfile.identity import Evidence, Policy


def accounts_of(*, user_id: int) -> list[Account]:
    """
    Return the accounts that a login is linked to, by number.
    """
    return list(
        Account.objects.filter(links__user_id=user_id, links__ended_at__isnull=True)
        .select_related("customer", "company")
        .order_by("number")
    )


def is_linked(*, user_id: int, account_id: int) -> bool:
    """
    Tell whether a login may see an account.
    """
    return AccountLink.objects.filter(
        user_id=user_id, account_id=account_id, ended_at__isnull=True
    ).exists()


def proven_account(
    *, policy: Policy, answers: Mapping[Evidence, str], language: str, today: date
) -> Account | None:
    """
    Return the account that all facts of a policy hold for, or None.

    Every fact is judged whatever the others say, also where no account was found, so the time it
    takes tells nothing about which one was wrong.
    """
    account = _named_account(policy, answers)
    known = account is not None
    subject = account or Account.objects.select_related("customer").order_by("pk").first()
    if subject is None:
        return None
    verdicts = [
        KINDS[kind].holds(
            subject,
            Claim(
                typed=answers.get(kind, ""),
                language=language,
                today=today,
                bill_max_age_days=policy.bill_max_age_days,
                bill_number=answers.get(Evidence.BILL_NUMBER, ""),
            ),
        )
        for kind in policy.evidence
    ]
    return subject if known and all(verdicts) else None


def _named_account(policy: Policy, answers: Mapping[Evidence, str]) -> Account | None:
    kind = next(kind for kind in policy.evidence if kind in NAMES_ACCOUNT)
    number: F | Replace = F("number")
    for separator in (" ", "-", "/", "."):
        number = Replace(number, Value(separator), Value(""))
    return (
        Account.objects.select_related("customer")
        .annotate(plain_number=Upper(number))
        .filter(plain_number=plain(answers.get(kind, "")))
        .first()
    )
