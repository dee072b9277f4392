"""What would come of attaching a list of accounts to one login; nothing is written here."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mains.customers.models import Account, Customer
from mains.enrolment.models import LinkRole
from mains.enrolment.queries.links import is_same_party, links_in_force, party_of
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import Grouping

# One list is one transaction, and each holder of an account gets a message.
MOST_LINES = 1_000


class Verdict(StrEnum):
    ATTACHED = "attached"
    UNKNOWN = "unknown"
    LINKED = "linked"
    OTHER_COMPANY = "other_company"
    OTHER_TAX_NUMBER = "other_tax_number"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Who is to act for which accounts, as what, on which authority, until the day before a date.

    `company` is the code of the only company whose accounts are meant, empty for any.
    """

    email: str
    role: LinkRole
    authority: str
    until_date: date
    numbers: tuple[str, ...]
    company: str = ""
    grouping: Grouping = Grouping.ALL_LINKED


@dataclass(frozen=True, slots=True)
class Line:
    """
    One number of the list as it was typed, and what would come of it.
    """

    position: int
    number: str
    verdict: Verdict
    account_id: int | None = None


def plain(number: str) -> str:
    """
    Return an account number in capitals, however its groups are separated.
    """
    return number.upper().translate(str.maketrans("", "", " -/."))


def plan(*, wanted: Wanted, today: date) -> list[Line]:
    """
    Judge each line of a list, in a constant number of queries.
    """
    found = {
        account.plain_number: account
        for account in Account.objects.select_related("customer", "company").filter(
            plain_number__in=[plain(number) for number in wanted.numbers]
        )
    }
    user = User.objects.filter(email=wanted.email).first()
    linked: set[int] = set()
    party: Customer | None = None
    if user is not None:
        links = links_in_force(user_id=user.pk, today=today).exclude(role=LinkRole.DELEGATE)
        linked = set(links.values_list("account_id", flat=True))
        party = party_of(user_id=user.pk, today=today)
    lines: list[Line] = []
    seen: set[str] = set()
    for position, number in enumerate(wanted.numbers, start=1):
        account = found.get(plain(number))
        if plain(number) in seen:
            verdict = Verdict.TWICE
        else:
            verdict = _verdict(account, wanted, linked, party)
        seen.add(plain(number))
        if account is not None and verdict is Verdict.ATTACHED:
            # The first account decides whose tax number a new login shows.
            party = party or account.customer
        lines.append(Line(position, number, verdict, account.pk if account else None))
    return lines


def _verdict(
    account: Account | None, wanted: Wanted, linked: set[int], party: Customer | None
) -> Verdict:
    if account is None:
        return Verdict.UNKNOWN
    if wanted.company not in ("", account.company.code):
        return Verdict.OTHER_COMPANY
    if account.pk in linked:
        return Verdict.LINKED
    one_party = wanted.grouping is Grouping.SAME_TAX_ID and party is not None
    if one_party and party is not None and not is_same_party(one=party, other=account.customer):
        return Verdict.OTHER_TAX_NUMBER
    return Verdict.ATTACHED


def account_ids(lines: Iterable[Line]) -> list[int]:
    """
    Return the accounts that would be attached.
    """
    return [
        line.account_id
        for line in lines
        if line.verdict is Verdict.ATTACHED and line.account_id is not None
    ]


def fingerprint(wanted: Wanted, lines: Sequence[Line]) -> str:
    """
    Return what names a preview: somebody agrees to this, and to nothing else.
    """
    told = [(line.position, line.number, str(line.verdict), line.account_id) for line in lines]
    return hashlib.sha256(repr((replace(wanted, numbers=()), told)).encode()).hexdigest()
