from datetime import datetime

from django.db import models
from django.db.models import F, Q

from mains.approvals.rules.states import State


class Approval(models.Model):
    """
    What one owner wants done and another has to approve first, with how it ended.
    """

    # Which kind of deed, and everything that carrying it out needs.
    deed = models.CharField(max_length=40)
    payload = models.JSONField()
    # Of deed and payload: the same wish is asked once as long as it waits.
    fingerprint = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    # Logins of staff in the public schema.
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=9, choices=[(one.value, one.value) for one in State], default="WAITING"
    )
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    # Why it was refused.
    reason = models.CharField(max_length=200, blank=True)
    # What carrying it out brought, such as the version that was published.
    result = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state="WAITING"), name="approval_one_waiting"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["APPROVED", "DONE"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="approval_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.pk} {self.state}"

    def state_at(self, now: datetime) -> State:
        """
        Return the state at an instant; what waited too long is over, whether or not anybody looked.
        """
        if self.state == State.WAITING and self.expires_at <= now:
            return State.EXPIRED
        return State(self.state)
