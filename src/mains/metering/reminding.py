"""Who wants to be told when it is time to read."""

from datetime import datetime

from mains.core.transactions import owns_transaction
from mains.identity.models import User


def is_reminded(*, user_id: int) -> bool:
    """
    Tell whether a login wants to be told.
    """
    return User.objects.filter(pk=user_id, reading_reminder_at__isnull=False).exists()


def reminded_users() -> list[int]:
    """
    Return the logins that want to be told, who asked first before the others.
    """
    asked = User.objects.filter(reading_reminder_at__isnull=False)
    return list(asked.order_by("reading_reminder_at", "pk").values_list("pk", flat=True))


@owns_transaction
def remind(*, user_id: int, now: datetime) -> None:
    """
    Tell a login from now on when it is time to read; again changes nothing.
    """
    User.objects.filter(pk=user_id, reading_reminder_at=None).update(reading_reminder_at=now)


def stop_reminding(*, user_id: int) -> None:
    """
    Tell a login nothing more; again changes nothing.
    """
    User.objects.filter(pk=user_id).update(reading_reminder_at=None)
