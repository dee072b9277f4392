"""Good files cut and turned: statements whose totals fit, or a refusal, and nothing else."""

import re
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree
from tests.unit.bankfiles import literals, samples, writers
from tests.unit.bankfiles.test_readers import EUROPEAN
from tests.unit.bankfiles.writers import Paid

from mains.bankfiles.readers import camt_totals, cuaderno57, norma43
from mains.bankfiles.recognise import read
from mains.bankfiles.unreadable import UnreadableFile

NORMA43 = writers.norma43(
    [
        [Paid(date(2026, 11, 3), 4819, "RECIBO 42"), Paid(date(2026, 11, 3), -100)],
        [Paid(date(2026, 11, 4), 50)],
    ]
)
CUADERNO57 = writers.cuaderno57(
    {
        "501": [
            writers.Counter("2026000004258", 4819),
            writers.Counter("2026000004159", 7000, is_cancelled=True),
        ],
        "502": [writers.Counter("2026000004357", 100)],
    }
)
GOOD = {
    "camt": literals.CAMT,
    "mt940": literals.MT940,
    "ofx": literals.OFX,
    "csv": literals.CSV,
    "norma43": NORMA43,
    "cuaderno57": CUADERNO57,
}
REAL = sorted(samples.MT940.glob("*.sta")) + sorted(samples.FOLDER.glob("c*/*.[xo][mf][lx]"))


@some.composite
def spoiled(draw, data: bytes) -> bytes:
    """
    Return a file with some bytes turned, put in or taken out, and perhaps cut.
    """
    found = bytearray(data)
    for _ in range(draw(some.integers(0, 4))):
        at = draw(some.integers(0, len(found) - 1))
        match draw(some.sampled_from(["turn", "digit", "drop", "add", "repeat"])):
            case "turn":
                found[at] ^= 1 << draw(some.integers(0, 7))
            case "digit":
                found[at] = draw(some.sampled_from(b"0123456789,.-<> \n"))
            case "drop":
                del found[at : at + draw(some.sampled_from([1, 2, 80, 100, 102]))]
            case "add":
                found[at:at] = draw(some.binary(min_size=1, max_size=4))
            case "repeat":
                found[at:at] = found[at : at + draw(some.sampled_from([1, 16, 82, 102]))]
        if not found:
            break
    return bytes(found[: draw(some.integers(0, len(found)))] if draw(some.booleans()) else found)


def accepted(data: bytes):
    try:
        return read(data, profile=EUROPEAN)
    except UnreadableFile:
        return None


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=400, deadline=None)
@given(choice=some.data())
def test_a_spoiled_file_is_read_or_refused(name, choice):
    data = choice.draw(spoiled(GOOD[name]))
    statements = accepted(data)
    if statements is not None:
        assert all(isinstance(one.account, str) for one in statements)
        assert wrong_totals(data, statements) == []


@samples.needed
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
@settings(max_examples=40, deadline=None)
@given(choice=some.data())
def test_a_spoiled_sample_is_read_or_refused(path, choice):
    data = choice.draw(spoiled(path.read_bytes()))
    statements = accepted(data)
    assert statements is None or wrong_totals(data, statements) == []


@settings(max_examples=300, deadline=None)
@given(data=some.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    statements = accepted(data)
    assert statements is None or statements


# What a file says of itself, counted here once more and otherwise.


def wrong_totals(data: bytes, statements) -> list[str]:
    head = data.lstrip()
    if head.startswith(b"0170"):
        return wrong_in_cuaderno57(data, statements)
    if re.match(rb"11[0-9]{30}", head):
        return [one.account for one in statements if one.missing_minor != 0]
    if head.startswith(b"<") and b"BkToCstmr" in data:
        return wrong_in_camt(data, statements)
    return []


def wrong_in_cuaderno57(data: bytes, statements) -> list[str]:
    [total] = [row for row in data.decode("latin-1").splitlines() if row.startswith("9070")]
    found = sum(line.amount_minor for one in statements for line in one.lines)
    return [] if int(total[36:48]) == abs(found) else [total]


def wrong_in_camt(data: bytes, statements) -> list[str]:
    booked: Counter[str] = Counter()
    for entry in etree.fromstring(data).iterfind(".//{*}Ntry"):
        status = "".join(entry.find("{*}Sts").itertext()).strip() if has(entry, "Sts") else "BOOK"
        amount = entry.find("{*}Amt")
        if status == "BOOK":
            cents = round(float(amount.text) * 100)
            sign = -1 if entry.findtext("{*}CdtDbtInd").strip() == "DBIT" else 1
            booked[amount.get("Ccy")] += sign * cents
    for one in statements:
        for line in one.lines:
            booked[line.currency] -= line.amount_minor
    return [currency for currency, cents in booked.items() if cents]


def has(node, name: str) -> bool:
    return node.find(f"{{*}}{name}") is not None


class TestWithoutItsChecks:
    """
    The checks taken away: then wrong files are accepted, and the tests above see it.
    """

    def test_norma_43(self, monkeypatch):
        wrong = NORMA43.replace(b"200000000004819", b"200000000004818", 1)
        assert accepted(wrong) is None

        def close(record, account, at):
            account.closing = int(record[59:73])

        monkeypatch.setattr(norma43, "_close", close)
        assert wrong_totals(wrong, accepted(wrong)) == ["210004180000000001"]

    def test_cuaderno_57(self, monkeypatch):
        wrong = CUADERNO57.replace(b"000000004819", b"000000004818")
        assert accepted(wrong) is None
        monkeypatch.setattr(cuaderno57, "_check", lambda *_, **__: None)
        assert len(wrong_totals(wrong, accepted(wrong))) == 1

    def test_a_batch_of_camt(self, monkeypatch):
        wrong = literals.CAMT.replace(b">61.54<", b">61.53<")
        assert accepted(wrong) is None
        monkeypatch.setattr(camt_totals, "check_batch", lambda *_: None)
        assert wrong_totals(wrong, accepted(wrong)) == ["EUR"]

    def test_the_summary_of_camt(self, monkeypatch):
        wrong = literals.CAMT.replace(b"<Sum>152.92<", b"<Sum>152.93<")
        assert accepted(wrong) is None
        monkeypatch.setattr(camt_totals, "check", lambda *_: None)
        assert accepted(wrong) is not None
