from django.db import models
from django.db.models import Q


class JobKind(models.TextChoices):
    EXPORT = "EXPORT"
    ERASURE = "ERASURE"


class JobState(models.TextChoices):
    WAITING = "WAITING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    ENDED = "ENDED"


class DataJob(models.Model):
    """
    Somebody's wish to get their data, or to have it erased, and what became of it.

    Nothing in it names the person: ids, codes and dates only, so it may outlive an erasure.
    """

    kind = models.CharField(max_length=8, choices=JobKind.choices)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    # A login's own wish, or one about a customer that staff carries out.
    user_id = models.BigIntegerField(null=True, db_index=True)
    customer_id = models.BigIntegerField(null=True)
    # `user:7`, `staff:3`.
    requested_by = models.CharField(max_length=60)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=80, blank=True)
    size = models.PositiveIntegerField(default=0)
    # What an erasure kept and until when, or the code of why it was refused.
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "user_id", "customer_id"],
                condition=Q(state="WAITING"),
                nulls_distinct=False,
                name="data_job_one_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"
