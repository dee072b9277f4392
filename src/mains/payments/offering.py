"""Which ways to pay a tenant offers now."""

from collections.abc import Collection, Sequence
from hashlib import sha256

from mains.billing import queries as billing
from mains.payments.merchants import only_pretends, taking
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway


def offered(*, tenant: TenantInfo, company: str, bill_ids: Collection[int] = ()) -> list[Gateway]:
    """
    Return the ways in which bills of a company are paid, in the tenant's order: some of its bills,
    or whatever it may bill.

    Where the utility is live, none that only pretends.
    """
    if not tenant.file.payments.enabled:
        return []
    # Most utilities never ask what a bill is for.
    is_asked = bill_ids and any(one.services for one in tenant.file.payments.gateways)
    services = billing.services(bill_ids=bill_ids) if is_asked else set()
    return [
        one
        for one in taking(tenant=tenant, company=company, services=services)
        if one.available and not only_pretends(one, tenant=tenant, company=company)
    ]


def names(choices: Sequence[Gateway]) -> list[str]:
    """
    Return what ways to pay are called by who chooses one: their kind, and where two are of one kind
    with a mark that stays theirs in whatever order they are offered.
    """
    kinds = [one.kind for one in choices]
    return [mark(one) if kinds.count(one.kind) > 1 else str(one.kind) for one in choices]


def named(name: str, *, choices: Sequence[Gateway]) -> list[Gateway]:
    """
    Return the ways of a name, the first where it is a kind; none where it is not among them.
    """
    found = [one for one in choices if mark(one) == name]
    return (found or [one for one in choices if one.kind == name])[:1]


def mark(choice: Gateway) -> str:
    """
    Return by what a way is known among all of them: its kind, and a digest of whom it is for and
    where it pays.
    """
    facts = [choice.account, choice.secret, *choice.companies, "", *choice.services]
    return f"{choice.kind}-{sha256('|'.join(facts).encode()).hexdigest()[:8]}"
