"""Who wants to be told when it is time to read."""

from datetime import datetime

from mains.core.transactions import owns_transaction
from mains.metering.models import ReadingReminder


def is_reminded(*, user_id: int) -> bool:
    """
    Tell whether a login wants to be told.
    """
    return ReadingReminder.objects.filter(user_id=user_id).exists()


def reminded_users() -> list[int]:
    """
    Return the logins that want to be told.
    """
    return list(ReadingReminder.objects.order_by("pk").values_list("user_id", flat=True))


@owns_transaction
def remind(*, user_id: int, now: datetime) -> None:
    """
    Tell a login from now on when it is time to read; again changes nothing.
    """
    ReadingReminder.objects.get_or_create(user_id=user_id, defaults={"asked_at": now})


def stop_reminding(*, user_id: int) -> None:
    """
    Tell a login nothing more; again changes nothing.
    """
    ReadingReminder.objects.filter(user_id=user_id).delete()
