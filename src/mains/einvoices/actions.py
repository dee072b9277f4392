"""Take what the exchange system answers, and send again what it rejected."""

from datetime import datetime
from hashlib import sha256

from mains.audit import actions as audit
from mains.billing import queries
from mains.core.transactions import owns_transaction
from mains.einvoices.filing import take
from mains.einvoices.models import Filing, FilingKind, FilingState
from mains.einvoices.rules.fatturapa import fatturapa, file_name
from mains.einvoices.rules.invoice import invoice_of
from mains.einvoices.rules.sdi import Notice, NoticeContradicts, read_notice, state_after


class NoSuchFile(Exception):
    """A notification is about a file that was never made here."""


class NotRejected(Exception):
    """Only a file that the exchange system rejected is sent again."""


@owns_transaction
def receive(*, content: bytes, actor: str, now: datetime) -> Filing:
    """
    Take a notification of the exchange system and return the filing that it is about.

    The same notification again changes nothing; one that comes late is noted and leaves the state.

    :raises NoticeUnreadable: if it is no notification.
    :raises NotForSenders: if it is meant for the recipient of a bill.
    :raises NoSuchFile: if no file of that name was made here.
    :raises NoticeContradicts: if it cannot be true beside what is known.
    """
    notice = read_notice(content)
    filing = _about(notice)
    if filing.name != notice.file_name:
        if notice.kind == "NS":
            # Why it was sent again.
            return filing
        raise NoticeContradicts(
            f"{notice.file_name} was rejected and sent again as {filing.name}; "
            f"{notice.kind} does not follow that."
        )
    answers = filing.details.get("answers", [])
    if any(one["message"] == notice.message_id and one["kind"] == notice.kind for one in answers):
        return filing
    if any(one["sdi_id"] != notice.sdi_id for one in answers):
        raise NoticeContradicts(
            f"{notice.file_name} has the id {answers[0]['sdi_id']} in the exchange system, "
            f"not {notice.sdi_id}."
        )
    filing.state = state_after(filing.state, notice)
    answer = {
        "kind": notice.kind,
        "sdi_id": notice.sdi_id,
        "message": notice.message_id,
        "text": notice.text,
        "at": now.isoformat(timespec="seconds"),
    }
    filing.details = {**filing.details, "answers": [*answers, answer]}
    filing.save(update_fields=["state", "details"])
    _audit("einvoice.answered", filing, actor=actor, now=now, answer=notice.kind)
    return filing


def _about(notice: Notice) -> Filing:
    """
    Return the filing under whose name, or earlier name, a file was sent, locked.
    """
    files = Filing.objects.select_for_update(of=("self",)).select_related("bill")
    files = files.filter(kind=FilingKind.FATTURAPA)
    filing = files.filter(name=notice.file_name).first()
    filing = filing or files.filter(details__before__name=notice.file_name).first()
    if filing is None:
        raise NoSuchFile(notice.file_name)
    return filing


@owns_transaction
def send_again(*, filing_id: int, actor: str, now: datetime) -> Filing:
    """
    Make a rejected file again, under the company's next name; the bill and its number stay.

    :raises NotRejected: if it was not rejected, or is sent again already.
    :raises Filing.DoesNotExist: if there is no such filing.
    :raises NotMachineReadable: if the bill lacks what the file wants.
    """
    filing = (
        Filing.objects.select_for_update(of=("self",))
        .select_related("bill")
        .get(pk=filing_id, kind=FilingKind.FATTURAPA)
    )
    facts = queries.facts(bill_id=filing.bill_id)
    if filing.state != FilingState.REJECTED or facts is None:
        raise NotRejected(filing.name)
    position = take(company_id=filing.company_id, kind=FilingKind.FATTURAPA, count=1)
    invoice = invoice_of(facts)
    before = {"name": filing.name, "position": filing.position, **filing.details}
    filing.details = {"before": before}
    filing.position, filing.state = position, FilingState.MADE
    filing.name = file_name(invoice, position=position)
    filing.hash = sha256(fatturapa(invoice, position=position)).hexdigest()
    filing.generated_at = now
    filing.save()
    _audit("einvoice.sent_again", filing, actor=actor, now=now, before=before["name"])
    return filing


def _audit(action: str, filing: Filing, *, actor: str, now: datetime, **detail: str) -> None:
    audit.record(
        action=action,
        subject=f"bill:{filing.bill_id}",
        actor=actor,
        detail={"number": filing.bill.number, "file": filing.name, "state": filing.state, **detail},
        now=now,
    )
