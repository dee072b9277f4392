from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mains.core.periods import no_overlap


class NumberSeries(models.Model):
    """
    The next legal number of one company, kind of document and year; gap-free.
    """

    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    next_number = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "code", "year"], name="series_once")
        ]

    def __str__(self) -> str:
        return f"{self.code}{self.year}"


class RunStage(models.TextChoices):
    DRAFT = "DRAFT"
    REHEARSED = "REHEARSED"
    APPROVED = "APPROVED"
    ISSUED = "ISSUED"
    SENT = "SENT"
    CANCELLED = "CANCELLED"


class RunKind(models.TextChoices):
    """
    Whom a run bills, and for what: everybody for a period, or contracts for days of their own.
    """

    REGULAR = "REGULAR"
    # What is not billed yet of contracts that have ended.
    FINAL = "FINAL"
    # What is not billed yet up to a day, between two regular bills.
    INTERIM = "INTERIM"
    # In place of a bill that was credited.
    CORRECTION = "CORRECTION"
    # What was really used of contracts on fixed amounts, less what these were.
    SETTLEMENT = "SETTLEMENT"


class BillRun(models.Model):
    """
    One billing of many accounts for one period [start, end); it is data, not a process.
    """

    company = models.ForeignKey(
        "customers.Company", models.PROTECT, related_name="bill_runs", db_index=False
    )
    kind = models.CharField(
        max_length=10,
        choices=RunKind.choices,
        default=RunKind.REGULAR,
        db_default=RunKind.REGULAR.value,
    )
    stage = models.CharField(max_length=10, choices=RunStage.choices, default=RunStage.DRAFT)
    period_start = models.DateField()
    period_end = models.DateField()
    issue_date = models.DateField()
    due_date = models.DateField()
    currency = models.CharField(max_length=3)
    # The credited bill in whose place one is made.
    corrects = models.ForeignKey(
        "billing.Bill", models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_by = models.CharField(max_length=120)
    approved_by = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    # When it took how bills are delivered: what was chosen later is for the next.
    snapshot_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # While it is paused, workers stop after the chunk that they are at.
    paused_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gt=models.F("period_start")), name="run_period"
            ),
            # No day of a company is ever billed by two regular runs; those that were cancelled
            # billed none. What others billed of it is left out of them.
            no_overlap(
                "company",
                name="run_no_overlap",
                start="period_start",
                end="period_end",
                condition=Q(kind="REGULAR") & ~Q(stage="CANCELLED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} {self.period_start} {self.stage}"


class ChunkState(models.TextChoices):
    WAITING = "WAITING"
    REHEARSED = "REHEARSED"
    ISSUED = "ISSUED"


class BillRunChunk(models.Model):
    """
    The accounts that one transaction of a run bills together.
    """

    run = models.ForeignKey(BillRun, models.CASCADE, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    account_ids = ArrayField(models.BigIntegerField())
    # The days of contracts that are billed: [[contract id, start, end], …]; empty for all of the
    # run's period.
    parts = models.JSONField(default=list, db_default=[])
    state = models.CharField(max_length=10, choices=ChunkState.choices, default=ChunkState.WAITING)
    content_hash = models.CharField(max_length=64, blank=True)
    bills = models.PositiveIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    # Bills that rest on an estimate, among those of the chunk.
    estimated = models.PositiveIntegerField(default=0)
    # Accounts that could not be billed: [[account id, reason code, explanation], …].
    held = models.JSONField(default=list)
    # A row for each account, in the order of `rules.outcomes.Outcome`.
    outcomes = models.JSONField(default=list, db_default=[])
    # The same summed by bucket, and the worst: a page about a large run reads nothing else.
    summary = models.JSONField(default=dict, db_default={})
    # When it was rehearsed: with `late_readings = "next_bill"`, later readings are not seen.
    cutoff_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="chunk_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position} {self.state}"


class BillState(models.TextChoices):
    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    CANCELLED = "CANCELLED"


class BillKind(models.TextChoices):
    REGULAR = "REGULAR"
    FINAL = "FINAL"
    INTERIM = "INTERIM"
    CORRECTION = "CORRECTION"
    SETTLEMENT = "SETTLEMENT"
    # Every line of a bill the other way round.
    CREDIT = "CREDIT"


class Bills(models.QuerySet["Bill"]):
    def charging(self) -> "Bills":
        """
        Return those that charge for days: issued, and neither credited nor a credit note.
        """
        return self.filter(state=BillState.ISSUED).exclude(kind=BillKind.CREDIT)

    def given(self) -> "Bills":
        """
        Return those that customers were given, with those that were credited since.
        """
        return self.exclude(state=BillState.DRAFT)


class Bill(models.Model):
    """
    A bill. Whether it is due, part-paid, paid or overdue is computed from the ledger.

    `facts` is the sealed canonical JSON from which the PDF is rendered; `facts_hash` its sha256.
    """

    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="bills")
    # A credit note comes from no run, but from the bill that it credits.
    run = models.ForeignKey(
        BillRun, models.PROTECT, null=True, related_name="bills", db_index=False
    )
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="credit_notes", db_index=False
    )
    # Who wants it credited and why, until a second person does it; then why it was.
    credit_asked_by = models.CharField(max_length=120, blank=True, db_default="")
    credit_reason = models.CharField(max_length=120, blank=True, db_default="")
    kind = models.CharField(
        max_length=10, choices=BillKind.choices, db_default=BillKind.REGULAR.value
    )
    state = models.CharField(max_length=10, choices=BillState.choices)
    number = models.CharField(max_length=30, unique=True)
    period_start = models.DateField()
    period_end = models.DateField()
    issue_date = models.DateField()
    due_date = models.DateField()
    collection_date = models.DateField(null=True)
    # Why it is not collected on that day after all; see `payments.autopay`.
    collection_hold = models.CharField(max_length=12, blank=True, db_default="")
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    reference = models.CharField(max_length=30, unique=True)
    facts = models.TextField()
    facts_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    # Parts that were agreed, oldest first: [[ISO day, minor units], …].
    instalments = models.JSONField(null=True)
    # Once the law no longer wants the facts they are emptied; their hash stays.
    facts_deleted_at = models.DateTimeField(null=True)

    objects = Bills.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="bill_once_per_run"),
            models.CheckConstraint(condition=Q(kind__in=BillKind.values), name="bill_kind_known"),
            models.UniqueConstraint(
                fields=["credits"], condition=Q(credits__isnull=False), name="bill_credited_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="CREDIT", run=None, credits__isnull=False)
                | (~Q(kind="CREDIT") & Q(run__isnull=False, credits=None)),
                name="bill_of_a_run_or_credit",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=models.F("net_minor") + models.F("vat_minor")),
                name="bill_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "ISSUED", "CANCELLED"]), name="bill_state_known"
            ),
        ]
        indexes = [
            # What was billed beside the regular runs: each chunk of one asks for it.
            models.Index(
                fields=["account"], condition=~Q(kind="REGULAR"), name="bill_beside_regular"
            )
        ]

    def __str__(self) -> str:
        return self.number


