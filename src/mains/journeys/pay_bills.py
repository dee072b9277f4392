"""Pay bills by card at the gateway that the tenant chose."""

from collections.abc import Sequence
from datetime import date, datetime

from mains.payments import actions as payments
from mains.payments import settling
from mains.tenancy.queries import TenantInfo


class PaymentsOff(Exception):
    """The tenant has switched paying off, or has no gateway."""


def start(
    *,
    tenant: TenantInfo,
    bill_ids: Sequence[int],
    payer: str,
    email: str,
    language: str,
    now: datetime,
    today: date,
) -> str:
    """
    Return the address of the gateway's page for bills of one company.

    :raises PaymentsOff: if the tenant does not take payments here.
    """
    choice = tenant.file.payments
    if not choice.enabled or not choice.gateways:
        raise PaymentsOff(tenant.schema_name)
    basket = payments.Basket(
        bill_ids=tuple(bill_ids),
        payer=payer,
        email=email,
        language=language,
        gateway=choice.gateways[0].kind,
    )
    return payments.start(basket=basket, now=now, today=today)


def confirm(*, token: str, now: datetime, today: date) -> None:
    """
    Ask the gateway about a payment whose payer came back.
    """
    settling.ask_and_settle(token=token, now=now, today=today)
