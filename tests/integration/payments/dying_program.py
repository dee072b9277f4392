"""A process that pays a bill and dies at a named moment, for good and at once."""

import os
import signal
import sys
from datetime import UTC, datetime

import django

CARD = "4242424242424242"


def die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(moment: str, schema_name: str, bill_id: str) -> None:
    django.setup()
    from tests.factories.utilities import NOW

    from mains.guard.context import inside
    from mains.payments import actions, booking, inbox, settling
    from mains.payments.gateways import GATEWAYS
    from mains.tenancy import queries

    gateway = GATEWAYS["sandbox"]
    if moment == "before the gateway":
        gateway.start = die
    elif moment == "before its answer is stored":
        actions._remember_page = die
    elif moment == "before it is settled":
        settling.settle = die
    elif moment == "before it is posted":
        booking._allocate_and_post = die
    elif moment == "before the receipt":
        booking.notifications.queue = die
    elif moment == "after it is settled":
        inbox._mark = die
    with inside(schema_name):
        tenant = queries.current_tenant()
        page = pay(tenant, int(bill_id), NOW)
        told(tenant, page, NOW)
    sys.stdout.write("alive\n")


def pay(tenant: object, bill_id: int, now: datetime) -> str:
    from mains.guard.context import inside
    from mains.journeys import pay_bills
    from mains.sandbox import service

    page = pay_bills.start(
        tenant=tenant,
        wish=pay_bills.Wish(
            bill_ids=(bill_id,), payer="user:1", email="anna@example.org", language="lv"
        ),
        company=tenant.file.companies[0].code,
        now=now,
        today=now.date(),
    )
    token = page.rstrip("/").split("/")[-1]
    with inside("public"):
        service.pay(token=token, card=CARD, now=datetime.now(UTC), news="NEVER")
    return token


def told(tenant: object, token: str, now: datetime) -> None:
    from mains.guard.context import inside
    from mains.payments import inbox
    from mains.sandbox import signatures, webhooks
    from mains.sandbox.models import Checkout

    with inside("public"):
        body = webhooks.event_of(Checkout.objects.get(token=token))
    company = tenant.file.companies[0].code
    signed = signatures.sign(
        merchant=f"{tenant.schema_name}:{company}", body=body, now=datetime.now(UTC)
    )
    inbox.receive(
        tenant=tenant, company=company, kind="sandbox", body=body,
        headers={signatures.HEADER: signed}, now=now, today=now.date(),
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
