"""
Payments for looking at: debits at the bank and on the way there, payments that do not fit, pages on
the way to pay, a certificate. What only some utilities offer is looked at where it is offered.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries

DEBITS, WAYS = "fiamma", "teplo"
DESK = f"console-{DEBITS}"
PAYER = {
    "autopay-every": "/autopay/", "autopay-on": "/autopay/{account}/",
    "autopay-debit": "/autopay/{unmandated}/debit/", "bill-collected": "/bills/{bill}/",
    "pay-instead": "/bills/{bill}/pay-instead/",
}  # fmt: skip
ONWARD = {"transfer": "/pay/transfer/{transfer}/", "onward": "/pay/onward/{posted}/"}
FILES = {
    "debits": "payments/debits/", "debits-answer": "payments/debits/{debits}/answer/",
    "repair-debit": "payments/repair/{at_bank}/",
}  # fmt: skip
PEOPLE = (
    ("payer", PAYER, ((DEBITS, "it"), (DEBITS, "en"))),
    ("onward", ONWARD, ((WAYS, "uk"), (WAYS, "en"))),
    ("staff-debits", FILES, ((DESK, "it"), (DESK, "en"))),
)
CARD = "4242424242424242"


def certificate(slug: str, account_id: int) -> str:
    """
    Return the number of a certificate of what an account owes.
    """
    from mains.payments.statements import certificates
    from mains.payments.statements.standing import standings

    tenant = queries.tenant(slug)
    now = tenant.now()
    with inside(slug):
        standing = standings(account_ids=[account_id], today=tenant.date_of(now))[account_id]
        return certificates.code_of(
            account_id=account_id, standing=standing, tenant=tenant, now=now
        )


def store(slug: str, account_id: int) -> dict[str, str]:
    """
    Make what a utility's own screens need, beside a customer's account.
    """
    if slug == DEBITS:
        return collected(slug, account_id)
    return ways(slug, account_id) if slug == WAYS else {}


def collected(slug: str, account_id: int) -> dict[str, str]:
    """
    Have the account's bill collected in ten days, those of others today: the first company's file
    is at the bank, the second's waits to go there. The customer's other account has no mandate.
    """
    from mains.billing.models import Bill
    from mains.customers.models import Account, Company, Scheme
    from mains.payments import mandates, stored_cards
    from mains.payments.autopay import announcing
    from mains.payments.direct_debits import filing
    from mains.payments.models import PaymentAttempt

    tenant = queries.tenant(slug)
    now = tenant.now()
    today = tenant.date_of(now)
    with inside(slug):
        account = Account.objects.get(pk=account_id)
        other = account.customer.accounts.exclude(pk=account_id).order_by("pk")[0]
        mandate = stored_cards.in_force(account_id=other.pk, on=today)
        mandates.end(mandate_id=mandate.pk, why="customer", by="user:1", now=now, today=today)
        planned = Bill.objects.filter(state="ISSUED", collection_date__isnull=False)
        planned.filter(account__customer=account.customer).update(
            collection_date=today + timedelta(days=10)
        )
        planned.exclude(account__customer=account.customer).update(collection_date=today)
        announcing.announce_due(tenant=tenant, now=now - timedelta(days=14))
        first, _second = [
            filing.prepare(
                tenant=tenant, company_id=company.pk, scheme=Scheme.CORE, by="system", now=now
            )
            for company in Company.objects.order_by("pk")
        ]
        filing.hand_in(name=first, by="staff:1", now=now)
        at_bank = PaymentAttempt.objects.filter(file_name=first).earliest("pk")
    return {"unmandated": str(other.pk), "debits": first, "at_bank": at_bank.token}


def ways(slug: str, account_id: int) -> dict[str, str]:
    """
    Begin a bank transfer for two bills, and a payment whose page is opened by posting a form.
    """
    from mains.payments.gateways import liqpay
    from mains.payments.models import PaymentAttempt

    ids = open_bills(slug, beside=account_id)
    token = begun(slug, ids[:2], gateway="bank_transfer")
    posted = begun(slug, ids[2:3], gateway="bank_transfer")
    with inside(slug):
        PaymentAttempt.objects.filter(token=posted).update(
            gateway="liqpay", page_url=liqpay.PAGE,
            page_fields=[["data", "eyJ2ZXJzaW9uIjozfQ=="], ["signature", "c2lnbmVk"]],
        )  # fmt: skip
    return {"transfer": token, "posted": posted}


def open_bills(slug: str, *, beside: int) -> list[int]:
    """
    Return the latest bills of other accounts of an account's company on which all is still owed.
    """
    from mains.billing.models import Bill
    from mains.customers.models import Account
    from mains.payments import queries as payments

    tenant = queries.tenant(slug)
    with inside(slug):
        company = Account.objects.get(pk=beside).company_id
        found = Bill.objects.filter(account__company=company, state="ISSUED", total_minor__gt=0)
        ids = list(found.exclude(account=beside).values_list("pk", flat=True))
        rows = payments.bills_with_ids(bill_ids=ids, today=tenant.date_of(tenant.now()))
    return [row.id for row in rows if row.outstanding == row.total and not row.instalments]


def begun(slug: str, bill_ids: list[int], **wish: str) -> str:
    """
    Begin to pay bills of one company and return the token of the attempt.
    """
    from mains.billing.models import Bill
    from mains.journeys import pay_bills
    from mains.payments.models import PaymentAttempt

    tenant = queries.tenant(slug)
    now = tenant.now()
    with inside(slug):
        company = Bill.objects.get(pk=bill_ids[0]).account.company.code
        asked = pay_bills.Wish(
            bill_ids=tuple(bill_ids), payer="screens", email="lost@payer.example", language="en",
            **wish,
        )  # fmt: skip
        pay_bills.start(
            tenant=tenant, wish=asked, company=company, now=now, today=tenant.date_of(now)
        )
        return PaymentAttempt.objects.filter(parts__bill=bill_ids[0]).latest("pk").token


def repairs(slug: str, account_id: int) -> dict[str, str]:
    """
    Let two payers pay at the gateway whose news never came; one of the payments was put right, and
    a third payer's bank gave the transfer a reference as long as references are.
    """
    from mains.billing.models import Bill
    from mains.journeys import bank_transfer, payment_repair
    from mains.payments.models import PaymentAttempt
    from mains.sandbox import service

    tenant = queries.tenant(slug)
    now = tenant.now()
    bank, *gateway = open_bills(slug, beside=account_id)[-3:]
    with inside(slug):
        bank_transfer.book(
            reference=Bill.objects.get(pk=bank).number, amount=Decimal(1),
            bank_reference="7i3GmmwDQ51LiA8kPq2ZtR4vXy6Bc9Df0H1", value_date=tenant.date_of(now),
            booked_by="staff:1", now=now, today=tenant.date_of(now),
        )  # fmt: skip
    tokens = [begun(slug, [bill_id]) for bill_id in gateway]
    for token in tokens:
        with inside(slug):
            page = PaymentAttempt.objects.get(token=token).page_url
        with inside(PUBLIC):
            charge = page.rstrip("/").split("/")[-1]
            service.pay(token=charge, card=CARD, now=datetime.now(UTC), news="NEVER")
    stuck, paid = tokens
    with inside(slug):
        payment_repair.recheck(token=paid, now=now, today=tenant.date_of(now))
    return {"stuck": stuck, "paid": paid}
