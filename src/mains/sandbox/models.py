from django.db import models


class Checkout(models.Model):
    """
    What a merchant wants of a payer: a page to pay on, a page to store a card on, or a charge.

    It knows nothing of Mains but a reference. States: OPEN, DECLINED (payable again), AT_BANK (3-D
    Secure is not answered yet), PAID, STORED, NEEDS_CUSTOMER, FAILED, CANCELLED, EXPIRED.
    """

    token = models.CharField(max_length=43, unique=True)
    # PAY, STORE, or CHARGE: of a stored card, with nobody there.
    kind = models.CharField(max_length=10, default="PAY", db_default="PAY")
    merchant = models.CharField(max_length=40)
    merchant_name = models.CharField(max_length=120)
    reference = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=8)
    return_url = models.CharField(max_length=500)
    webhook_url = models.CharField(max_length=500)
    state = models.CharField(max_length=15, default="OPEN")
    decline = models.CharField(max_length=40, blank=True)
    # The test card that was taken last.
    number = models.CharField(max_length=19, blank=True, db_default="")
    # How its merchant hears of it: ONCE, LATER, TWICE, WRONG_ORDER or NEVER.
    news = models.CharField(max_length=12, default="ONCE", db_default="ONCE")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The same reference again is the same page: calling twice never charges twice.
            models.UniqueConstraint(fields=["merchant", "reference"], name="checkout_once")
        ]

    def __str__(self) -> str:
        return f"{self.token[:8]} {self.state}"


class Card(models.Model):
    """
    A test card that somebody stored with a merchant; `token` is what it is charged by.
    """

    checkout = models.OneToOneField(Checkout, models.DB_CASCADE)
    token = models.CharField(max_length=48, unique=True)
    merchant = models.CharField(max_length=40)
    number = models.CharField(max_length=19)
    label = models.CharField(max_length=40)
    good_until = models.CharField(max_length=7)

    def __str__(self) -> str:
        return self.label


class Refund(models.Model):
    """
    Money that a merchant gave back.
    """

    checkout = models.ForeignKey(Checkout, models.DB_CASCADE, related_name="refunds")
    token = models.CharField(max_length=48, unique=True)
    merchant = models.CharField(max_length=40)
    reference = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "reference"], name="card_refund_once")
        ]

    def __str__(self) -> str:
        return f"{self.token[:8]} {self.amount_minor}"


class Dispute(models.Model):
    """
    Money that a payer's bank took back: LOST until it is decided for the merchant, then WON.
    """

    checkout = models.OneToOneField(Checkout, models.DB_CASCADE)
    token = models.CharField(max_length=48, unique=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, default="LOST")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.token[:8]} {self.state}"


class Event(models.Model):
    """
    One delivery of a webhook; it waits here until the merchant took it.
    """

    checkout = models.ForeignKey(Checkout, models.DB_CASCADE)
    body = models.TextField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(sent_at=None), name="card_news_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} for {self.checkout_id}"


class Outage(models.Model):
    """
    Until `ends_at` a merchant gets no answer: BEFORE anything was done, or AFTER it was.
    """

    merchant = models.CharField(max_length=40, unique=True)
    mode = models.CharField(max_length=10)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.merchant} {self.mode}"
