"""Each format, on a file that stands in the tests."""

from datetime import date

import pytest
from tests.unit.bankfiles import literals, writers
from tests.unit.bankfiles.writers import Paid

from mains.bankfiles.profiles import Profile
from mains.bankfiles.recognise import read
from mains.bankfiles.unreadable import Reason, UnreadableFile

EUROPEAN = Profile(
    date="Día",
    amount="Importe",
    texts=("Texto",),
    currency_column="Moneda",
    date_format="%d.%m.%Y",
    decimal=",",
    thousands=".",
    delimiter=";",
    account="ES91",
)


def refused(data: bytes, **given) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as error:
        read(data, **given)
    return error.value


class TestCamt:
    def test_gives_balances_and_one_line_for_each_part_of_a_batch(self):
        [one] = read(literals.CAMT)

        assert (one.account, one.currency, one.number) == (
            "ES9121000418450200051332", "EUR", "2026-041",
        )  # fmt: skip
        assert (one.opening_minor, one.closing_minor, one.missing_minor) == (-10000, 473, 0)
        first, second, third = one.lines
        assert (first.amount_minor, second.amount_minor, third.amount_minor) == (4819, 6154, -500)
        assert (first.booking_date, first.value_date) == (date(2026, 11, 3), date(2026, 11, 4))
        assert (first.end_to_end_id, first.remittance) == ("AV2026-000042", "RF18539007547034")
        assert (first.payer_name, first.payer_iban) == ("Ana Ruiz", "ES7921000813610123456789")
        assert (second.end_to_end_id, second.text) == ("", "water bill")
        assert first.entry_reference == second.entry_reference == "B77"

    def test_tells_what_was_returned_why_and_from_whom(self):
        line = read(literals.CAMT)[0].lines[2]

        assert (line.return_reason, line.is_reversal, line.mandate_reference) == (
            "AM04", True, "M-9",
        )  # fmt: skip
        assert (line.payer_name, line.end_to_end_id) == ("Jon Gil", "DD-9")

    def test_leaves_out_what_is_not_booked(self):
        assert len(read(literals.CAMT)[0].lines) == 3
        booked = literals.CAMT.replace(b"PDNG", b"BOOK")
        assert len(read(booked)[0].lines) == 4

    def test_refuses_a_batch_that_is_not_the_sum_of_its_parts(self):
        wrong = literals.CAMT.replace(b">61.54<", b">61.53<")

        assert refused(wrong).reason is Reason.BATCH
        assert refused(wrong).line == 12

    def test_refuses_a_summary_that_does_not_fit(self):
        wrong = literals.CAMT.replace(b"<Sum>152.92<", b"<Sum>152.93<")

        assert refused(wrong).reason is Reason.TOTALS

    @pytest.mark.parametrize("version", ["053.001.02", "052.001.06", "054.001.13"])
    def test_is_read_in_every_version(self, version):
        other = literals.CAMT.replace(b"053.001.08", version.encode())
        assert read(other) == read(literals.CAMT)

    def test_an_entry_without_parts_is_one_line(self):
        [one] = read(writers.camt([Paid(date(2026, 1, 2), 500, "x", "R1")]))
        assert [(line.amount_minor, line.text) for line in one.lines] == [(500, "x")]


class TestMt940:
    def test_gives_what_stands_in_the_fields(self):
        [one] = read(literals.MT940)

        assert (one.account, one.currency, one.number) == ("12345678/1020304050", "EUR", "17/1")
        assert (one.opening_minor, one.closing_minor, one.missing_minor) == (100000, 104319, 0)
        first, second = one.lines
        assert (first.amount_minor, first.bank_reference) == (4819, "77001")
        assert (first.end_to_end_id, first.text) == ("AV2026-000042", "RF18539007547034 Wasser")
        assert (first.payer_name, first.payer_iban) == ("Jörg Weiß", "DE89370400440532013000")
        assert (second.booking_date, second.value_date) == (date(2026, 11, 3), date(2026, 11, 4))

    def test_keeps_a_word_on_the_whole_out_of_its_last_line(self):
        assert read(literals.MT940)[0].lines[1].text == "Gebühren"

    def test_takes_a_reversed_credit_off(self):
        back = literals.MT940.replace(b"1103CR48,19", b"1103RC48,19")
        line = read(back)[0].lines[0]
        assert (line.amount_minor, line.is_reversal) == (-4819, True)

    @pytest.mark.parametrize("encoding", ["cp1252", "cp852", "utf-8-sig"])
    def test_is_read_in_the_encodings_that_banks_use(self, encoding):
        data = literals.MT940.decode().encode(encoding)
        # A file with letters of one old encoding that are none in the other.
        assert read(data)[0].lines[0].payer_name in {"Jörg Weiß", "J\u201drg Weiá"}
        assert [line.key for line in read(data)[0].lines] == [
            line.key for line in read(literals.MT940)[0].lines
        ]

    def test_rounds_the_hundredths_of_a_forint(self):
        data = literals.MT940.replace(b"EUR", b"HUF").replace(b"D5,00", b"D3892,77")
        assert read(data)[0].lines[1].amount_minor == -3893

    @pytest.mark.parametrize(
        ("was", "becomes", "reason"),
        [
            (b"CR48,19", b"CRx48,19", Reason.BROKEN),
            (b":61:2611031103", b":61:2613031103", Reason.DATE),
            (b"CR48,19", b"CR48,19,1", Reason.AMOUNT),
            (b"CR48,19", b"CR48,195", Reason.AMOUNT),
            (b"EUR", b"XTS", Reason.CURRENCY),
        ],
    )
    def test_refuses_what_is_no_line(self, was, becomes, reason):
        error = refused(literals.MT940.replace(was, becomes))
        assert (error.reason, error.line) == (reason, 1)

    def test_refuses_notes_without_end(self):
        notes = b":86:and so on\n" * 101
        assert refused(literals.MT940.replace(b":62F:", notes + b":62F:")).reason is Reason.BROKEN

    def test_never_reads_the_file_that_its_text_names(self, tmp_path):
        path = tmp_path / "statement"
        path.write_bytes(literals.MT940)
        assert refused(str(path).encode()).reason is Reason.FORMAT


