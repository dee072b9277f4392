"""What banks answer: reports of status typed by the standard, and reasons with what they ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mains.bankfiles.direct_debits.answers import Verdict, read
from mains.bankfiles.direct_debits.reasons import ACTIONS, Action, action_of
from mains.bankfiles.unreadable import Reason, UnreadableFile


def debit(name: str, status: str = "RJCT", reason: str = "AM04") -> str:
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return (
        f"<TxInfAndSts><StsId>1</StsId><OrgnlEndToEndId>{name}</OrgnlEndToEndId>"
        f"<TxSts>{status}</TxSts>{why}</TxInfAndSts>"
    )


def batch(name: str, debits: str = "", status: str = "", reason: str = "") -> str:
    said = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{said}{why}{debits}"
        "</OrgnlPmtInfAndSts>"
    )


def report(batches: str = "", status: str = "PART", reason: str = "", version: str = "10") -> bytes:
    said = f"<GrpSts>{status}</GrpSts>" if status else ""
    why = f"<StsRsnInf><Rsn><Prtry>{reason}</Prtry></Rsn></StsRsnInf>" if reason else ""
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-11-03T08:00:00</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>RUN-7</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId>"
        f"{said}{why}</OrgnlGrpInfAndSts>{batches}</CstmrPmtStsRpt></Document>"
    ).encode()


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_each_debit_has_its_status_and_reason(version):
    found = read(report(batch("RUN-7-1", debit("A") + debit("B", "ACSC", "")), version=version))

    assert (found.message_id, found.verdict.status) == ("RUN-7", "PART")
    assert found.verdict_on("A") == Verdict("RJCT", "AM04")
    assert found.verdict_on("A").is_rejected
    assert found.verdict_on("B") == Verdict("ACSC", "")
    # Nothing was said of it: what holds for the file.
    assert found.verdict_on("C") == Verdict("PART", "")


def test_a_rejected_file_rejects_all():
    found = read(report(batch("RUN-7-1", debit("B", "ACSC", "")), "RJCT", "FF01"))

    for name in ("A", "B"):
        assert found.verdict_on(name) == Verdict("RJCT", "FF01")
    assert found.verdict_on("A", batch_id="RUN-7-1").is_rejected


def test_a_rejected_batch_rejects_its_own():
    batches = batch("RUN-7-1", status="RJCT", reason="BE05") + batch("RUN-7-2", debit("B"))
    found = read(report(batches))

    assert found.verdict_on("A", batch_id="RUN-7-1") == Verdict("RJCT", "BE05")
    assert found.verdict_on("B", batch_id="RUN-7-2") == Verdict("RJCT", "AM04")
    assert found.verdict_on("C", batch_id="RUN-7-2") == Verdict("PART", "")
    assert found.verdict_on("C") == Verdict("PART", "")


def test_a_debit_has_the_nearest_reason():
    found = read(report(batch("1", debit("A", "RJCT", "AC04"), "RJCT", "MS03"), "RJCT", "FF01"))
    assert found.verdict_on("A").reason == "AC04"


def test_the_first_version_has_no_batches():
    old = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.02"><pain.002.001.02>'
        "<GrpHdr><MsgId>B1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>RUN-7</OrgnlMsgId>"
        f"</OrgnlGrpInfAndSts>{debit('A', reason='').replace('</TxSts>', _OLD)}"
        "</pain.002.001.02></Document>"
    )
    assert read(old.encode()).verdict_on("A") == Verdict("RJCT", "AC01")


_OLD = "</TxSts><StsRsnInf><StsRsn><Cd>AC01</Cd></StsRsn></StsRsnInf>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"x" * 20_000_001, Reason.TOO_BIG),
        (b"RUN-7", Reason.BROKEN),
        (b"<Document/>", Reason.FORMAT),
        (report().replace(b"RUN-7", b""), Reason.FORMAT),
        (report().replace(b"<Doc", b'<!DOCTYPE d [<!ENTITY a "b">]><Doc'), Reason.DECLARATIONS),
    ],
)
def test_what_is_no_answer_is_refused(data, reason):
    with pytest.raises(UnreadableFile) as error:
        read(data)
    assert error.value.reason is reason


@given(cut=some.integers(0, 700), at=some.integers(0, 700), bit=some.integers(0, 7))
def test_a_spoiled_answer_is_read_or_refused(cut, at, bit):
    data = bytearray(report(batch("RUN-7-1", debit("A"))))
    data[at % len(data)] ^= 1 << bit
    try:
        found = read(bytes(data[:cut] if cut % 2 else data))
    except UnreadableFile:
        return
    assert found.message_id


@pytest.mark.parametrize(
    ("reason", "action"),
    [
        ("AM04", Action.RETRY),
        ("AC01", Action.STOP_MANDATE),
        ("AC04", Action.STOP_MANDATE),
        ("AC06", Action.STOP_MANDATE),
        ("MD01", Action.STOP_MANDATE),
        ("MD07", Action.STOP_MANDATE),
        ("MD06", Action.REFUND),
        ("MD02", Action.CORRECT_DATA),
        ("SL01", Action.ASK_CUSTOMER),
        (" md06 ", Action.REFUND),
        ("", Action.ASK_CUSTOMER),
        ("914", Action.ASK_CUSTOMER),
    ],
)
def test_a_reason_asks_for_one_action(reason, action):
    assert action_of(reason) is action


@given(reason=some.text(max_size=6))
def test_an_unknown_reason_is_never_guessed(reason):
    if reason.strip().upper() not in ACTIONS:
        assert action_of(reason) is Action.ASK_CUSTOMER
