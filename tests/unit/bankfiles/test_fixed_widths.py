"""Formats of fixed width: Norma 43 and Cuaderno 57, on files made by the norm's layouts."""

from datetime import date

import pytest
from tests.unit.bankfiles import writers
from tests.unit.bankfiles.test_readers import refused
from tests.unit.bankfiles.writers import Counter, Paid

from mains.bankfiles.recognise import read
from mains.bankfiles.unreadable import Reason


class TestNorma43:
    TWO = writers.norma43(
        [
            [Paid(date(2026, 11, 3), 4819, "RECIBO 42", "RF18539007547034")],
            [Paid(date(2026, 11, 4), -600), Paid(date(2026, 11, 4), -400)],
        ]
    )

    def test_gives_every_account_of_a_file(self):
        first, second = read(self.TWO)

        assert (first.account, first.currency) == ("210004180000000001", "EUR")
        assert (first.opening_minor, first.closing_minor, first.missing_minor) == (1000, 5819, 0)
        [line] = first.lines
        assert (line.amount_minor, line.text, line.bank_reference, line.bank_code) == (
            4819, "RECIBO 42", "RF18539007547034", "04-016",
        )  # fmt: skip
        # The mark of a balance of nothing is 0.
        assert (second.closing_minor, [line.amount_minor for line in second.lines]) == (
            0, [-600, -400],
        )  # fmt: skip

    def test_joins_the_texts_of_a_movement(self):
        text = b"2301RECIBO 42".ljust(80)
        more = self.TWO.replace(text, text + b"\r\n" + b"2302SEGUNDA LINEA".ljust(80))
        more = more.replace(b"9" * 18 + b"000008", b"9" * 18 + b"000009")
        assert read(more)[0].lines[0].text == "RECIBO 42\nSEGUNDA LINEA"

    @pytest.mark.parametrize(
        ("was", "becomes", "reason", "line"),
        [
            (b"000008", b"000009", Reason.COUNT, 9),
            (b"0000100000000004819", b"0000200000000004819", Reason.COUNT, 4),
            (b"0000100000000004819", b"0000100000000004818", Reason.TOTALS, 4),
            (b"200000000005819978", b"200000000005820978", Reason.TOTALS, 4),
            (b"200000000005819978", b"100000000005819978", Reason.TOTALS, 4),
            (b"2601012612312", b"2601322612312", Reason.DATE, 1),
            (b"0000000010009783", b"0000000010009993", Reason.CURRENCY, 1),
        ],
    )
    def test_refuses_what_does_not_add_up(self, was, becomes, reason, line):
        error = refused(self.TWO.replace(was, becomes, 1))
        assert (error.reason, error.line) == (reason, line)

    def test_refuses_a_file_cut_short(self):
        assert refused(self.TWO[:-82]).reason is Reason.BROKEN


class TestCuaderno57:
    FILE = writers.cuaderno57(
        {
            "501": [
                Counter("2026000004258", 4819, channel=3),
                Counter("2026000004159", 7000, is_cancelled=True),
            ],
            "502": [Counter("2026000004357", 100)],
        }
    )

    def test_gives_one_statement_for_each_suffix(self):
        first, second = read(self.FILE)

        assert (first.account, second.account) == ("58818501-501", "58818501-502")
        paid, cancelled = first.lines
        assert (paid.amount_minor, paid.remittance, paid.end_to_end_id, paid.bank_code) == (
            4819, "2026000004258", "201126", "3",
        )  # fmt: skip
        assert (cancelled.amount_minor, cancelled.is_reversal) == (-7000, True)
        assert paid.booking_date == date(2026, 11, 3)

    @pytest.mark.parametrize(
        ("was", "becomes", "reason"),
        [
            (b"000000002181", b"000000002182", Reason.TOTALS),
            (b"000000002081", b"000000002082", Reason.TOTALS),
            (b"000004", b"000005", Reason.COUNT),
            (b"000009", b"000008", Reason.COUNT),
            (b"57013", b"57012", Reason.BROKEN),
        ],
    )
    def test_refuses_what_does_not_add_up(self, was, becomes, reason):
        assert refused(self.FILE.replace(was, becomes)).reason is reason

    def test_knows_an_account_only_where_a_mandate_is_wanted(self):
        iban = "ES9121000418450200051332"
        assert read(self.FILE)[0].lines[0].payer_iban == ""
        at = self.FILE.index(b"6070")
        wanted = bytearray(self.FILE)
        wanted[at + 4 : at + 8] = iban[:4].encode()
        wanted[at + 54 : at + 75] = iban[4:].encode() + b"D"
        assert read(bytes(wanted))[0].lines[0].payer_iban == iban


def test_a_norma_43_typed_by_hand():
    """
    One account over 1,000.00, one receipt of 48.19 with its text.
    """
    data = (
        b"11210004180200051332261101261130200000000100000978"
        b"3AGUAS DE PRUEBA              \n"
        b"22    0418261103261103040162000000000048190000000042000000000000AV2026-000042\n"
        b"2301RECIBO 42\n"
        b"33210004180200051332"
        b"0000000000000000000"
        b"0000100000000004819"
        b"200000000104819978\n"
        b"88999999999999999999000004\n"
    )
    [one] = read(data)
    [line] = one.lines
    assert (one.account, one.opening_minor, one.closing_minor) == (
        "210004180200051332", 100000, 104819,
    )  # fmt: skip
    assert (line.amount_minor, line.text, line.bank_reference) == (
        4819, "RECIBO 42", "0000000042 AV2026-000042",
    )  # fmt: skip


def test_a_cuaderno_57_typed_by_hand():
    """
    48.19 at a counter, 10.00 taken back: 38.19 for suffix 501.
    """
    blank, zeros = b" " * 10, b"0" * 19
    data = b"\n".join(
        (
            b"017057013 58818501    2100" + blank + b"041126",
            b"0270      58818501501 2100" + blank + b"041126",
            b"6070      588185015011210004180311260000000048192011260" + zeros + b"  2026000004258",
            b"6070      588185015011210004180311260000000010002011260" + zeros + b" 12026000004159",
            b"8070      58818501501 000004        000000003819",
            b"9070      58818501    000006        000000003819",
        )
    )
    [one] = read(data)
    assert [(line.amount_minor, line.remittance) for line in one.lines] == [
        (4819, "2026000004258"), (-1000, "2026000004159"),
    ]  # fmt: skip
    assert (one.account, one.number) == ("58818501-501", "2100-20261104")