class TestOfx:
    def test_reads_fields_without_ends(self):
        [one] = read(literals.OFX)

        assert (one.account, one.currency, one.closing_minor) == ("0200051332", "EUR", 4319)
        assert (one.first_date, one.last_date) == (date(2026, 11, 1), date(2026, 11, 5))
        first, second = one.lines
        assert (first.amount_minor, first.payer_name, first.text) == (
            4819, "Ana & Jon", "AV2026-000042",
        )  # fmt: skip
        assert (second.amount_minor, second.booking_date) == (-500, date(2026, 11, 4))

    @pytest.mark.parametrize("gone", [b"</OFX>", b"</STMTTRN>", b"<STMTTRN>", b"<CURDEF>EUR"])
    def test_refuses_what_runs_on(self, gone):
        assert refused(literals.OFX.replace(gone, b"", 1)).reason in {
            Reason.BROKEN, Reason.CURRENCY,
        }  # fmt: skip


class TestCsv:
    def test_is_read_by_its_profile(self):
        [one] = read(literals.CSV, profile=EUROPEAN)

        assert (one.account, one.currency) == ("ES91", "EUR")
        assert [(line.amount_minor, line.text) for line in one.lines] == [
            (104819, "Recibo 42"), (-500, "Baja"),
        ]  # fmt: skip

    def test_is_unknown_without_one(self):
        assert refused(literals.CSV).reason is Reason.FORMAT

    def test_a_profile_leaves_other_formats_alone(self):
        assert read(literals.CAMT, profile=EUROPEAN) == read(literals.CAMT)

    @pytest.mark.parametrize(
        ("was", "becomes", "reason", "line"),
        [
            ("Importe", "Amount", Reason.COLUMNS, 1),
            ("1.048,19", "1.048,195", Reason.AMOUNT, 2),
            ("-5", "five", Reason.AMOUNT, 3),
            ("04.11.2026", "31.11.2026", Reason.DATE, 3),
            ("Baja;-5;EUR", "Baja", Reason.COLUMNS, 3),
            ("Baja", '"Baja', Reason.BROKEN, 3),
        ],
    )
    def test_refuses_what_does_not_fit(self, was, becomes, reason, line):
        data = literals.CSV.decode("cp1252").replace(was, becomes).encode("cp1252")
        error = refused(data, profile=EUROPEAN)
        assert (error.reason, error.line) == (reason, line)


class TestAFile:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", Reason.EMPTY),
            (b" \r\n", Reason.EMPTY),
            (b"x" * 20_000_001, Reason.TOO_BIG),
            (b"hello", Reason.FORMAT),
            (b"<a/>", Reason.FORMAT),
            (b"<a>", Reason.BROKEN),
            (b"\x00\xff\xfe", Reason.FORMAT),
        ],
    )
    def test_is_refused_for_what_it_is_not(self, data, reason):
        assert refused(data).reason is reason

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize(
        "declared",
        [
            '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
            '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">',
            '<!ENTITY d SYSTEM "file:///etc/hostname">',
        ],
    )
    def test_declares_nothing(self, declared, encoding):
        body = literals.CAMT.decode().split("?>", 1)[1].replace("water bill", "&d;")
        evil = f'<?xml version="1.0"?><!DOCTYPE Document [{declared}]>{body}'

        assert refused(evil.encode(encoding)).reason is Reason.DECLARATIONS

    def test_of_ofx_declares_nothing_either(self):
        evil = literals.OFX.replace(b"<OFX>", b'<!DOCTYPE OFX [<!ENTITY d "x">]><OFX>')
        assert refused(evil).reason is Reason.DECLARATIONS
