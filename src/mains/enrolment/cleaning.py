"""Delete what has ended: nothing relies on it, so a missed night changes nothing but the space."""

from datetime import datetime, timedelta

from mains.core.transactions import owns_transaction
from mains.enrolment import budgets
from mains.enrolment.models import ContactCode, SignUp

# Long enough to answer somebody who asks what became of a link.
KEPT = timedelta(days=30)


@owns_transaction
def delete_ended(*, now: datetime) -> int:
    """
    Delete sign-ups, saved steps and codes that ended a month ago, and return how many.
    """
    ended = [
        SignUp.objects.filter(expires_at__lt=now - KEPT),
        ContactCode.objects.filter(expires_at__lt=now - KEPT),
    ]
    return sum(rows.delete()[0] for rows in ended)


def every_night(*, now: datetime) -> None:
    """
    Delete what has ended, with the counts of tries that are over.
    """
    delete_ended(now=now)
    budgets.forget_old(now=now)
