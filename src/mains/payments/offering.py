"""Which ways to pay a tenant offers now."""

from collections.abc import Collection, Sequence
from hashlib import sha256

from mains.billing import queries as billing
from mains.payments.merchants import only_pretends
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway


def offered(*, tenant: TenantInfo, company: str, bill_ids: Collection[int] = ()) -> list[Gateway]:
    """
    Return the ways in which some bills of a company are paid together, in the tenant's order; with
    none named those in which whatever it may bill is paid.

    Where the utility is live, none that only pretends.
    """
    by_bill = services_of(tenant=tenant, company=company, bill_ids=bill_ids)
    services = set().union(*by_bill.values()) or tenant.file.services_of(company)
    return [one for one in _ways(tenant, company) if one.takes(company=company, services=services)]


def parted(*, tenant: TenantInfo, company: str, bill_ids: Sequence[int]) -> list[list[int]]:
    """
    Part bills of a company into those that one payment can pay: all of them, and where no way takes
    all, those that the same ways take.
    """
    ways = _ways(tenant, company)
    by_bill = services_of(tenant=tenant, company=company, bill_ids=bill_ids)

    def takers(some: Sequence[int]) -> tuple[int, ...]:
        services = set().union(*(by_bill[bill_id] for bill_id in some))
        found = (one.takes(company=company, services=services) for one in ways)
        return tuple(number for number, takes in enumerate(found) if takes)

    if takers(bill_ids):
        return [list(bill_ids)]
    apart: dict[tuple[int, ...], list[int]] = {}
    for bill_id in bill_ids:
        apart.setdefault(takers([bill_id]), []).append(bill_id)
    return list(apart.values())


def _ways(tenant: TenantInfo, company: str) -> list[Gateway]:
    if not tenant.file.payments.enabled:
        return []
    return [
        one
        for one in tenant.file.payments.gateways
        if one.available
        and one.takes(company=company)
        and not only_pretends(one, tenant=tenant, company=company)
    ]


def services_of(
    *, tenant: TenantInfo, company: str, bill_ids: Collection[int]
) -> dict[int, set[str]]:
    """
    Return by bill the services of its company that it names, or all. Most utilities take all in one
    way: there nothing is asked, and none is told.
    """
    if not any(one.services for one in tenant.file.payments.gateways):
        return {bill_id: set() for bill_id in bill_ids}
    all_of_them = tenant.file.services_of(company)
    named = billing.services(bill_ids=bill_ids)
    return {bill_id: found & all_of_them or all_of_them for bill_id, found in named.items()}


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
    Return by what a way is known among all of them: its kind, and a digest of whom it is for,
    where it pays, and what it costs.
    """
    # Two that differ in their words and fees only are two all the same.
    facts = [
        choice.account, choice.secret, *choice.companies, "", *choice.services, "",
        *sorted(choice.label.values()), str(choice.fee.percent), str(choice.fee.fixed),
    ]  # fmt: skip
    return f"{choice.kind}-{sha256('|'.join(facts).encode()).hexdigest()[:8]}"
