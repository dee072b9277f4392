"""An account with two unpaid bills, and all that can be done with a payment document of them."""

import io
from datetime import timedelta
from decimal import Decimal

import pypdf

from mains.core.calendars import Period
from tests.factories import utilities


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


class World:
    """
    An account with two unpaid bills, and a way to do everything with them.
    """

    def __init__(self, name, **changed):
        self.utility = utilities.billed(name, count=2, **changed)
        self.tenant, self.now = self.utility.tenant, utilities.NOW
        self.today = self.tenant.date_of(self.now)
        september = Period(self.today.replace(month=9, day=1), self.today.replace(month=10, day=1))
        utilities.issued(tenant=self.tenant, period=september)
        self.bills = self.of(self.utility.bills[0].account_id)
        self.account_id = self.bills[0].account_id

    def of(self, account_id):
        from mains.billing.models import Bill

        return list(Bill.objects.filter(account_id=account_id).order_by("due_date", "pk"))

    @property
    def total(self):
        return sum(bill.total_minor for bill in self.bills)

    def create(self, bills=None, *, key="k1", account_id=None):
        from mains.journeys import payment_documents

        return payment_documents.create(
            tenant=self.tenant,
            account_id=account_id or self.account_id,
            bill_ids=[bill.pk for bill in (self.bills if bills is None else bills)],
            request_key=key,
            by="user:1",
            now=self.now,
            today=self.today,
        )

    def row(self, document_id, *, later=0):
        from mains.payments.bills_due import overview

        return overview.document(document_id=document_id, today=self.today + timedelta(days=later))

    def state(self, document_id, *, later=0):
        row = self.row(document_id, later=later)
        return str(row.state), [str(line.change) for line in row.lines]

    def transfer(self, reference, minor, *, key="t1"):
        from mains.journeys import bank_transfer

        return bank_transfer.book(
            reference=reference,
            amount=Decimal(minor) / 100,
            bank_reference=key,
            value_date=self.today,
            booked_by="staff:1",
            now=self.now,
            today=self.today,
        )

    def owed(self):
        from mains.payments import allocating

        found = allocating.outstanding_minor(bill_ids=[bill.pk for bill in self.bills])
        return [found[bill.pk] for bill in self.bills]

    def balance(self):
        from mains.ledger import queries

        return queries.balance_minor(account_id=self.account_id)

    def pdf(self, document_id, *, later=0):
        from mains.journeys import payment_documents

        return payment_documents.pdf(
            tenant=self.tenant, document=self.row(document_id, later=later)
        )

    def texts(self, document_id):
        """
        Return everything on the document by which it can be named.
        """
        from mains.payments.finding import payees
        from mains.references import cuaderno_57, rf
        from mains.references.payable import Payable

        row, payee = self.row(document_id), payees()[0]
        payable = Payable(row.number, row.total, row.last_date)
        printed = cuaderno_57.printed(payable, payee)
        reference = rf.printed(payable, payee).fields["reference"]
        return [row.number, reference, printed.code, printed.fields["reference"]]

    def find(self, typed, minor, *, later=0):
        from mains.journeys import guest_payment

        return guest_payment.find(
            typed=typed,
            amount=Decimal(minor) / 100,
            visitor="192.0.2.1",
            today=self.today + timedelta(days=later),
        )
