"""How customers can pay: the ways of a tenant, how they do, and trying one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from mains.payments import health
from mains.payments.gateways import GATEWAYS, UnknownGateway, gateway
from mains.payments.gateways.base import Detail, GatewayRefused, GatewayUnavailable, WrongKey
from mains.payments.gateways.base import Gateway as Known
from mains.payments.health import Health
from mains.payments.merchants import MerchantAccount, merchant_at, only_pretends
from mains.tenancy import secrets
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.money import Gateway


class NoSuchWay(Exception):
    """There is no way to pay at this position, or no gateway of this kind."""


class Standing(StrEnum):
    """
    Whether customers are offered a way, and why they are not.
    """

    OFFERED = "OFFERED"
    SWITCHED_OFF = "SWITCHED_OFF"
    LACKS_KEY = "LACKS_KEY"
    ONLY_PRETENDS = "ONLY_PRETENDS"


class Tried(StrEnum):
    """
    What came of asking a gateway something that changes nothing.
    """

    REAL = "REAL"
    TEST = "TEST"
    WRONG_KEY = "WRONG_KEY"
    SILENT = "SILENT"


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way to pay; `position` counts from 1, in the order in which they are offered.
    """

    position: int
    choice: Gateway
    known: Known
    standing: Standing
    health: Health
    # The last four letters of what is kept, by detail; secrets themselves are never shown again.
    ends_in: Mapping[Detail, str]
    # Where the gateway sends its news, by company.
    addresses: Mapping[str, str]

    @property
    def can_be_tried(self) -> bool:
        """
        Tell whether anybody is there to answer: about a bank transfer, or where a live utility
        would only pretend, nobody is asked.
        """
        is_there = bool(self.known.details or self.known.abilities)
        return is_there and self.standing is not Standing.ONLY_PRETENDS


def kinds() -> list[Known]:
    """
    Return every gateway that could be offered.
    """
    return list(GATEWAYS.values())


def known(kind: str) -> Known:
    """
    Return the gateway of a kind.

    :raises NoSuchWay: if there is none.
    """
    try:
        return gateway(kind)
    except UnknownGateway as error:
        raise NoSuchWay(kind) from error


def ways(*, tenant: TenantInfo) -> list[Way]:
    """
    Return the ways to pay that a tenant has, offered or not, in their order.
    """
    return [
        way(tenant=tenant, position=number)
        for number in range(1, len(tenant.file.payments.gateways) + 1)
    ]


def gaps(*, tenant: TenantInfo) -> list[str]:
    """
    Return the names of companies for which no way that is offered takes a bill for all of their
    services; none as long as nothing is offered.
    """
    ways = [
        one for one in tenant.file.payments.gateways if _standing(tenant, one) is Standing.OFFERED
    ]

    def is_taken(company: str) -> bool:
        services = tenant.file.services_of(company)
        return any(one.takes(company=company, services=services) for one in ways)

    return [one.name for one in tenant.file.companies if ways and not is_taken(one.code)]


def way(*, tenant: TenantInfo, position: int) -> Way:
    """
    Return one way to pay; positions count from 1.

    :raises NoSuchWay: if there is none.
    """
    choice = choice_at(tenant.file, position)
    companies = [
        one.code for one in tenant.file.companies if choice.takes(company=one.code, services=())
    ]
    of_kind = [one for one in tenant.file.payments.gateways if one.kind == choice.kind]
    # All that was ever begun at a gateway is its only way's, for whomever it is there now.
    is_only = len(of_kind) == 1
    served = [one.code for one in tenant.file.companies] if is_only else companies
    places = {Detail.KEY: choice.secret, Detail.WEBHOOK_KEY: next(iter(choice.webhook_secrets), "")}
    return Way(
        position=position,
        choice=choice,
        known=gateway(choice.kind),
        standing=_standing(tenant, choice),
        health=health.health(
            kind=choice.kind,
            companies=served,
            # What was begun by an earlier key of this way is its own.
            apart_from={MerchantAccount.of(one) for one in of_kind} - {MerchantAccount.of(choice)},
        ),
        ends_in={
            detail: secrets.last_four(place, tenant=tenant) for detail, place in places.items()
        },
        addresses={
            code: address
            for code, address in addresses(tenant=tenant, kind=choice.kind).items()
            if code in companies
        },
    )


def addresses(*, tenant: TenantInfo, kind: str) -> dict[str, str]:
    """
    Return where a gateway of a kind sends its news, by company; none where it sends none.

    :raises NoSuchWay: if there is no such gateway.
    """
    if Detail.KEY not in known(kind).details:
        return {}
    return {one.code: f"{tenant.url}/webhooks/{kind}/{one.code}/" for one in tenant.file.companies}


def lacks(*, kind: str, account: str, has_key: bool) -> frozenset[Detail]:
    """
    Return what a gateway of a kind cannot work without, of what is not there.
    """
    details = known(kind).details
    facts = {Detail.ACCOUNT: bool(account), Detail.KEY: has_key, Detail.WEBHOOK_KEY: True}
    there = {detail for detail, is_there in facts.items() if is_there}
    needed = {detail for detail, asked in details.items() if asked.is_needed}
    stands_in = details[Detail.KEY].stands_in if Detail.KEY in details else ""
    if stands_in and not has_key and getattr(settings, stands_in):
        # The platform's key acts for an account, never for the platform itself.
        needed = needed - {Detail.KEY} | {Detail.ACCOUNT}
    return frozenset(needed - there)


def try_out(*, tenant: TenantInfo, position: int) -> Tried:
    """
    Ask a gateway something that changes nothing, for each company that it is there for.

    The worst answer counts: one company that cannot be paid is one too many.

    :raises NoSuchWay: if there is none.
    """
    choice = choice_at(tenant.file, position)
    found = {
        _try(tenant, choice, company.code)
        for company in tenant.file.companies
        if choice.takes(company=company.code)
    }
    worst_first = (Tried.WRONG_KEY, Tried.SILENT, Tried.TEST)
    return next((one for one in worst_first if one in found), Tried.REAL)


def _try(tenant: TenantInfo, choice: Gateway, company: str) -> Tried:
    try:
        asked = merchant_at(choice, tenant=tenant, company=company)
        gateway(choice.kind).try_out(asked)
        return Tried.REAL if gateway(choice.kind).moves_money(asked) else Tried.TEST
    except WrongKey:
        return Tried.WRONG_KEY
    except (GatewayUnavailable, GatewayRefused):
        return Tried.SILENT


def _standing(tenant: TenantInfo, choice: Gateway) -> Standing:
    has_key = bool(secrets.last_four(choice.secret, tenant=tenant))
    if lacks(kind=choice.kind, account=choice.account, has_key=has_key):
        return Standing.LACKS_KEY
    companies = [one.code for one in tenant.file.companies if choice.takes(company=one.code)]
    if any(only_pretends(choice, tenant=tenant, company=code) for code in companies):
        return Standing.ONLY_PRETENDS
    return Standing.OFFERED if choice.available else Standing.SWITCHED_OFF


def choice_at(file: TenantFile, position: int) -> Gateway:
    """
    Return what a file says of the way at a position, from 1.

    :raises NoSuchWay: if there is none.
    """
    if not 1 <= position <= len(file.payments.gateways):
        raise NoSuchWay(position)
    return file.payments.gateways[position - 1]
