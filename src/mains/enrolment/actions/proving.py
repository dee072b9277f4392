"""Judge facts: count the try first, compare everything, and answer the same way every time."""

from collections.abc import Mapping
from dataclasses import dataclass

from mains.audit import actions as audit
from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.enrolment import budgets, queries
from mains.enrolment.actions import codes
from mains.enrolment.rules.budgets import Standing
from mains.enrolment.rules.typed import plain
from mains.enrolment.visits import Visit
from mains.notifications import actions as notifications
from mains.tenancy.tenantfile.identity import CustomerType, Evidence, Policy


class NotProven(Exception):
    """The facts do not fit together; nobody is told which of them is wrong."""


class TooManyTries(Exception):
    """This network address failed too often within the hour; right facts do not help it either."""


@dataclass(frozen=True, slots=True)
class Proven:
    """
    An account that somebody proved, and with what.
    """

    account_id: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """
    A code went to the contact on file, if the facts were right; the token names this try.
    """

    token: str


def count_letter_try(*, visit: Visit) -> None:
    """
    Count a try of a letter's code against the address it comes from.

    :raises TooManyTries: if the address is over its budget.
    """
    limits = budgets.limits_of(visit.file.registration.budgets)
    subjects = budgets.subjects(named="letter", address=visit.address)
    if budgets.count_address(subjects=subjects, limits=limits, now=visit.now) is Standing.REFUSED:
        raise TooManyTries


def prove(
    *,
    policy: Policy,
    answers: Mapping[Evidence, str],
    visit: Visit,
    company: str = "",
    customer_type: CustomerType | None = None,
) -> Proven | CodeNeeded:
    """
    Prove an account with facts; where guessing goes on, a code to the contact on file as well.

    :raises NotProven: if the facts do not name one account.
    :raises TooManyTries: if the address is over its budget.
    """
    subjects = budgets.subjects(named=plain(answers.get(policy.naming, "")), address=visit.address)
    limits = budgets.limits_of(visit.file.registration.budgets)
    tried = budgets.count(subjects=subjects, limits=limits, now=visit.now)
    if tried.standing is Standing.REFUSED:
        raise TooManyTries
    if tried.alarm:
        _tell_of_spray(visit=visit)
    account = queries.proven_account(
        policy=policy,
        answers=answers,
        visit=visit,
        company=company,
        customer_type=customer_type,
    )
    if account is not None:
        budgets.forgive(subjects=subjects, now=visit.now)
    if tried.standing is Standing.FREE and not policy.needs_code:
        if account is None:
            raise NotProven
        return Proven(account.pk, tuple(policy.evidence))
    return CodeNeeded(_send_code(account=account, policy=policy, visit=visit))


def _send_code(*, account: Account | None, policy: Policy, visit: Visit) -> str:
    return codes.send_code(
        account=account,
        purpose=policy.purpose,
        evidence=[*policy.facts, Evidence.CODE_TO_CONTACT],
        registration=visit.file.registration,
        now=visit.now,
    )


@owns_transaction
def _tell_of_spray(*, visit: Visit) -> None:
    """
    Tell the provider, once a day, that somebody tries many accounts.
    """
    day = visit.today.isoformat()
    new = notifications.queue(
        kind="spray-alarm",
        key=day,
        recipient=visit.file.brand.support_email,
        language=visit.file.locale.languages[0],
        values={"limit": str(visit.file.registration.budgets.tenant_hour)},
        now=visit.now,
    )
    if new:
        audit.record(
            action="proof.sprayed", subject="tenant", actor="system", detail={}, now=visit.now
        )
