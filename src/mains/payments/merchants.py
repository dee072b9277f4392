"""A company as its gateways know it: at which of its ways to pay, with which keys."""

from collections.abc import Collection
from typing import NamedTuple, Self

from mains.payments.gateways import gateway
from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable, Merchant, WrongKey
from mains.tenancy.models import TenantState
from mains.tenancy.queries import TenantInfo
from mains.tenancy.secrets import SecretMissing, secret_at
from mains.tenancy.tenantfile.money import Gateway as Choice


class MerchantKey(NamedTuple):
    """
    By which account at a gateway, and which key, something was begun; the key itself is elsewhere.

    Both are empty at a gateway that needs none, and where the platform's own does.
    """

    account: str = ""
    # Where the key is kept, as the tenant's file names it.
    place: str = ""

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(choice.account, choice.secret)


NO_KEY = MerchantKey()


def taking(*, tenant: TenantInfo, company: str, services: Collection[str] = ()) -> list[Choice]:
    """
    Return the ways that are there for bills of a company, offered or not: for these services, and
    with none named for all that it has.
    """
    services = services or {one.code for one in tenant.file.services if one.company == company}
    ways = tenant.file.payments.gateways
    return [one for one in ways if one.takes(company=company, services=services)]


def merchant(
    *,
    tenant: TenantInfo,
    kind: str,
    company: str,
    title: str = "",
    begun: MerchantKey | None = None,
) -> Merchant:
    """
    Return a company of a tenant as a gateway knows it, by the key that something was begun with.

    Also where the gateway is no longer offered: what was begun there has to be settled. With
    nothing begun it is the way that is offered, of two of a kind the first.

    :raises GatewayRefused: if the tenant never had it, or it only pretends.
    :raises WrongKey: if its secret is not where the configuration says.
    """
    choices = _choices(tenant, kind, company)
    if not choices:
        raise GatewayRefused(f"{tenant.schema_name} has no {kind}.")
    choice = choices[0] if begun is None else _begun_at(choices, begun)
    return merchant_at(choice, tenant=tenant, company=company, title=title)


def key_of_today(*, tenant: TenantInfo, kind: str, company: str) -> MerchantKey:
    """
    Return by which account and key something is begun now; empty where the tenant has no such way.
    """
    choices = _choices(tenant, kind, company)
    return MerchantKey.of(choices[0]) if choices else NO_KEY


def heard(*, tenant: TenantInfo, kind: str, company: str) -> list[Merchant]:
    """
    Return a company of a tenant as each of its accounts at a gateway knows it, what is offered
    first: any of them may have signed a webhook.

    :raises GatewayRefused: if the tenant never had it, or it only pretends.
    :raises WrongKey: if no secret is where the configuration says.
    """
    choices = _choices(tenant, kind, company)
    found: list[Merchant] = []
    reasons: list[Exception] = []
    for choice in [one for one in choices if one.takes(company=company)] or choices[:1]:
        try:
            found.append(merchant_at(choice, tenant=tenant, company=company))
        except (GatewayRefused, WrongKey) as reason:
            reasons.append(reason)
    if not found:
        raise next(iter(reasons), GatewayRefused(f"{tenant.schema_name} has no {kind}."))
    return found


def merchant_at(choice: Choice, *, tenant: TenantInfo, company: str, title: str = "") -> Merchant:
    """
    Return a company of a tenant as it is known at one of its ways to pay.

    :raises GatewayRefused: if it only pretends.
    :raises WrongKey: if its secret is not where the configuration says.
    """
    try:
        found = Merchant(
            name=f"{tenant.schema_name}:{company}",
            title=title,
            account=choice.account,
            secret=secret_at(choice.secret, tenant=tenant),
            webhook_secrets=tuple(
                secret_at(place, tenant=tenant) for place in choice.webhook_secrets
            ),
        )
    except SecretMissing as error:
        raise WrongKey(str(error)) from error
    # Where money is owed anybody could pay with a test card.
    if tenant.state == TenantState.LIVE and not gateway(choice.kind).moves_money(found):
        raise GatewayRefused(f"{tenant.schema_name} is live, and {choice.kind} only pretends.")
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


def _choices(tenant: TenantInfo, kind: str, company: str) -> list[Choice]:
    """
    Return the ways of a kind, the one at which a company is paid first: what takes all its services
    before what takes some, before what is there for others, and what is offered before what is not.
    """
    choices = [one for one in tenant.file.payments.gateways if one.kind == kind]
    fitting = taking(tenant=tenant, company=company)

    def rank(one: Choice) -> tuple[bool, bool, bool]:
        return (one not in fitting, not one.takes(company=company), not one.available)

    return sorted(choices, key=rank)


def _begun_at(choices: list[Choice], begun: MerchantKey) -> Choice:
    """
    Return the way at which something was begun; where its key was replaced, with the earlier one.
    """
    for one in choices:
        if MerchantKey.of(one) == begun:
            return one
    for one in choices:
        if one.account == begun.account != "":
            # The same account has another key by now.
            return one
    if not any(begun):
        return choices[0]
    return choices[0].model_copy(update={"account": begun.account, "secret": begun.place})
