"""Ask for a second person's approval, give it, refuse it, take the wish back.

`now` is the real instant: a sandbox moves its customers' clock, not its staff's.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mains.approvals.models import Approval
from mains.approvals.rules.states import MACHINE, State
from mains.audit import actions as audit
from mains.core.transactions import inside_transaction, owns_transaction

LIFE = timedelta(days=7)


class UnknownApproval(Exception):
    """Nobody asked for this here."""


class SamePerson(Exception):
    """Whoever asks for something cannot approve or refuse it as well."""


class NotYours(Exception):
    """Only whoever asked for something can take it back."""


class ApprovalOver(Exception):
    """It ended before: it was refused, withdrawn, done, or waited too long."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__(str(state))


class NeedsSecondOwner(Exception):
    """
    A tenant demands that two owners want this, and one alone does; names what would change.
    """

    def __init__(self, places: Sequence[str]) -> None:
        self.places = places
        super().__init__("A second owner has to approve: " + ", ".join(places))


class Outdated(Exception):
    """What a wish rested on has changed since, so it cannot be carried out as it was approved."""


@owns_transaction
def ask(
    *, deed: str, payload: Mapping[str, Any], note: str = "", asked_by: int, now: datetime
) -> tuple[int, bool]:
    """
    Write down what somebody wants done; return its id and whether it is a new wish.

    The same wish again, by whomever, is the one that waits already.
    """
    fingerprint = _fingerprint(deed, payload)
    Approval.objects.filter(state=State.WAITING, expires_at__lte=now).update(state=State.EXPIRED)
    row, made = Approval.objects.get_or_create(
        fingerprint=fingerprint,
        state=State.WAITING,
        defaults={
            "deed": deed,
            "payload": dict(payload),
            "note": note,
            "asked_by": asked_by,
            "asked_at": now,
            "expires_at": now + LIFE,
        },
    )
    if made:
        _record("approval.asked", row, by=asked_by, now=now)
    return row.pk, made


@owns_transaction
def approve(*, approval_id: int, approved_by: int, now: datetime) -> State:
    """
    Say yes as the second person and return the state: APPROVED, or DONE if it was done before.

    Again changes nothing, so that what was approved and not carried out can be carried out.

    :raises UnknownApproval: if there is no such wish.
    :raises SamePerson: if they asked for it themselves.
    :raises ApprovalOver: if it was refused or withdrawn, is outdated or waited too long.
    """
    row = _locked(approval_id)
    if row.asked_by == approved_by:
        raise SamePerson(approval_id)
    state = row.state_at(now)
    if state in (State.APPROVED, State.DONE):
        return state
    _decide(row, State.APPROVED, by=approved_by, now=now)
    return State.APPROVED


@owns_transaction
def refuse(*, approval_id: int, refused_by: int, reason: str, now: datetime) -> None:
    """
    Say no as the second person, with a reason that the first one reads; again changes nothing.

    :raises UnknownApproval: if there is no such wish.
    :raises SamePerson: if they asked for it themselves; they can withdraw it.
    :raises ApprovalOver: if it was approved or withdrawn, is outdated or waited too long.
    """
    row = _locked(approval_id)
    if row.asked_by == refused_by:
        raise SamePerson(approval_id)
    if row.state == State.REFUSED:
        return
    row.reason = reason
    _decide(row, State.REFUSED, by=refused_by, now=now)


@owns_transaction
def withdraw(*, approval_id: int, withdrawn_by: int, now: datetime) -> None:
    """
    Take one's own wish back; again changes nothing.

    :raises UnknownApproval: if there is no such wish.
    :raises NotYours: if somebody else asked.
    :raises ApprovalOver: if it was decided, is outdated or waited too long.
    """
    row = _locked(approval_id)
    if row.asked_by != withdrawn_by:
        raise NotYours(approval_id)
    if row.state == State.WITHDRAWN:
        return
    _decide(row, State.WITHDRAWN, by=withdrawn_by, now=now)


@owns_transaction
def finish(*, approval_id: int, state: State, result: str, now: datetime) -> State:
    """
    Write down that an approved wish was carried out, or is outdated; return how it stands.

    Of two who carry it out at once the first writes.

    :raises IllegalMove: if nobody approved it.
    """
    row = _locked(approval_id)
    if row.state in (State.DONE, State.OUTDATED):
        return State(row.state)
    MACHINE.check(current=State(row.state), target=state)
    row.state, row.result = state, result
    row.save(update_fields=["state", "result"])
    _record(f"approval.{state.lower()}", row, by=row.decided_by or 0, now=now)
    return state


def _decide(row: Approval, state: State, *, by: int, now: datetime) -> None:
    before = row.state_at(now)
    if not MACHINE.allows(current=before, target=state):
        raise ApprovalOver(before)
    row.state, row.decided_by, row.decided_at = state, by, now
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    _record(f"approval.{state.lower()}", row, by=by, now=now)


@inside_transaction
def _locked(approval_id: int) -> Approval:
    row = Approval.objects.select_for_update().filter(pk=approval_id).first()
    if row is None:
        raise UnknownApproval(approval_id)
    return row


@inside_transaction
def _record(action: str, row: Approval, *, by: int, now: datetime) -> None:
    audit.record(
        action=action,
        subject=f"approval:{row.pk}",
        actor=f"staff:{by}",
        detail={"deed": row.deed},
        now=now,
    )


def _fingerprint(deed: str, payload: Mapping[str, Any]) -> str:
    content = json.dumps([deed, payload], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