class BillLine(models.Model):
    """
    One printed line. `bill_id` is a plain integer: checked set-wise after every chunk.
    """

    append_only = True

    pk = models.CompositePrimaryKey("bill_id", "position")
    bill_id = models.BigIntegerField()
    position = models.PositiveSmallIntegerField()
    contract_id = models.BigIntegerField()
    service = models.CharField(max_length=30)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20)
    unit_price = models.DecimalField(max_digits=18, decimal_places=8)
    net = models.DecimalField(max_digits=18, decimal_places=4)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2)
    # The first day of the earlier bill's period that the line sets right.
    corrects_date = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.bill_id}/{self.position}"


class Charge(models.Model):
    """
    Something that staff charge or give an account once, on its next bill; below zero is a gift.

    It is billed by `bill`; until then it can be cancelled. Credited with its bill it waits again.
    """

    account = models.ForeignKey(
        "customers.Account", models.PROTECT, related_name="charges", db_index=False
    )
    # In the utility's languages, or one text under an empty key.
    texts = models.JSONField()
    day = models.DateField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # A tax of the utility, or a percentage.
    tax = models.CharField(max_length=30)
    book = models.CharField(max_length=20)
    reason = models.CharField(max_length=120)
    added_by = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    # The form it came with: sent twice, it is one charge.
    sent_key = models.CharField(max_length=64, unique=True)
    cancelled_at = models.DateTimeField(null=True)
    bill = models.ForeignKey(
        Bill, models.PROTECT, null=True, related_name="charges", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(net_minor=0), name="charge_not_nothing"),
            models.CheckConstraint(
                condition=Q(bill=None) | Q(cancelled_at=None), name="charge_billed_or_cancelled"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="charge_of_account"),
            models.Index(
                fields=["account"],
                condition=Q(bill=None, cancelled_at=None),
                name="charge_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.net_minor} {self.currency}"
