"""Amended mandates in a pain.008, which the bank of the debtor has to learn (EPC016-06, AT-24)."""

from collections.abc import Iterable

from lxml import etree
from stdnum import iban
from stdnum.eu import at_02

from mains.bankfiles.direct_debits.debits import Amendment, Debit
from mains.bankfiles.xml import all_of, text_of

# Same mandate, new debtor account.
_ACCOUNT_CHANGED = "SMNDA"


def add(root: etree._Element, debits: Iterable[Debit]) -> None:
    """
    Write what was amended into the mandates of a file.
    """
    amended = {one.end_to_end_id: one.amendment for one in debits if one.amendment is not None}
    if not amended:
        return
    for node in all_of(root[0], "PmtInf/DrctDbtTxInf"):
        old = amended.get(text_of(node, "PmtId/EndToEndId"))
        if old is not None:
            mandate = next(all_of(node, "DrctDbtTx/MndtRltdInf"))
            _put(mandate, "AmdmntInd", "true")
            _write(_put(mandate, "AmdmntInfDtls"), old)


def _write(details: etree._Element, old: Amendment) -> None:
    if old.mandate_reference:
        _put(details, "OrgnlMndtId", old.mandate_reference)
    if old.creditor_id or old.creditor_name:
        creditor = _put(details, "OrgnlCdtrSchmeId")
        if old.creditor_name:
            _put(creditor, "Nm", old.creditor_name)
        if old.creditor_id:
            other = _put(_put(_put(creditor, "Id"), "PrvtId"), "Othr")
            _put(other, "Id", at_02.compact(old.creditor_id))
            _put(_put(other, "SchmeNm"), "Prtry", "SEPA")
    if old.debtor_iban:
        _put(_put(_put(details, "OrgnlDbtrAcct"), "Id"), "IBAN", iban.compact(old.debtor_iban))
    elif old.is_account_changed:
        other = _put(_put(_put(details, "OrgnlDbtrAcct"), "Id"), "Othr")
        _put(other, "Id", _ACCOUNT_CHANGED)


def _put(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    node = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    node.text = text
    return node
