from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SupportView(models.Model):
    """
    A member of staff sees the portal as a login sees it, until `expires_at` and changing nothing.

    It begins in the console and is opened on the portal's host by a token that works once. Rows
    stay: they are the console's log, and say until when for the customer's.
    """

    # A user of the public schema.
    staff_id = models.BigIntegerField()
    user_id = models.BigIntegerField(db_index=True)
    # On whose page in the console it began; once the login sees it no more, the view is over.
    account = models.ForeignKey(
        "customers.Account", models.PROTECT, related_name="+", db_index=False
    )
    # All it may show: each of them has its line in the access log.
    account_ids = ArrayField(models.BigIntegerField())
    reason = models.CharField(max_length=200)
    token_hash = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff_id"],
                condition=models.Q(ended_at__isnull=True),
                name="support_view_one_live",
            )
        ]
        indexes = [GinIndex(fields=["account_ids"], name="support_view_accounts")]

    def __str__(self) -> str:
        return f"{self.staff_id} as {self.user_id}"
