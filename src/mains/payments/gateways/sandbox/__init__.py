"""The built-in pretend gateway, for demos, sandboxes and tests."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from mains.payments.gateways.base import (
    Ability,
    Charge,
    ChargeState,
    ForgedWebhook,
    GatewayRefused,
    GatewayUnavailable,
    Merchant,
    MoneyBack,
    Notice,
    Refund,
    Started,
    StoredCard,
)
from mains.sandbox import service, signatures

STATES = {
    "OPEN": ChargeState.OPEN,
    "PAID": ChargeState.SUCCEEDED,
    "DECLINED": ChargeState.OPEN,
    "CANCELLED": ChargeState.FAILED,
    "EXPIRED": ChargeState.EXPIRED,
}


class SandboxGateway:
    kind = "sandbox"
    abilities = frozenset({Ability.CLOSE_PAGES})

    def start(self, charge: Charge) -> Started:
        now = datetime.now(UTC)
        page = service.open_page(
            merchant=charge.merchant.name,
            reference=charge.reference,
            order=service.Order(
                merchant_name=charge.merchant.title,
                amount_minor=charge.amount_minor,
                currency=charge.currency,
                language=charge.language,
                return_url=charge.return_url,
                webhook_url=charge.webhook_url,
            ),
            expires_at=now + charge.payable_for,
            now=now,
        )
        return Started(gateway_reference=page.token, page_url=page.url)

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        return _notice(service.find(merchant=charge.merchant.name, reference=charge.reference))

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        now = datetime.now(UTC)
        return _notice(
            service.expire(merchant=charge.merchant.name, reference=charge.reference, now=now)
        )

    def store_card(self, charge: Charge) -> Started:
        raise GatewayRefused

    def ask_stored(self, charge: Charge, *, known_as: str) -> StoredCard:
        raise GatewayRefused

    def charge_stored(self, charge: Charge, *, card: str) -> Notice:
        raise GatewayRefused

    def refund(self, refund: Refund) -> MoneyBack:
        raise GatewayRefused

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        header = headers.get(signatures.HEADER, "")
        now = datetime.now(UTC)
        try:
            signatures.check(merchant=merchant.name, body=body, header=header, now=now)
        except signatures.BadSignature as error:
            raise ForgedWebhook(str(error)) from error

    def read_webhook(self, body: bytes) -> Notice:
        event = json.loads(body)
        return Notice(
            reference=event["reference"],
            state=STATES[event["state"]],
            gateway_reference=event["page"],
            amount_minor=event["amount_minor"],
            currency=event["currency"],
            failure=event["failure"],
            event_id=event["id"],
        )


def _notice(page: service.Page | None) -> Notice:
    if page is None:
        raise GatewayUnavailable("The gateway does not know this page yet.")
    return Notice(
        reference=page.reference,
        state=STATES[page.state],
        gateway_reference=page.token,
        amount_minor=page.amount_minor,
        currency=page.currency,
        failure=page.decline,
    )
