"""A company as its gateways know it: at which of its ways to pay, with which keys."""

from collections.abc import Collection
from typing import NamedTuple, Self

from mains.payments.gateways import gateway
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable, Merchant, WrongKey
from mains.tenancy.models import TenantState
from mains.tenancy.queries import TenantInfo
from mains.tenancy.secrets import SecretMissing, secret_at
from mains.tenancy.tenantfile.money import Gateway as Choice


class MerchantAccount(NamedTuple):
    """
    A company's account at a gateway: what it is called there, and where the key to it is kept.

    Both are empty at a gateway that needs none, and for what was begun before they were remembered.
    """

    name: str = ""
    key_place: str = ""

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(choice.account, choice.secret)


UNNAMED = MerchantAccount()


def taking(*, tenant: TenantInfo, company: str, services: Collection[str] = ()) -> list[Choice]:
    """
    Return the ways that are there for bills of a company, offered or not: for these services, and
    with none named for all that it has.
    """
    services = services or {one.code for one in tenant.file.services if one.company == company}
    ways = tenant.file.payments.gateways
    return [one for one in ways if one.takes(company=company, services=services)]


def account_of_today(*, tenant: TenantInfo, kind: str, company: str) -> MerchantAccount:
    """
    Return the account in which something is begun now, and of two of a kind the one that is
    offered first; unnamed where the tenant has none, or it only pretends.
    """
    for choice in _ways(tenant, kind, company):
        if not only_pretends(choice, tenant=tenant, company=company):
            return MerchantAccount.of(choice)
    return UNNAMED


def is_kept(*, account: MerchantAccount, tenant: TenantInfo, kind: str) -> bool:
    """
    Tell whether one of a tenant's ways still has an account with this key, offered or not.
    """
    ways = tenant.file.payments.gateways
    return account in {MerchantAccount.of(one) for one in ways if one.kind == kind}


def successors(
    *, account: MerchantAccount, tenant: TenantInfo, kind: str, company: str
) -> list[MerchantAccount]:
    """
    Return which of a company's accounts may be one by another key, the likeliest first; none as
    long as a way still has it with its own.
    """
    if account == UNNAMED or is_kept(account=account, tenant=tenant, kind=kind):
        return []
    ways = [one for one in _ways(tenant, kind, company) if one.takes(company=company)]
    ways.sort(key=lambda one: one.account != account.name)
    return list(dict.fromkeys(map(MerchantAccount.of, ways)))


def merchant(
    *, tenant: TenantInfo, kind: str, company: str, account: MerchantAccount, title: str = ""
) -> Merchant:
    """
    Return a company of a tenant as a gateway knows it in one of its accounts.

    Also where no way has that account any more: what was begun there has to be settled.

    :raises GatewayRefused: if the tenant never had it, or it only pretends.
    :raises WrongKey: if its secret is not where it was kept.
    """
    ways = _ways(tenant, kind, company)
    same = next((one for one in ways if MerchantAccount.of(one) == account), None)
    if same is None and account == UNNAMED:
        same = next(iter(ways), None)
        if same is None:
            raise GatewayRefused(f"{tenant.schema_name} has no {kind}.")
        account = MerchantAccount.of(same)
    hooks = same.webhook_secrets if same else ()
    return _merchant(tenant, kind, company, account, hooks=hooks, title=title)


def merchant_at(choice: Choice, *, tenant: TenantInfo, company: str) -> Merchant:
    """
    Return a company of a tenant as it is known at one of its ways to pay.

    :raises GatewayRefused: if it only pretends.
    :raises WrongKey: if its secret is not where the configuration says.
    """
    account = MerchantAccount.of(choice)
    return _merchant(tenant, choice.kind, company, account, hooks=choice.webhook_secrets)


def who_may_sign(*, tenant: TenantInfo, kind: str, company: str) -> list[Merchant]:
    """
    Return a company of a tenant as each of its ways of a kind knows it: one of them signed a
    webhook, or it is forged.

    :raises GatewayRefused: if the company has no such way, or it only pretends.
    :raises WrongKey: if no secret is where the configuration says.
    """
    found: list[Merchant] = []
    reason: Exception = GatewayRefused(f"{company} of {tenant.schema_name} has no {kind}.")
    for choice in _ways(tenant, kind, company):
        if choice.takes(company=company):
            try:
                found.append(merchant_at(choice, tenant=tenant, company=company))
            except (GatewayRefused, WrongKey) as error:
                reason = error
    if not found:
        raise reason
    return found


def only_pretends(choice: Choice, *, tenant: TenantInfo, company: str) -> bool:
    """
    Tell whether a company's way to pay moves no money though the utility is live.
    """
    try:
        merchant_at(choice, tenant=tenant, company=company)
    except GatewayRefused:
        return True
    except GatewayUnavailable:
        pass
    return False


def _merchant(
    tenant: TenantInfo,
    kind: str,
    company: str,
    account: MerchantAccount,
    *,
    hooks: Collection[str],
    title: str = "",
) -> Merchant:
    try:
        found = Merchant(
            name=f"{tenant.schema_name}:{company}",
            title=title,
            account=account.name,
            secret=secret_at(account.key_place, tenant=tenant),
            webhook_secrets=tuple(secret_at(place, tenant=tenant) for place in hooks),
        )
    except SecretMissing as error:
        raise WrongKey(str(error)) from error
    # Where money is owed anybody could pay with a test card.
    if tenant.state == TenantState.LIVE and not gateway(kind).moves_money(found):
        raise GatewayRefused(f"{tenant.schema_name} is live, and {kind} only pretends.")
    return found


def _ways(tenant: TenantInfo, kind: str, company: str) -> list[Choice]:
    """
    Return the ways of a kind, the one at which a company is paid first: what takes all its services
    before what takes some, before what is there for others, and what is offered before what is not.
    """
    ways = [one for one in tenant.file.payments.gateways if one.kind == kind]
    fitting = taking(tenant=tenant, company=company)

    def rank(one: Choice) -> tuple[bool, bool, bool]:
        return (one not in fitting, not one.takes(company=company), not one.available)

    return sorted(ways, key=rank)
