"""Statements of ISO 20022: camt.052, camt.053 and camt.054, in every version by local names."""

from collections.abc import Iterator
from datetime import date

from lxml import etree

from mains.bankfiles.readers import camt_totals
from mains.bankfiles.statement import Line, Statement, span
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import day_of, minor_of
from mains.bankfiles.xml import all_of, has, name_of, root_of, text_of

PATHS = {
    "BkToCstmrStmt": "Stmt", "BkToCstmrAcctRpt": "Rpt", "BkToCstmrDbtCdtNtfctn": "Ntfctn",
}  # fmt: skip
BOOKED = "BOOK"
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
# What stands where a payer gave nothing.
NOTHING = {"NOTPROVIDED", "NONREF", "NOREF"}


def read(data: bytes) -> list[Statement]:
    """
    Read every statement, report or notification of a file; only what is booked becomes a line.

    :raises UnreadableFile: where the parts of a batch are not its sum, and for what is no camt.
    """
    root = root_of(data)
    message = next((node for node in root if name_of(node) in PATHS), None)
    if message is None:
        raise UnreadableFile(Reason.FORMAT)
    pages = text_of(message, "GrpHdr/MsgPgntn/PgNb", "GrpHdr/MsgRcptPgntn/PgNb") in {"", "1"}
    whole = pages and text_of(message, "GrpHdr/MsgPgntn/LastPgInd") in {"", "true", "1"}
    return [_statement(node, whole=whole) for node in all_of(message, PATHS[name_of(message)])]


def _statement(node: etree._Element, *, whole: bool) -> Statement:
    balances = {text_of(found, "Tp/CdOrPrtry/Cd", "Tp/Cd"): found for found in all_of(node, "Bal")}
    entries = list(all_of(node, "Ntry"))
    currency = text_of(node, "Acct/Ccy") or next(
        (found.get("Ccy", "") for path in ("Bal/Amt", "Ntry/Amt") for found in all_of(node, path)),
        "",
    )
    if whole:
        camt_totals.check(node, entries)
    lines = [line for entry in entries if _status(entry) == BOOKED for line in _lines(entry)]
    first, last = span(lines)
    return Statement(
        account=text_of(node, "Acct/Id/IBAN", "Acct/Id/Othr/Id"),
        currency=currency,
        number=text_of(node, "Id"),
        opening_minor=_balance(balances, OPENING),
        closing_minor=_balance(balances, CLOSING),
        first_date=_day(node, "FrToDt/FrDt") or first,
        last_date=_day(node, "FrToDt/ToDt") or last,
        lines=tuple(lines),
    )


def _status(entry: etree._Element) -> str:
    return text_of(entry, "Sts/Cd", "Sts/Prtry", "Sts") or BOOKED


def _balance(balances: dict[str, etree._Element], kinds: tuple[str, ...]) -> int | None:
    found = next((balances[kind] for kind in kinds if kind in balances), None)
    return None if found is None else signed(found)


def signed(node: etree._Element, path: str = "Amt", *, currency: str = "", sign: str = "") -> int:
    """
    Return an amount of a node in minor units, below zero for a debit.

    :raises UnreadableFile: where it has none, of another currency, or no direction.
    """
    amount = next(all_of(node, path), None)
    if amount is None:
        raise UnreadableFile(Reason.AMOUNT, node.sourceline)
    given = amount.get("Ccy", "")
    if not given or (currency and given != currency):
        raise UnreadableFile(Reason.CURRENCY, amount.sourceline)
    direction = text_of(node, "CdtDbtInd") or sign
    if direction not in {"CRDT", "DBIT"}:
        raise UnreadableFile(Reason.AMOUNT, node.sourceline)
    minor = minor_of((amount.text or "").strip(), given, amount.sourceline)
    return minor if direction == "CRDT" else -minor


def _day(node: etree._Element, path: str) -> date | None:
    """
    Return the day at a path that ends in a choice of `Dt` and `DtTm`, or in their names.
    """
    text = text_of(node, f"{path}/Dt", f"{path}/DtTm", path, f"{path}Tm")
    return day_of(text[:10], "%Y-%m-%d", node.sourceline or 0) if text else None


def _lines(entry: etree._Element) -> Iterator[Line]:
    """
    Yield one line for each transaction of an entry, or one for an entry that has none.

    :raises UnreadableFile: where they are not the entry's sum.
    """
    amount = signed(entry)
    currency = next(all_of(entry, "Amt")).get("Ccy", "")
    details = list(all_of(entry, "NtryDtls/TxDtls"))
    paths = [_amount_path(node, currency) for node in details]
    if not any(paths):
        # Of parts without amounts only the sum can be booked.
        yield _line(entry, details[0] if len(details) == 1 else entry, amount, currency)
        return
    sign = text_of(entry, "CdtDbtInd")
    parts = [
        signed(node, path, currency=currency, sign=sign) if path else 0
        for node, path in zip(details, paths, strict=True)
    ]
    camt_totals.check_batch(entry, amount, parts)
    for node, part in zip(details, parts, strict=True):
        yield _line(entry, node, part, currency)


def _amount_path(node: etree._Element, currency: str) -> str:
    """
    Return where a transaction has its amount in the currency of the account; empty if nowhere.
    """
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        if any(found.get("Ccy") == currency for found in all_of(node, path)):
            return path
    return ""


def _line(entry: etree._Element, node: etree._Element, amount: int, currency: str) -> Line:
    booked = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if booked is None:
        raise UnreadableFile(Reason.DATE, entry.sourceline)
    servicer = _given(text_of(node, "Refs/AcctSvcrRef") or text_of(entry, "AcctSvcrRef"))
    numbered = _given(text_of(entry, "NtryRef"))
    side = _other_side(entry, node, amount)
    return Line(
        # An entry's number is unique in its statement only, so its day stands beside it.
        key=servicer or (f"{numbered} {booked}" if numbered else ""),
        amount_minor=amount,
        currency=currency,
        booking_date=booked,
        value_date=_day(entry, "ValDt") or booked,
        bank_reference=servicer or numbered,
        end_to_end_id=_given(text_of(node, "Refs/EndToEndId")),
        mandate_reference=_given(text_of(node, "Refs/MndtId")),
        remittance=text_of(node, "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef"),
        text=_text(entry, node),
        payer_name=text_of(node, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm"),
        payer_iban=text_of(
            node, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"
        ),
        return_reason=text_of(
            node, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry"
        ),
        is_reversal=text_of(entry, "RvslInd") in {"true", "1"},
        bank_code=_code(entry) or _code(node),
        entry_reference=_given(text_of(entry, "AcctSvcrRef")) or numbered,
    )


def _other_side(entry: etree._Element, node: etree._Element, amount: int) -> str:
    """
    Return whose name counts: the debtor's where money came in, and where it was taken back.
    """
    back = has(node, "RtrInf") or text_of(entry, "RvslInd") in {"true", "1"}
    return "Dbtr" if amount >= 0 or (back and has(node, "RltdPties/Dbtr")) else "Cdtr"


def _given(text: str) -> str:
    return "" if text.upper() in NOTHING else text


def _text(entry: etree._Element, node: etree._Element) -> str:
    parts = [" ".join((found.text or "").split()) for found in all_of(node, "RmtInf/Ustrd")]
    more = text_of(node, "AddtlTxInf") or text_of(entry, "AddtlNtryInf")
    return "\n".join(part for part in ("".join(parts), more) if part)


def _code(node: etree._Element) -> str:
    parts = (text_of(node, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd"))
    return "-".join(part for part in parts if part) or text_of(node, "BkTxCd/Prtry/Cd")
