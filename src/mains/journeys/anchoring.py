"""Write each tenant's newest audit entry into the platform's own audit, once a day."""

from datetime import datetime

from mains.audit import actions, queries, verifying
from mains.audit.queries import ANCHORED, Anchor
from mains.audit.verifying import Verdict
from mains.core.transactions import owns_transaction
from mains.guard.context import PUBLIC, inside


def anchor(*, schema_name: str, now: datetime) -> bool:
    """
    Anchor a tenant's head in public and tell whether it was needed; once a day is enough.
    """
    with inside(schema_name):
        head = queries.head()
    with inside(PUBLIC):
        return _write(schema_name=schema_name, head=head, now=now)


@owns_transaction
def _write(*, schema_name: str, head: Anchor, now: datetime) -> bool:
    subject = f"tenant:{schema_name}"
    latest = next(iter(queries.entries(subject=subject, action=ANCHORED, limit=1)), None)
    if head.number == 0 or (latest is not None and _holds(latest, head, now)):
        return False
    actions.record(
        action=ANCHORED,
        subject=subject,
        actor="system",
        detail={"number": head.number, "hash": head.hash},
        now=now,
    )
    return True


def _holds(latest: queries.EntryRow, head: Anchor, now: datetime) -> bool:
    return latest.at.date() == now.date() or latest.detail["hash"] == head.hash


def verify(*, schema_name: str) -> Verdict:
    """
    Recompute the chain of a tenant, or of public, against its head and its anchors.
    """
    with inside(PUBLIC):
        anchors = queries.anchors(schema_name=schema_name)
    with inside(schema_name):
        return verifying.verify(anchors=anchors)
