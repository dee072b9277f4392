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


def account_of_today(*, tenant: TenantInfo, kind: str, company: str) -> MerchantAccount:
    """
    Return the account in which something is begun now for a company, and of two of a kind the one
    that is offered first; unnamed where it has none, or it only pretends.
    """
    return next(iter(accounts_of(tenant=tenant, kind=kind, company=company)), UNNAMED)


def accounts_of(
    *, tenant: TenantInfo, kind: str, company: str, services: Collection[str] = ()
) -> list[MerchantAccount]:
    """
    Return the accounts of a company's ways of a kind that take some services, offered or not, the
    one that is offered first before others; none that only pretends.
    """
    own = _own(tenant, kind, company)
    return list(
        dict.fromkeys(
            MerchantAccount.of(one)
            for one in own
            if one.takes(company=company, services=services)
            and not only_pretends(one, tenant=tenant, company=company)
        )
    )


def is_offered(*, account: MerchantAccount, tenant: TenantInfo, kind: str) -> bool:
    """
    Tell whether one of a tenant's ways collects in an account with this key.
    """
    ways = tenant.file.payments.gateways
    return any(
        one.kind == kind and one.available and MerchantAccount.of(one) == account for one in ways
    )


def merchant(
    *, tenant: TenantInfo, kind: str, company: str, account: MerchantAccount, title: str = ""
) -> Merchant:
    """
    Return a company of a tenant as a gateway knows it in one of its accounts.

    Also where no way has that account any more: what was begun there has to be settled.

    :raises GatewayRefused: if the company never had it, or it only pretends.
    :raises WrongKey: if its secret is not where it was kept.
    """
    ways = [one for one in tenant.file.payments.gateways if one.kind == kind]
    same = next((one for one in ways if MerchantAccount.of(one) == account), None)
    if same is None and account == UNNAMED:
        same = next(iter(_own(tenant, kind, company)), None)
        if same is None:
            raise GatewayRefused(f"{company} of {tenant.schema_name} has no {kind}.")
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
    for choice in _own(tenant, kind, company):
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


def _own(tenant: TenantInfo, kind: str, company: str) -> list[Choice]:
    """
    Return the ways of a kind that are a company's: what takes all its services before what takes
    some, and what is offered before what is not.
    """
    services = tenant.file.services_of(company)
    own = [
        one
        for one in tenant.file.payments.gateways
        if one.kind == kind
        and one.takes(company=company)
        and (not one.services or services & set(one.services))
    ]

    def rank(one: Choice) -> tuple[bool, bool]:
        return (not one.takes(company=company, services=services), not one.available)

    return sorted(own, key=rank)
