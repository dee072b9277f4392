from django.db import models
from django.db.models import Q

from mains.references.payable import document_number


class AttemptState(models.TextChoices):
    CREATED = "CREATED"
    PENDING = "PENDING"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class PaymentAttempt(models.Model):
    """
    One try to pay one or more bills of one company at one gateway.

    Committed before the gateway is called, so nothing the gateway does is ever unknown here.
    """

    token = models.CharField(max_length=43, unique=True)
    gateway = models.CharField(max_length=30)
    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=AttemptState.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # Who may come back to the open page: `user:7` or `guest:<session>`; hashed.
    payer = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8)
    gateway_reference = models.CharField(max_length=120, blank=True)
    page_url = models.CharField(max_length=500, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["CREATED", "PENDING", "UNKNOWN"]),
                name="attempt_open",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="attempt_positive"),
            models.UniqueConstraint(
                fields=["gateway", "gateway_reference"],
                condition=~Q(gateway_reference=""),
                name="attempt_gateway_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.token[:8]} {self.state}"


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


class Payment(models.Model):
    """
    Money that arrived, booked once: `booking_key` is the gateway's or the bank's own reference.
    """

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

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive")
        ]

    def __str__(self) -> str:
        return self.booking_key


class Allocation(models.Model):
    """
    The part of a payment that settles one bill; what is left over stays as credit.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", db_index=False)
    bill = models.ForeignKey("billing.Bill", models.PROTECT, related_name="allocations")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="allocation_positive"),
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
    event_id = models.CharField(max_length=120)
    body = models.TextField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"
