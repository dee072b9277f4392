from django.db import models
from django.db.models import Q


class FilingKind(models.TextChoices):
    """
    The tax office that hears of a bill.
    """

    FATTURAPA = "FATTURAPA"
    NAV = "NAV"
    VERIFACTU = "VERIFACTU"


class FilingState(models.TextChoices):
    """
    How far a filing is; those after MADE are what the exchange system answered.
    """

    # The bill lacks what the office wants; `details` says what.
    UNFIT = "UNFIT"
    MADE = "MADE"
    DELIVERED = "DELIVERED"
    # The recipient's channel was closed: the bill waits in the reserved area of the tax agency.
    UNDELIVERED = "UNDELIVERED"
    # As if it had never been sent; it goes again under another name.
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    # The recipient let the time for an answer pass.
    LAPSED = "LAPSED"
    IMPOSSIBLE = "IMPOSSIBLE"


class Filing(models.Model):
    """
    What a tax office is told of one bill, once.

    `position` counts the filings of a company and kind without a gap; `hash` is that of the file,
    or of the record in the chain, where `previous_hash` is that of the one before. The file itself
    is made from the bill's facts and `details` again, whenever it is wanted.
    """

    bill = models.ForeignKey("billing.Bill", models.PROTECT, related_name="filings", db_index=False)
    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=9, choices=FilingKind.choices)
    state = models.CharField(max_length=11, choices=FilingState.choices)
    position = models.PositiveIntegerField(null=True)
    name = models.CharField(max_length=60, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    generated_at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill", "kind"], name="filing_once"),
            models.UniqueConstraint(
                fields=["company", "kind", "position"], name="filing_position_once"
            ),
            models.CheckConstraint(
                condition=Q(state="UNFIT", position=None) | Q(position__isnull=False),
                name="filing_unfit_or_counted",
            ),
        ]
        indexes = [models.Index(fields=["name"], condition=Q(kind="FATTURAPA"), name="filing_name")]

    def __str__(self) -> str:
        return f"{self.kind} {self.position} {self.state}"
