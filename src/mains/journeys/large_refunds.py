"""Give much of a payment back: whoever does it alone could pay themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mains.approvals import actions as approvals
from mains.approvals.queries import ApprovalRow
from mains.core.money import Money
from mains.journeys import payment_repair
from mains.payments import refunding
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.comparing import Change


def wish(*, token: str, amount: Money) -> dict[str, Any]:
    """
    Return what has to be kept of a refund so that it can be given once it is approved.
    """
    return {"token": token, "minor": amount.minor, "currency": amount.currency}


def wished_refund(*, tenant: TenantInfo, payload: Mapping[str, Any]) -> list[Change]:  # noqa: ARG001
    """
    Return how much of which payment would go back.
    """
    found = payment_repair.attempt(token=str(payload["token"]))
    place = f"{found.gateway} {found.bills}, {found.email}" if found else str(payload["token"])
    paid = f"{found.amount.as_text()} {found.amount.currency}" if found else ""
    return [Change(place, paid, f"-{_amount(payload).as_text()} {payload['currency']}")]


def give_wished_back(
    *,
    tenant: TenantInfo,
    wish: ApprovalRow,
    authors: str,  # noqa: ARG001
    now: datetime,  # noqa: ARG001
) -> str:
    """
    Give back what was approved; again gives nothing more.

    It happens on the tenant's own day, which a sandbox moves.

    :raises approvals.Outdated: if less is left of the payment, or its gateway gives nothing back.
    """
    instant = tenant.now()
    try:
        payment_repair.refund(
            tenant=tenant,
            token=str(wish.payload["token"]),
            amount=_amount(wish.payload),
            request_key=f"approval:{wish.id}",
            by=f"staff:{wish.asked_by}",
            approved=True,
            now=instant,
            today=tenant.date_of(instant),
        )
    except (refunding.TooMuchBack, refunding.NotRefundable) as error:
        raise approvals.Outdated(str(error)) from error
    return ""


def _amount(payload: Mapping[str, Any]) -> Money:
    return Money(int(payload["minor"]), str(payload["currency"]))
