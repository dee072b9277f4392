"""Change how customers can pay: which gateways in which order, what they cost, with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.conf import settings

from mains.payments import health
from mains.payments.gateways import GATEWAYS, UnknownGateway, gateway
from mains.payments.gateways.base import Detail, GatewayRefused, GatewayUnavailable, WrongKey
from mains.payments.gateways.base import Gateway as Known
from mains.payments.health import Health
from mains.payments.merchants import merchant_at, only_pretends
from mains.tenancy import secrets
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, parse
from mains.tenancy.tenantfile.money import Gateway

# The one that signs now, and the one before it.
_WEBHOOK_KEYS = 2


class NoSuchWay(Exception):
    """There is no way to pay at this position, or no gateway of this kind."""


class InUse(Exception):
    """Something was begun there, and what the gateway tells of it has to be understood."""


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


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What an owner wants of one way; a key that is not typed stays as it is.
    """

    label: Mapping[str, str]
    available: bool
    companies: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    percent: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    typed: Mapping[Detail, str] = field(default_factory=dict)


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


def way(*, tenant: TenantInfo, position: int) -> Way:
    """
    Return one way to pay; positions count from 1.

    :raises NoSuchWay: if there is none.
    """
    choice = _choice(tenant.file, position)
    companies = [
        one.code for one in tenant.file.companies if choice.takes(company=one.code, services=())
    ]
    kinds_there = [one.kind for one in tenant.file.payments.gateways]
    # All that was ever begun at a gateway is its only way's, for whomever it is there now.
    is_only = kinds_there.count(choice.kind) == 1
    served = [one.code for one in tenant.file.companies] if is_only else companies
    places = {Detail.KEY: choice.secret, Detail.WEBHOOK_KEY: next(iter(choice.webhook_secrets), "")}
    return Way(
        position=position,
        choice=choice,
        known=gateway(choice.kind),
        standing=_standing(tenant, choice),
        health=health.health(kind=choice.kind, companies=served),
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
    there = {Detail.ACCOUNT: bool(account), Detail.KEY: has_key}
    return frozenset(
        detail
        for detail, asked in known(kind).details.items()
        if asked.is_needed
        and not there.get(detail, True)
        and not (asked.stands_in and getattr(settings, asked.stands_in))
    )


def try_out(*, tenant: TenantInfo, position: int) -> Tried:
    """
    Ask a gateway something that changes nothing, for each company that it is there for.

    The worst answer counts: one company that cannot be paid is one too many.

    :raises NoSuchWay: if there is none.
    """
    choice = _choice(tenant.file, position)
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


def with_taking(*, file: TenantFile, given: Mapping[str, Any]) -> TenantFile:
    """
    Return a file with other facts about taking payments as a whole, by their names in it.

    :raises TenantFileError: if they contradict the rest.
    """
    data = file.model_dump(mode="json")
    data["payments"] |= given
    return parse(data, source=file.slug)


def with_way(
    *, tenant: TenantInfo, position: int | None, kind: str, wish: Wish, author: str, now: datetime
) -> TenantFile:
    """
    Return the tenant's file with a way to pay changed, or another one at its end.

    What was typed as keys is kept sealed; nothing uses it until the file is published.

    :raises NoSuchWay: if there is no such position or kind.
    :raises NoMasterKey: if the installation cannot seal keys.
    :raises TooShort: if one is no key.
    :raises TenantFileError: if it contradicts the rest.
    """
    file = tenant.file
    known(kind)
    choice = _choice(file, position) if position else None
    data: dict[str, Any] = choice.model_dump(mode="json") if choice else {"kind": kind}
    data |= {
        "label": dict(wish.label),
        "available": wish.available,
        "companies": list(wish.companies),
        "services": list(wish.services),
        "fee": {"percent": str(wish.percent), "fixed": str(wish.fixed)},
    }
    for detail, value in wish.typed.items():
        if not value:
            continue
        if detail is Detail.ACCOUNT:
            data["account"] = value
            continue
        place = secrets.keep(
            schema_name=tenant.schema_name, kind=kind, value=value, author=author, now=now
        )
        if detail is Detail.KEY:
            data["secret"] = place
        else:
            # What the gateway signed with the earlier one is still on its way.
            earlier = choice.webhook_secrets if choice else ()
            data["webhook_secrets"] = [place, *earlier][:_WEBHOOK_KEYS]
    return _with_gateways(file, lambda rows: _put(rows, position, data))


def moved(*, file: TenantFile, position: int, by: int) -> TenantFile:
    """
    Return a file with one way offered earlier (-1) or later (1); at the end nothing changes.

    :raises NoSuchWay: if there is none.
    """
    _choice(file, position)
    to = min(max(position + by, 1), len(file.payments.gateways))

    def move(rows: list[dict[str, Any]]) -> None:
        rows.insert(to - 1, rows.pop(position - 1))

    return _with_gateways(file, move)


def removed(*, tenant: TenantInfo, position: int) -> TenantFile:
    """
    Return the tenant's file without one way; one that was used is switched off instead.

    :raises NoSuchWay: if there is none.
    :raises InUse: if anything was begun there.
    """
    one = way(tenant=tenant, position=position)
    if one.health.is_used:
        raise InUse(one.choice.kind)
    return _with_gateways(tenant.file, lambda rows: rows.pop(position - 1))


def _standing(tenant: TenantInfo, choice: Gateway) -> Standing:
    has_key = bool(secrets.last_four(choice.secret, tenant=tenant))
    if lacks(kind=choice.kind, account=choice.account, has_key=has_key):
        return Standing.LACKS_KEY
    companies = [one.code for one in tenant.file.companies if choice.takes(company=one.code)]
    if any(only_pretends(choice, tenant=tenant, company=code) for code in companies):
        return Standing.ONLY_PRETENDS
    return Standing.OFFERED if choice.available else Standing.SWITCHED_OFF


def _choice(file: TenantFile, position: int) -> Gateway:
    if not 1 <= position <= len(file.payments.gateways):
        raise NoSuchWay(position)
    return file.payments.gateways[position - 1]


def _put(rows: list[dict[str, Any]], position: int | None, data: dict[str, Any]) -> None:
    if position is None:
        rows.append(data)
    else:
        rows[position - 1] = data


def _with_gateways(file: TenantFile, change: Any) -> TenantFile:
    data = file.model_dump(mode="json")
    change(data["payments"]["gateways"])
    return parse(data, source=file.slug)
