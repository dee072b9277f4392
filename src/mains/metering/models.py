from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.lookups import Exact

from mains.core.periods import ends_after_start, no_overlap


class Meter(models.Model):
    serial = models.CharField(max_length=40, unique=True)
    service = models.CharField(max_length=30)
    size = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.serial


class Register(models.Model):
    """
    One counter of a meter: `digits` before the decimal sign, `decimals` after it.
    """

    meter = models.ForeignKey(Meter, models.CASCADE, related_name="registers", db_index=False)
    code = models.CharField(max_length=20)
    quantity = models.CharField(max_length=30)
    unit = models.CharField(max_length=10)
    digits = models.PositiveSmallIntegerField()
    decimals = models.PositiveSmallIntegerField(default=0)
    multiplier = models.DecimalField(max_digits=12, decimal_places=6, default=1)
    # It was mounted or wired the other way: the more is used, the less it shows.
    counts_down = models.BooleanField(db_default=False)
    # It has no dial: what it shows is a home's share of the building's meters.
    is_virtual = models.BooleanField(db_default=False)
    # What it used in the tariff periods of whole months: see `period_use`.
    period_use = models.JSONField(default=dict, db_default={})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meter", "code"], name="register_code_once"),
            models.CheckConstraint(
                condition=models.Q(digits__gte=1, digits__lte=12, decimals__lte=6),
                name="register_digits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.code}"


class MeterInstallation(models.Model):
    """
    Where a meter hangs, from a day to the day before another.
    """

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="installations", db_index=False)
    supply_point = models.ForeignKey(
        "customers.SupplyPoint", models.PROTECT, related_name="installations"
    )
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ends_after_start(name="installation_ends_after_start"),
            no_overlap("meter", name="installation_no_overlap"),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} at {self.supply_point_id}"


class ReadingSource(models.TextChoices):
    SELF = "SELF"
    GUEST = "GUEST"
    STAFF = "STAFF"
    READER = "READER"
    REMOTE = "REMOTE"
    ESTIMATE = "ESTIMATE"
    # The share of a building's meters.
    ALLOCATED = "ALLOCATED"
    IMPORT = "IMPORT"


class ReadingQuality(models.TextChoices):
    ACCEPTED = "ACCEPTED"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    ESTIMATED = "ESTIMATED"
    REJECTED = "REJECTED"
    # An estimate in whose place a measured use, or its share of one, was billed.
    REPLACED = "REPLACED"


class Reading(models.Model):
    """
    What a register showed on a civil day; `period_start` names the billing period it closes.
    """

    register = models.ForeignKey(Register, models.PROTECT, related_name="readings", db_index=False)
    read_date = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=6)
    period_start = models.DateField()
    source = models.CharField(max_length=10, choices=ReadingSource.choices)
    quality = models.CharField(max_length=14, choices=ReadingQuality.choices)
    verdict = models.CharField(max_length=20, blank=True)
    # How an estimate was made, one of `rules.estimating.Method`; empty for what somebody read.
    method = models.CharField(max_length=12, blank=True, db_default="")
    user_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    # The form or API key it came with: sending the same form twice stores one reading.
    sent_key = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["register", "-read_date"], name="reading_latest"),
            # What was billed on an estimate and waits for a reading to be set right.
            models.Index(
                fields=["register", "period_start"],
                condition=Q(quality="ESTIMATED") & ~Q(method="SHARE"),
                name="reading_estimated",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0), name="reading_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.read_date} {self.value}"


def _length(column: str) -> Func:
    return Func(column, function="cardinality", output_field=models.IntegerField())


class ImportState(models.TextChoices):
    APPLIED = "APPLIED"
    UNDONE = "UNDONE"


class MeterImport(models.Model):
    """
    One file of meter data that was taken in: what it was, who did it, and what came of it.

    While it stands the same file adds nothing. `register_ids` and the days say where its rows are,
    so that undoing it needs no index of its own; `reading_ids` are the readings it stored.
    """

    profile = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    imported_by = models.CharField(max_length=80)
    imported_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ImportState.choices)
    undone_by = models.CharField(max_length=80, blank=True)
    undone_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField()
    intervals = models.PositiveBigIntegerField()
    new_days = models.PositiveIntegerField(default=0)
    changed_days = models.PositiveIntegerField(default=0)
    refused_rows = models.PositiveIntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    register_ids = ArrayField(models.BigIntegerField(), default=list)
    reading_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash", "profile"],
                condition=Q(state="APPLIED"),
                name="file_imported_once",
            ),
            models.CheckConstraint(
                condition=Q(state="APPLIED", undone_at__isnull=True)
                | Q(state="UNDONE", undone_at__isnull=False),
                name="import_undone_at_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"


class DayColumns(models.Model):
    """
    The intervals of one register and civil day, as `rules.intervals.DayValues` describes them.

    `register_id` and `import_id` are plain integers, checked set-wise: foreign keys double the cost
    of the largest table there is.
    """

    register_id = models.BigIntegerField()
    day = models.DateField()
    minutes = models.PositiveIntegerField()
    decimals = models.PositiveSmallIntegerField()
    values = ArrayField(models.IntegerField(null=True))
    qualities = ArrayField(models.SmallIntegerField())

    class Meta:
        abstract = True


class IntervalDay(DayColumns):
    """
    What was used or fed in on a civil day in the utility's zone; `import_id` is who wrote it last.
    """

    pk = models.CompositePrimaryKey("register_id", "day")
    import_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(Exact(_length("values"), _length("qualities")), decimals__lte=6),
                name="interval_day_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.day}"


class ReplacedDay(DayColumns):
    """
    A day as it was before an import changed it, kept so that undoing the import restores it.
    """

    pk = models.CompositePrimaryKey("import_id", "register_id", "day")
    import_id = models.BigIntegerField()
    import_before = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.register_id} {self.day} before {self.import_id}"
