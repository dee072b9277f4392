"""
Files of direct debits: pain.008, laid out by sepaxml.

What the library makes up (instant, names of batches) is set here, so that the same debits are the
same bytes; what it does not know (amendments, a creditor without a BIC in version 02) is added.
"""

import re
from collections.abc import Iterator
from collections.abc import Sequence as Many
from datetime import date, datetime
from enum import StrEnum
from unicodedata import normalize

from lxml import etree
from sepaxml import SepaDD
from stdnum import iban
from stdnum.eu import at_02

from mains.bankfiles.direct_debits import amendments
from mains.bankfiles.direct_debits.calendar import is_business_day
from mains.bankfiles.direct_debits.debits import (
    Creditor,
    Debit,
    Instrument,
    Refusal,
    RefusedDebit,
    check_creditor,
    check_debits,
    is_reference,
)

_FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
# Behind the message's name stands the number of a batch.
_LONGEST_MESSAGE = 30
_NO_BIC = "NOTPROVIDED"


class Schema(StrEnum):
    """The versions that banks take."""

    V02 = "pain.008.001.02"
    V08 = "pain.008.001.08"


def write(
    debits: Many[Debit],
    *,
    creditor: Creditor,
    collection_date: date,
    message_id: str,
    created_at: datetime,
    schema: Schema = Schema.V08,
    instrument: Instrument = Instrument.CORE,
) -> bytes:
    """
    Return a file that collects debits on one day, in a batch for each sequence.

    Names and texts become the characters of SEPA. `created_at` is written in its own zone.

    :raises RefusedDebit: for the first thing that no bank would take; nothing is written then.
    """
    if not debits:
        raise RefusedDebit(Refusal.NOTHING)
    if not is_reference(message_id) or len(message_id) > _LONGEST_MESSAGE:
        raise RefusedDebit(Refusal.REFERENCE)
    if not is_business_day(collection_date):
        raise RefusedDebit(Refusal.DATE)
    check_creditor(creditor)
    check_debits(debits, collection_date=collection_date)
    library = SepaDD(_settings(creditor, instrument), schema=schema.value, clean=True)
    for debit in debits:
        library.add_payment(_payment(debit, collection_date))
    root = etree.fromstring(library.export(validate=False))
    amendments.add(root, debits)
    _complete(root, creditor, message_id, created_at)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def batch_ids(debits: Many[Debit], *, message_id: str) -> dict[str, str]:
    """
    Return the name of the batch that each debit is in, by its end-to-end id.

    A bank that rejects a batch names it and seldom its debits.
    """
    sequences = list(dict.fromkeys(debit.sequence for debit in debits))
    return {
        debit.end_to_end_id: f"{message_id}-{sequences.index(debit.sequence) + 1}"
        for debit in debits
    }


def _settings(creditor: Creditor, instrument: Instrument) -> dict[str, object]:
    return {
        "name": creditor.name,
        "IBAN": iban.compact(creditor.iban),
        # Wanted by the library for version 02; taken out again where there is none.
        "BIC": creditor.bic or _NO_BIC,
        "batch": True,
        "creditor_id": at_02.compact(creditor.creditor_id),
        "currency": "EUR",
        "instrument": instrument.value,
    }


def _payment(debit: Debit, collection_date: date) -> dict[str, object]:
    return {
        "name": debit.debtor_name,
        "IBAN": iban.compact(debit.debtor_iban),
        "amount": debit.amount_minor,
        "type": debit.sequence.value,
        "collection_date": collection_date,
        "mandate_id": debit.mandate_reference,
        "mandate_date": debit.signed_date,
        "description": debit.text,
        "endtoend_id": debit.end_to_end_id,
    }


def _complete(
    root: etree._Element, creditor: Creditor, message_id: str, created_at: datetime
) -> None:
    _only(root, "GrpHdr/MsgId").text = message_id
    _only(root, "GrpHdr/CreDtTm").text = created_at.isoformat(timespec="seconds")
    for number, batch in enumerate(_all(root, "PmtInf/PmtInfId"), start=1):
        batch.text = f"{message_id}-{number}"
    if not creditor.bic:
        for agent in _all(root, "PmtInf/CdtrAgt/FinInstnId"):
            agent.remove(agent[0])
            other = etree.SubElement(agent, _named(root, "Othr"))
            etree.SubElement(other, _named(root, "Id")).text = _NO_BIC
    for text in root.iter(_named(root, "Nm"), _named(root, "Ustrd")):
        plain = normalize("NFKD", text.text or "").encode("ascii", "ignore").decode()
        text.text = " ".join(_FOREIGN.sub(" ", plain).split())
        if not text.text and text.tag == _named(root, "Nm"):
            raise RefusedDebit(Refusal.NAME)
    for debit in _all(root, "PmtInf/DrctDbtTxInf"):
        remittance = debit[-1]
        if not remittance[0].text:
            debit.remove(remittance)


def _all(root: etree._Element, path: str) -> Iterator[etree._Element]:
    return root[0].iterfind("/".join(_named(root, name) for name in path.split("/")))


def _only(root: etree._Element, path: str) -> etree._Element:
    return next(_all(root, path))


def _named(root: etree._Element, name: str) -> str:
    return f"{{{root.nsmap[None]}}}{name}"
