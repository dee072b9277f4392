"""Change how customers can pay: which gateways in which order, what they cost, with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from mains.journeys import ways_desk
from mains.payments.gateways.base import Detail
from mains.tenancy import secrets
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, parse

# The one that signs now, and the one before it.
_WEBHOOK_KEYS = 2


class InUse(Exception):
    """Something was begun there, and what the gateway tells of it has to be understood."""


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
    ways_desk.known(kind)
    choice = ways_desk.choice_at(file, position) if position else None
    data: dict[str, Any] = choice.model_dump(mode="json") if choice else {"kind": kind}
    data |= {
        "label": dict(wish.label),
        "available": wish.available,
        "companies": list(wish.companies),
        "services": list(wish.services),
        "fee": {"percent": str(wish.percent), "fixed": str(wish.fixed)},
    }
    for detail, value in wish.typed.items():
        if detail is Detail.ACCOUNT:
            # It is no secret and stands in the form, so empty means none.
            data["account"] = value
            continue
        if not value:
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
    ways_desk.choice_at(file, position)
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
    one = ways_desk.way(tenant=tenant, position=position)
    if one.health.is_used:
        raise InUse(one.choice.kind)
    return _with_gateways(tenant.file, lambda rows: rows.pop(position - 1))


def _put(rows: list[dict[str, Any]], position: int | None, data: dict[str, Any]) -> None:
    if position is None:
        rows.append(data)
    else:
        rows[position - 1] = data


def _with_gateways(file: TenantFile, change: Any) -> TenantFile:
    data = file.model_dump(mode="json")
    change(data["payments"]["gateways"])
    return parse(data, source=file.slug)
