"""What a person of the demo has on paper: the numbers on their bill, their meter, their mailbox."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from mains.billing.models import Bill
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.customers.models import Account, Company, Contract, CustomerKind
from mains.enrolment.models import AccountLink
from mains.guard.context import inside
from mains.identity.models import User
from mains.ledger import queries as ledger
from mains.notifications import rendering
from mains.notifications.models import Message
from mains.payments.models import Payment
from mains.tenancy import queries
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.identity import Evidence


@dataclass(frozen=True, slots=True)
class PaperBill:
    """
    The latest bill of an account, as printed.
    """

    id: int
    number: str
    reference: str
    account_id: int
    total: Money
    language: str


def companies(*, slug: str) -> list[str]:
    """
    Return the codes of a tenant's companies.
    """
    with inside(slug):
        return list(Company.objects.order_by("code").values_list("code", flat=True))


def next_period(*, tenant: TenantInfo, company: str) -> Period:
    """
    Return the first billing period of a company that no run has billed.
    """
    months = tenant.file.billing.months_per_bill
    with inside(tenant.schema_name):
        latest = Bill.objects.filter(account__company__code=company).order_by("-period_end").first()
        if latest is None:
            raise LookupError(f"{company} has billed nothing yet.")
        return Period(latest.period_end, add_months(latest.period_end, months))


def morning(*, tenant: TenantInfo, day: date, hour: int = 10) -> datetime:
    """
    Return an hour of a civil day in the tenant's zone, in UTC.
    """
    return datetime.combine(day, time(hour), tzinfo=tenant.zone).astimezone(UTC)


def stranger(*, slug: str) -> Account:
    """
    Return a person's account that nobody's login sees yet, or the one seen longest ago.

    Where registration needs a direct debit, it has one.
    """
    tenant = queries.tenant(slug)
    with inside(slug):
        accounts = Account.objects.filter(customer__kind=CustomerKind.PERSON)
        if tenant.file.registration.requires_mandate:
            accounts = accounts.filter(mandates__isnull=False)
        linked = AccountLink.objects.filter(ended_at__isnull=True).values("account_id")
        free = accounts.exclude(pk__in=linked).select_related("customer")
        return free.order_by("pk").first() or accounts.order_by("-pk").first()  # type: ignore[return-value]


def neighbour(*, slug: str, services: Collection[str]) -> Account:
    """
    Return an account with one of some services that nobody's login sees yet, or the latest one.
    """
    with inside(slug):
        linked = AccountLink.objects.filter(ended_at__isnull=True).values("account_id")
        accounts = Account.objects.select_related("customer").filter(
            pk__in=Contract.objects.filter(service__in=services).values("account_id")
        )
        free = accounts.exclude(pk__in=linked).order_by("pk").first()
        return free or accounts.order_by("-pk")[0]


def company_of(*, slug: str, account: Account) -> str:
    """
    Return the code of the company that an account belongs to.
    """
    with inside(slug):
        return Company.objects.get(accounts=account).code


def on_paper(*, slug: str, account: Account) -> dict[Evidence, str]:
    """
    Return what the latest bill and the last payment of an account say.
    """
    with inside(slug):
        bill = Bill.objects.filter(account=account).order_by("-period_end").first()
        payment = (
            Payment.objects.filter(allocations__bill__account=account)
            .order_by("-received_at", "-pk")
            .first()
        )
        customer = account.customer
        point = account.contracts.select_related("supply_point").order_by("pk")[0].supply_point
        assert bill is not None
        return {
            Evidence.ACCOUNT_NUMBER: account.number,
            Evidence.CUSTOMER_CODE: customer.code,
            Evidence.BILL_NUMBER: bill.number,
            Evidence.BILL_AMOUNT: str(Money(bill.total_minor, bill.currency).as_decimal()),
            Evidence.BILL_DATE: bill.issue_date.isoformat() if bill.issue_date else "",
            Evidence.LAST_PAYMENT: str(
                Money(payment.amount_minor, payment.currency).as_decimal() if payment else ""
            ),
            Evidence.TAX_ID: customer.tax_id,
            Evidence.ADDRESS: point.street,
            Evidence.POST_CODE: point.post_code,
            Evidence.SUPPLY_POINT: point.code,
            Evidence.EMAIL: customer.email,
        }


def latest_bill(*, slug: str, company: str, email: str) -> PaperBill:
    """
    Return the latest bill that a login sees from a company.
    """
    with inside(slug):
        user = User.objects.get(email=email)
        accounts = AccountLink.objects.filter(user_id=user.pk, ended_at__isnull=True)
        bill = (
            Bill.objects.filter(
                account_id__in=accounts.values("account_id"), account__company__code=company
            )
            .select_related("account__customer")
            .order_by("-period_end")
            .first()
        )
        assert bill is not None
        return PaperBill(
            bill.pk,
            bill.number,
            bill.reference,
            bill.account_id,
            Money(bill.total_minor, bill.currency),
            bill.account.customer.language,
        )


def owed_in_ledger(*, slug: str, account_id: int) -> int:
    """
    Return what an account owes by the ledger, in minor units.
    """
    with inside(slug):
        return ledger.balance_minor(account_id=account_id)


def ledger_is_sound(*, slug: str) -> bool:
    """
    Tell whether every balance is the sum of its transfers.
    """
    with inside(slug):
        found = ledger.strays()
    return not (found.transfers_without_account or found.wrong_balances)


def link_in_mail(*, slug: str, recipient: str, kind: str) -> str:
    """
    Return the address in the latest message of a kind, or an empty text.
    """
    with inside(slug):
        message = Message.objects.filter(recipient=recipient, kind=kind).order_by("-pk").first()
        return rendering.render(message, sender=rendering.sender()).link if message else ""


def got_mail(*, slug: str, recipient: str, kind: str, text: str) -> bool:
    """
    Tell whether somebody got a message of a kind in which a text stands.
    """
    with inside(slug):
        sender = rendering.sender()
        return any(
            text in rendering.render(message, sender=sender).text
            for message in Message.objects.filter(recipient=recipient, kind=kind)
        )


def day(text: str) -> date:
    """
    Read an ISO date.
    """
    return date.fromisoformat(text)
