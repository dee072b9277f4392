"""The built-in pretend gateway, for demos, sandboxes and tests."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from mains.payments.gateways.base import (
    Charge,
    ForgedWebhook,
    GatewayUnavailable,
    Notice,
    PageState,
    Started,
)
from mains.sandbox import service, signatures

STATES = {
    "OPEN": PageState.OPEN,
    "PAID": PageState.SUCCEEDED,
    "DECLINED": PageState.OPEN,
    "CANCELLED": PageState.FAILED,
    "EXPIRED": PageState.EXPIRED,
}


class SandboxGateway:
    kind = "sandbox"

    def start(self, charge: Charge) -> Started:
        now = datetime.now(UTC)
        page = service.open_page(
            merchant=charge.merchant,
            reference=charge.reference,
            order=service.Order(
                merchant_name=charge.merchant_name,
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

    def ask(self, *, merchant: str, reference: str) -> Notice:
        return _notice(service.find(merchant=merchant, reference=reference))

    def expire(self, *, merchant: str, reference: str) -> Notice:
        now = datetime.now(UTC)
        return _notice(service.expire(merchant=merchant, reference=reference, now=now))

    def read_webhook(self, *, merchant: str, body: bytes, headers: Mapping[str, str]) -> Notice:
        header = headers.get(signatures.HEADER, "")
        try:
            signatures.check(merchant=merchant, body=body, header=header, now=datetime.now(UTC))
        except signatures.BadSignature as error:
            raise ForgedWebhook(str(error)) from error
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
