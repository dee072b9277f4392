from django.contrib.postgres.fields import ArrayField
from django.db import models


class Tariff(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    service = models.CharField(max_length=30)
    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="tariffs", db_index=False
    )

    def __str__(self) -> str:
        return self.code


class TariffVersion(models.Model):
    """
    The components of a tariff from a day on, until the next published version.

    Until it is published it is a draft: its components are as the tenant file writes them, with
    whatever somebody typed, mistakes and all.
    """

    tariff = models.ForeignKey(Tariff, models.CASCADE, related_name="versions", db_index=False)
    start_date = models.DateField()
    components = models.JSONField()
    # What each component is called on a bill: code → language → words.
    labels = models.JSONField(default=dict)
    source = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True)
    # Who drafted it, then who published it.
    author = models.CharField(max_length=120, blank=True, default="")
    # What was tried with it: the example beside the form, and what the lab found.
    trial = models.JSONField(default=dict)
    # While customers are being told of it: the last account that was; null once nobody waits.
    notice_cursor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tariff", "start_date"],
                condition=models.Q(published_at__isnull=False),
                name="tariff_version_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tariff_id} from {self.start_date}"


class PriceDay(models.Model):
    """
    The prices of an index on a civil day, one for each interval; imported, and never by float.
    """

    pk = models.CompositePrimaryKey("index", "day")
    index = models.CharField(max_length=40)
    day = models.DateField()
    prices = ArrayField(models.DecimalField(max_digits=18, decimal_places=8))

    def __str__(self) -> str:
        return f"{self.index} {self.day}"
