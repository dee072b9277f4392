"""A payment that its payer made at the gateway and that nobody here has heard of yet."""

from datetime import UTC, datetime

from tests.factories import money

from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries

SLUG = "alder"
CARD = "4242424242424242"


def text(answer) -> str:
    return answer.content.decode()


def follow(desk, answer):
    assert answer.status_code == 302, text(answer)[:500]
    return desk.get(answer.headers["Location"].split(f"/{SLUG}/", 1)[1])


def owed(bill) -> int:
    from mains.payments.allocating import outstanding_minor

    with inside(SLUG):
        return outstanding_minor(bill_ids=[bill.pk])[bill.pk]


def begun(*, email: str, pays: bool = True):
    """
    Begin a payment, let its payer pay at the gateway, and never come back.
    """
    from mains.journeys import pay_bills
    from mains.payments.models import PaymentAttempt
    from mains.sandbox import service

    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        bill = money.bill(money.account(), 4_819)
        page = pay_bills.start(
            tenant=tenant,
            wish=pay_bills.Wish(bill_ids=(bill.pk,), payer="p", email=email, language="it"),
            company=tenant.file.companies[0].code,
            now=tenant.now(),
            today=tenant.date_of(tenant.now()),
        )
        token = PaymentAttempt.objects.get(page_url=page).token
    if pays:
        with inside(PUBLIC):
            service.pay(
                token=page.rstrip("/").split("/")[-1], card=CARD, now=datetime.now(UTC),
                news="NEVER",
            )  # fmt: skip
    return bill, token
