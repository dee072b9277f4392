"""Registers that were mounted or wired the other way: the more is used, the less they show."""

from datetime import datetime

from mains.audit import actions as audit
from mains.core.transactions import owns_transaction
from mains.metering.models import Register


@owns_transaction
def set_direction(*, register_id: int, counts_down: bool, actor: str, now: datetime) -> bool:
    """
    Say whether a register counts down, audit it, and tell whether that is new.

    All its readings are understood in the new direction from then on, those before as well; bills
    that were issued stay. Saying the same again changes nothing.

    :raises Register.DoesNotExist: if there is no such register, or it has no dial.
    """
    register = Register.objects.select_for_update().get(pk=register_id, is_virtual=False)
    if register.counts_down == counts_down:
        return False
    register.counts_down = counts_down
    register.save(update_fields=["counts_down"])
    audit.record(
        action="register.direction",
        subject=f"register:{register_id}",
        actor=actor,
        detail={"counts_down": counts_down},
        now=now,
    )
    return True
