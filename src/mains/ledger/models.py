from django.db import models
from django.db.models import F, Q


class LedgerAccountKind(models.TextChoices):
    RECEIVABLE = "RECEIVABLE"
    REVENUE = "REVENUE"
    VAT = "VAT"
    BANK = "BANK"
    CLEARING = "CLEARING"
    SUSPENSE = "SUSPENSE"
    DEPOSIT = "DEPOSIT"
    FEE = "FEE"
    BAD_DEBT = "BAD_DEBT"
    ROUNDING = "ROUNDING"


class LedgerAccount(models.Model):
    """
    One account of the ledger, named by its key, e.g. `revenue:main:water:sales`.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=LedgerAccountKind.choices)
    currency = models.CharField(max_length=3)
    account = models.OneToOneField(
        "customers.Account", models.PROTECT, null=True, related_name="ledger_account"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_currency"),
            models.CheckConstraint(
                condition=Q(kind="RECEIVABLE", account__isnull=False)
                | (~Q(kind="RECEIVABLE") & Q(account__isnull=True)),
                name="ledger_receivable_has_account",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Transfer(models.Model):
    """
    One movement of money: from the credit account to the debit account. Never changed.

    The two account columns are plain integers: foreign keys would double the cost of a bill run
    (measured), so each chunk and the nightly check look for strays set-wise instead.
    """

    append_only = True

    debit_id = models.BigIntegerField()
    credit_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    effective_date = models.DateField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    leg = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_positive"),
            models.CheckConstraint(
                condition=~Q(debit_id=F("credit_id")), name="transfer_two_accounts"
            ),
            models.UniqueConstraint(fields=["source", "leg"], name="transfer_once"),
        ]
        indexes = [
            models.Index(fields=["debit_id", "effective_date"], name="transfer_debit"),
            models.Index(fields=["credit_id", "effective_date"], name="transfer_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.leg} {self.amount_minor} {self.currency}"


class Balance(models.Model):
    """
    What a customer account owes, in minor units; a cache of its transfers, checked nightly.
    """

    ledger_account = models.OneToOneField(
        LedgerAccount, models.CASCADE, primary_key=True, related_name="balance"
    )
    minor = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.ledger_account_id} {self.minor}"
