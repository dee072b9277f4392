from django.db import models
from django.db.models import F, Q

from mains.references.payable import document_number


class AttemptState(models.TextChoices):
    CREATED = "CREATED"
    PENDING = "PENDING"
    UNKNOWN = "UNKNOWN"
    NEEDS_CUSTOMER = "NEEDS_CUSTOMER"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    REFUNDED = "REFUNDED"
    CHARGED_BACK = "CHARGED_BACK"


OPEN_STATES = (
    AttemptState.CREATED,
    AttemptState.PENDING,
    AttemptState.UNKNOWN,
    AttemptState.NEEDS_CUSTOMER,
)


class PaymentAttempt(models.Model):
    """
    One try to move money at one gateway: to pay bills of one company, or to give a payment back.

    Committed before the gateway is called, so nothing the gateway does is ever unknown here.
    """

    token = models.CharField(max_length=43, unique=True)
    gateway = models.CharField(max_length=30)
    # By which account and key it was begun there: with another one nobody knows of it.
    merchant_account = models.CharField(max_length=60, blank=True, db_default="")
    key_place = models.CharField(max_length=200, blank=True, db_default="")
    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=14, choices=AttemptState.choices)
    # With the fee that the payer was shown.
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(db_default=0)
    currency = models.CharField(max_length=3)
    # The authority by which it is collected with nobody there, on which day, in which file of
    # direct debits and how its sequence goes (FRST, RCUR, OOFF or FNAL).
    mandate = models.ForeignKey(
        "customers.Mandate", models.PROTECT, null=True, related_name="attempts"
    )
    collection_date = models.DateField(null=True)
    sequence = models.CharField(max_length=4, blank=True, db_default="")
    file_name = models.CharField(max_length=60, blank=True, db_default="")
    # The payment that it gives back.
    refunds = models.ForeignKey(
        "Payment", models.PROTECT, null=True, related_name="refund_attempts"
    )
    # Who may come back to the open page: `user:7` or `guest:<session>`; hashed.
    payer = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8)
    gateway_reference = models.CharField(max_length=120, blank=True)
    page_url = models.CharField(max_length=500, blank=True)
    # What is posted to open the page, as [[name, value], …]; none where a link does.
    page_fields = models.JSONField(default=list, db_default=[])
    failure = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Since when it is asked about in vain: its account opens by no key any more.
    asked_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["CREATED", "PENDING", "UNKNOWN", "NEEDS_CUSTOMER"]),
                name="attempt_open",
            ),
            models.Index(fields=["file_name"], condition=~Q(file_name=""), name="attempt_in_file"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=F("fee_minor"), fee_minor__gte=0),
                name="attempt_positive",
            ),
            models.UniqueConstraint(
                fields=["gateway", "gateway_reference"],
                condition=~Q(gateway_reference=""),
                name="attempt_gateway_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.token[:8]} {self.state}"

    @property
    def page(self) -> str:
        """
        Return where the payer goes: to the gateway's page, or to ours that posts to it.
        """
        return f"/pay/onward/{self.token}/" if self.page_fields else self.page_url


class AttemptBill(models.Model):
    """
    One bill of an attempt; at most one live attempt exists for a bill.
    """

    attempt = models.ForeignKey(
        PaymentAttempt, models.CASCADE, related_name="parts", db_index=False
    )
    bill = models.ForeignKey("billing.Bill", models.PROTECT, related_name="attempt_parts")
    amount_minor = models.BigIntegerField()
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(live=True), name="one_live_attempt_per_bill"
            ),
            models.UniqueConstraint(fields=["attempt", "bill"], name="attempt_bill_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="attempt_part_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.bill_id}"


class PaymentMethod(models.TextChoices):
    CARD = "CARD"
    BANK_TRANSFER = "BANK_TRANSFER"
    DIRECT_DEBIT = "DIRECT_DEBIT"
    CASH = "CASH"


class PaymentKind(models.TextChoices):
    RECEIPT = "RECEIPT"
    REFUND = "REFUND"
    CHARGEBACK = "CHARGEBACK"


