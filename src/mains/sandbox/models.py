from django.db import models


class Checkout(models.Model):
    """
    A hosted payment page of the pretend card gateway. It knows nothing of Mains but a reference.
    """

    token = models.CharField(max_length=43, unique=True)
    merchant = models.CharField(max_length=40)
    merchant_name = models.CharField(max_length=120)
    reference = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=8)
    return_url = models.CharField(max_length=500)
    webhook_url = models.CharField(max_length=500)
    state = models.CharField(max_length=10, default="OPEN")
    decline = models.CharField(max_length=40, blank=True)
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
