from django.db import models


class Entry(models.Model):
    """
    One deed that somebody may have to answer for; tied by its hash to the one before.
    """

    append_only = True

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    detail = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["subject", "number"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"


class Head(models.Model):
    """
    The newest entry; its one row is locked while the next is written, so no two entries fork.
    """

    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class AccessEntry(models.Model):
    """
    Somebody other than the customer looked at an account; the customer can read who, when and why.
    """

    append_only = True

    account_id = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    purpose = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    page = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account_id", "id"], name="audit_access_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.purpose} {self.at:%Y-%m-%d %H:%M}"