class Payment(models.Model):
    """
    Money that arrived, booked once: `booking_key` is the gateway's or the bank's own reference.

    Money that went back is a row of its own with a negative amount, and so are its allocations:
    what is owed on a bill, and what a payment left over, are sums.
    """

    kind = models.CharField(
        max_length=10, choices=PaymentKind.choices, db_default=PaymentKind.RECEIPT.value
    )
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals")

    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="+", db_index=False
    )
    attempt = models.OneToOneField(
        PaymentAttempt, models.PROTECT, null=True, related_name="payment"
    )
    method = models.CharField(max_length=14, choices=PaymentMethod.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    received_at = models.DateTimeField()
    value_date = models.DateField()
    booking_key = models.CharField(max_length=120, unique=True)
    booked_by = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)
    # What of it nobody knows yet whom it is from: a cache of its transfers, checked nightly.
    suspense_minor = models.BigIntegerField(db_default=0)

    class Meta:
        indexes = [models.Index(fields=["-received_at", "-id"], name="payment_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(suspense_minor=0)
                | Q(suspense_minor__gt=0, suspense_minor__lte=F("amount_minor")),
                name="payment_suspense_within",
            ),
            models.CheckConstraint(
                condition=Q(kind="RECEIPT", amount_minor__gt=0, reverses=None)
                | (~Q(kind="RECEIPT") & Q(reverses__isnull=False) & ~Q(amount_minor=0)),
                name="payment_positive",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PaymentKind.values), name="payment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.booking_key


class Allocation(models.Model):
    """
    The part of a payment that settles one bill; what is left over stays as credit.

    Of money that went back it is negative.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", db_index=False)
    bill = models.ForeignKey("billing.Bill", models.PROTECT, related_name="allocations")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill"], name="allocation_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="allocation_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.bill_id}"


class PaymentDocument(models.Model):
    """
    Several unpaid bills of one account to be paid as one, by its own number and code.

    The amounts are those of the day it was made; how it stands is computed from the bills.
    """

    account = models.ForeignKey(
        "customers.Account", models.PROTECT, related_name="payment_documents", db_index=False
    )
    # `[[bill, amount in minor units], …]`, the oldest due date first.
    bills = models.JSONField()
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # Banks take it until this day, inclusive.
    last_date = models.DateField()
    created_at = models.DateTimeField()
    # `user:7` or `staff:7`.
    created_by = models.CharField(max_length=60)
    # Sent twice, the same request makes one document.
    request_key = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="document_positive"),
            models.UniqueConstraint(fields=["account", "request_key"], name="document_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """
        Return its number: eleven digits, the first of them 9.
        """
        return document_number(document_id=self.pk)


class GatewayEvent(models.Model):
    """
    A webhook as it arrived and was verified; the same event is stored once.
    """

    gateway = models.CharField(max_length=30)
    company = models.CharField(max_length=30, db_default="")
    event_id = models.CharField(max_length=120)
    body = models.TextField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(processed_at=None), name="gateway_event_waits"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"


class LineState(models.TextChoices):
    # Nobody has decided yet; a credit waits in suspense.
    OPEN = "OPEN"
    BOOKED = "BOOKED"
    # Staff said that it concerns no customer.
    SET_ASIDE = "SET_ASIDE"


class Way(models.TextChoices):
    """By what a bank line was placed."""

    BILLS = "BILLS"
    CREDIT = "CREDIT"
    GIVEN_BACK = "GIVEN_BACK"
    # It is a payment, or money given back, that staff had booked by hand.
    LINKED = "LINKED"
    PAYOUT = "PAYOUT"
    FEE = "FEE"
    RETURNED = "RETURNED"
    COLLECTION = "COLLECTION"
    CANCELLED = "CANCELLED"


class BankLine(models.Model):
    """
    One line of a bank's statement as it came; importing it again adds nothing.

    Credits are booked at once: to bills where it is certain which, else in suspense.
    """

    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="+", db_index=False
    )
    # What the bank calls it, or what its content makes it (see `bankfiles`).
    key = models.CharField(max_length=100)
    bank_account = models.CharField(max_length=40, blank=True)
    file_name = models.CharField(max_length=60)
    # More than zero came in.
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    booking_date = models.DateField()
    value_date = models.DateField()
    payer_name = models.CharField(max_length=160, blank=True)
    payer_iban = models.CharField(max_length=40, blank=True)
    bank_reference = models.CharField(max_length=60, blank=True)
    end_to_end_id = models.CharField(max_length=60, blank=True)
    mandate_reference = models.CharField(max_length=60, blank=True)
    remittance = models.CharField(max_length=140, blank=True)
    text = models.TextField(blank=True)
    return_reason = models.CharField(max_length=4, blank=True)
    # What the bank calls the entry, which may be a batch, and the counters it came through.
    entry_reference = models.CharField(max_length=60, blank=True, db_default="")
    counters = models.CharField(max_length=30, blank=True, db_default="")
    # By what it was placed, for which reasons, and what staff wrote beside.
    way = models.CharField(max_length=12, blank=True, db_default="")
    why = models.JSONField(default=list, db_default=[])
    note = models.CharField(max_length=200, blank=True, db_default="")
    # Whose collected money it pays out: what the ledger calls its clearing account.
    payout_of = models.CharField(max_length=30, blank=True, db_default="")
    state = models.CharField(max_length=10, choices=LineState.choices)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="bank_lines")
    imported_at = models.DateTimeField()
    # `system` or `staff:7`, and when.
    handled_by = models.CharField(max_length=120, blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="bank_line_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="bank_line_not_zero"),
            models.CheckConstraint(
                condition=Q(state__in=LineState.values), name="bank_line_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["booking_date"], condition=Q(state="OPEN"), name="bank_line_open"),
            models.Index(fields=["file_name"], name="bank_line_of_file"),
            models.Index(
                fields=["entry_reference"],
                condition=~Q(entry_reference=""),
                name="bank_line_of_entry",
            ),
            models.Index(
                fields=["payer_iban"], condition=~Q(payer_iban=""), name="bank_line_payer"
            ),
        ]

    def __str__(self) -> str:
        return self.key
