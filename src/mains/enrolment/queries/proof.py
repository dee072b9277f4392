"""Whether facts prove an account."""

from collections.abc import Mapping

from mains.customers import queries as customers
from mains.customers.models import Account, CustomerKind
from mains.enrolment.evidence import KINDS, NAMING, Claim
from mains.enrolment.visits import Visit
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import CustomerType, Evidence, Policy, Purpose

# A customer's code may name this many accounts; what else is stated tells which.
MOST_CANDIDATES = 20


def user_name_taken(*, username: str) -> bool:
    """
    Tell whether a login has a user name, whatever its capitals.
    """
    return User.objects.filter(username__iexact=username).exists()


def proven_account(
    *,
    policy: Policy,
    answers: Mapping[Evidence, str],
    visit: Visit,
    company: str = "",
    customer_type: CustomerType | None = None,
) -> Account | None:
    """
    Return the account that all facts of a policy hold for, or None.

    Every fact is judged whatever the others say, also where no account was found, so the time it
    takes tells nothing about which one was wrong. What the tenant demands beyond facts (a company,
    a kind of customer, a mandate) is judged like a fact and never named.
    """
    claims = _claims(policy, answers, visit)
    naming = policy.naming
    accounts = Account.objects.select_related("customer", "company")
    found = list(
        NAMING[naming]
        .candidates(claims[naming])
        .select_related("customer", "company")
        .order_by("pk")[:MOST_CANDIDATES]
    )
    # Somebody else's account is fetched always, judged where none was named, and thrown away: an
    # account that exists takes as many questions to the database as one that does not.
    stand_in = list(accounts.order_by("pk")[:1])
    judged = found or stand_in
    needs_mandate = policy.purpose is Purpose.REGISTER and visit.file.registration.requires_mandate
    fitting = [
        account
        for account in judged
        if all(
            [
                *(KINDS[kind].holds(account, claims[kind]) for kind in policy.facts),
                customers.has_mandate(account_id=account.pk, on=visit.today) or not needs_mandate,
                company in ("", account.company.code),
                _is_of_type(account, customer_type),
            ]
        )
    ]
    return fitting[0] if found and fitting else None


def _claims(policy: Policy, answers: Mapping[Evidence, str], visit: Visit) -> dict[Evidence, Claim]:
    printed = {identifier.evidence: identifier for identifier in visit.file.identifiers}
    return {
        kind: Claim(
            typed=answers.get(kind, ""),
            language=visit.language,
            today=visit.today,
            policy=policy,
            country=visit.file.locale.country,
            bill_number=answers.get(Evidence.BILL_NUMBER, ""),
            identifier=printed.get(kind),
        )
        for kind in policy.facts
    }


def _is_of_type(account: Account, customer_type: CustomerType | None) -> bool:
    # A company's account needs the company's facts, so nobody takes the easier form for it.
    if customer_type is CustomerType.PRIVATE:
        return account.customer.kind == CustomerKind.PERSON
    if customer_type is CustomerType.COMPANY:
        return account.customer.kind == CustomerKind.ORGANISATION
    return True
