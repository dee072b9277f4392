"""Every file of ../shared/data/bank, against what others read in it."""

import ast
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.bankfiles import samples

from mains.bankfiles.profiles import PROFILES
from mains.bankfiles.recognise import read
from mains.bankfiles.unreadable import Reason, UnreadableFile
from mains.bankfiles.values import minor_of

pytestmark = samples.needed
STATEMENTS = sorted(samples.MT940.glob("*.sta"))
WITHOUT_DUMP = "self-provided__whitespace.sta"
DUMPED = [path for path in STATEMENTS if path.name != WITHOUT_DUMP]
WITHOUT_STATEMENT = {
    "self-provided__transaction_details_wrapped.yml", "self-provided__wrapped_timestamp.yml",
}  # fmt: skip
PLAIN = sorted(
    [
        *STATEMENTS,
        *samples.MT940.glob("*.txt"),
        *samples.FOLDER.glob("camt/*.xml"),
        *samples.FOLDER.glob("norma43/*.n43"),
        *samples.FOLDER.glob("csv-ofx/test_ofx*.ofx"),
    ]
)
# By profile: currency, amounts in hundredths, and a word of the last text, payer or reference.
CSV = {
    "balance.csv": ("signed", ["USD"], [-3350, 153350], "Your payment"),
    "debit_credit.csv": ("marked", ["USD"], [-3350, 153350], "Your payment"),
    "debit_credit_amount.csv": (
        "two_columns", ["USD"], [2000, 1350, -3350, -150000], "Debit 1500",
    ),
    "meta_data_separated_credit_debit.csv": (
        "framed", ["EUR"], [-5000, -10000, -8068, 130000], "LABEL 4\nDETAILS 3",
    ),
    "multi_currency.csv": ("signed_with_currency", ["USD", "EUR"], [-3350, 152500], "Your payment"),
    "original_currency.csv": ("signed_with_currency", ["EUR"], [152500], "Your payment"),
    "original_currency_empty.csv": ("signed_with_currency", ["EUR"], [152500], "Your payment"),
    "original_currency_no_header.csv": ("by_position", ["EUR"], [152500], "Your payment"),
    "sample_statement_en.csv": (
        "signed_with_currency", ["USD", "EUR"], [-3350, 152500], "Your payment on 12/15/2018",
    ),
    "sample_statement_credit_card_inverse_sign_en.csv": (
        "card", ["USD", "EUR"], [-3350, 152500], "LABEL 2",
    ),
}  # fmt: skip


def lines_of(statements):
    return [line for one in statements for line in one.lines]


class TestMt940:
    def test_every_file_has_its_dump_but_one_and_every_dump_its_file_but_two(self):
        dumps = {path.name for path in samples.MT940.glob("*.yml")}
        assert dumps - {path.with_suffix(".yml").name for path in DUMPED} == WITHOUT_STATEMENT
        assert {path.name for path in DUMPED} == {
            path.name for path in STATEMENTS if path.with_suffix(".yml").name in dumps
        }
        assert len(DUMPED) == 23

    @pytest.mark.parametrize("path", DUMPED, ids=lambda path: path.stem)
    def test_statements_equal_their_dump(self, path):
        statements = read(path.read_bytes())
        data, lines = samples.dump_of(path.with_suffix(".yml"))
        last, found = statements[-1], lines_of(statements)

        assert last.account == data.get("account_identification", "").strip()
        assert last.number == "/".join(
            filter(None, (data.get("statement_number"), data.get("sequence_number")))
        )
        # A dump holds all statements of its file as one: of pages, the last one is compared.
        openings = {
            _minor(data[name])
            for name in ("final_opening_balance", "intermediate_opening_balance")
            if name in data
        }
        closings = {
            _minor(data[name])
            for name in ("final_closing_balance", "intermediate_closing_balance")
            if name in data
        }
        assert last.opening_minor in (openings or {None})
        assert last.closing_minor in (closings or {None})
        assert len(found) == len(lines)
        for line, dumped in zip(found, lines, strict=True):
            _equal(line, dumped)

    def test_a_word_on_the_whole_was_part_of_the_last_line(self):
        # The dump has the totals of the statement behind the text of its last line.
        path = samples.MT940 / "jejik__ing.sta"
        dumped = samples.dump_of(path.with_suffix(".yml"))[1][-1]["transaction_details"]
        text = lines_of(read(path.read_bytes()))[-1].text
        assert dumped.startswith(text)
        assert dumped.removeprefix(text).strip() == "D000004C000002D25,24C28,71\n-XXX"

    def test_the_file_without_a_dump(self):
        [one] = read((samples.MT940 / WITHOUT_DUMP).read_bytes())
        [line] = one.lines
        assert (line.amount_minor, line.payer_iban) == (-23315, "9003932309")
        assert line.text == "ERSTATTUNG AUSLANDSEINSATZENTGELT FUER VISA 4998 XXXXXXXX 1234"

    def test_the_long_references_of_asn_add_up(self):
        [path] = samples.MT940.glob("ASNB*")
        statements = read(path.read_bytes())
        assert (len(statements), len(lines_of(statements))) == (31, 8)
        assert {one.missing_minor for one in statements} == {0}
        assert statements[-1].closing_minor == 50123


def _minor(dumped):
    amount = dumped["amount"]
    return minor_of(f"{amount['amount']:f}", amount["currency"])


def _equal(line, dumped) -> None:
    amount = dumped["amount"]
    assert line.currency == (amount["currency"] or "")
    assert line.amount_minor == minor_of(f"{amount['amount']:f}", line.currency)
    assert line.value_date == dumped["date"]
    assert line.booking_date == (dumped.get("entry_date") or dumped["date"])
    assert line.is_reversal == (dumped["status"] in {"RC", "RD"})
    for name, field in (
        ("end_to_end_reference", "end_to_end_id"),
        ("additional_position_reference", "mandate_reference"),
        ("applicant_name", "payer_name"),
        ("applicant_iban", "payer_iban"),
    ):
        assert getattr(line, field) == (dumped.get(name) or "").strip()
    _equal_references(line, dumped)
    for name in ("purpose", "transaction_details", "additional_purpose", "non_swift_text"):
        text = (dumped.get(name) or "").split("\nD000004C000002D25,24C28,71")[0]
        assert text.strip() in line.text


def _equal_references(line, dumped) -> None:
    """
    Compare the bank's reference: where the dump cut it at 16 characters, its end.
    """
    reference, rest = dumped.get("bank_reference") or "", dumped["extra_details"]
    reference = "" if reference == "NONREF" else reference
    if reference or not line.bank_reference:
        assert line.bank_reference == reference
    else:
        assert rest
        assert line.bank_reference.endswith(rest)


class TestCamt:
    @pytest.mark.parametrize("kind", ["053", "054"])
    def test_statements_equal_their_dump(self, kind):
        [one] = read((samples.FOLDER / f"camt/oca-test-camt{kind}.xml").read_bytes())
        dump = samples.FOLDER / f"camt/oca-golden-camt{kind}.pydata.txt"
        currency, account, [golden] = ast.literal_eval(dump.read_text(encoding="utf-8"))

        assert (one.currency, one.account, one.number) == (currency, account, golden["name"])
        # It says zero where a file has no balance.
        assert [(minor or 0) for minor in (one.opening_minor, one.closing_minor)] == [
            _cents(golden[name]) for name in ("balance_start", "balance_end_real")
        ]
        assert len(one.lines) == len(golden["transactions"])
        for line, dumped in zip(one.lines, golden["transactions"], strict=True):
            notes = _notes(dumped["narration"])
            assert line.amount_minor == _cents(dumped["amount"])
            assert line.booking_date == date.fromisoformat(dumped["date"])
            assert (line.payer_name, line.payer_iban, line.bank_code) == (
                dumped["partner_name"], dumped["account_number"], dumped["transaction_type"],
            )  # fmt: skip
            assert (line.remittance or line.end_to_end_id) == dumped["ref"]
            assert line.end_to_end_id == notes["End To End Id (Refs/EndToEndId)"]
            assert line.return_reason == notes.get("Return Reason Code (RtrInf/Rsn/Cd)", "")
            assert line.is_reversal == (notes.get("Reversal Indicator (RvslInd)") == "true")
            assert notes.get("Unstructured Reference (RmtInf/Ustrd)", "") in line.text
            assert notes.get("Additional Transaction Information (AddtlTxInf)", "") in line.text
            reference = notes.get("Account Servicer Reference (Refs/AcctSvcrRef)", "")
            assert line.bank_reference == reference

    def test_returned_debits_name_their_mandates(self):
        [one] = read((samples.FOLDER / "camt/oca-test-camt053.xml").read_bytes())
        back = [line for line in one.lines if line.return_reason == "AC06"]
        assert [(line.amount_minor, line.mandate_reference[-2:]) for line in back] == [
            (-56405, ".1"), (-10000, ".2"),
        ]  # fmt: skip


def _cents(euros: float) -> int:
    return int(Decimal(str(euros)) * 100)


def _notes(narration: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in narration.splitlines())


def test_the_account_of_norma_43():
    [one] = read((samples.FOLDER / "norma43/test.n43").read_bytes())

    assert (one.opening_minor, one.closing_minor, one.missing_minor) == (0, 10196, 0)
    assert (one.first_date, one.last_date) == (date(2016, 2, 1), date(2016, 5, 31))
    assert [line.amount_minor for line in one.lines] == [-3, -17830, 28029, 0]
    assert [line.booking_date.day for line in one.lines] == [26, 12, 16, 16]
    assert one.lines[0].bank_reference == "5540014210128010"
    assert one.lines[1].text.endswith("TEST PARTNER N43")


@pytest.mark.parametrize("name", CSV)
def test_every_csv_by_its_profile(name):
    profile, currencies, amounts, text = CSV[name]
    statements = read((samples.FOLDER / "csv-ofx" / name).read_bytes(), profile=PROFILES[profile])

    assert [one.currency for one in statements] == currencies
    assert [line.amount_minor for line in lines_of(statements)] == amounts
    assert lines_of(statements)[-1].text == text


def test_every_csv_is_named_here_but_the_empty_one():
    names = {path.name for path in samples.FOLDER.glob("csv-ofx/*.csv")}
    assert names - set(CSV) == {"empty_statement_en.csv"}
    empty = samples.FOLDER / "csv-ofx/empty_statement_en.csv"
    with pytest.raises(UnreadableFile) as error:
        read(empty.read_bytes(), profile=PROFILES["signed_with_currency"])
    assert error.value.reason is Reason.EMPTY


@pytest.mark.parametrize(
    ("name", "account"), [("test_ofx.ofx", "123456"), ("test_ofx_iban.ofx", "12345678901")]
)
def test_ofx(name, account):
    bank, card = read((samples.FOLDER / "csv-ofx" / name).read_bytes())

    assert (bank.account, bank.currency, bank.closing_minor) == (account, "USD", 215656)
    assert [line.amount_minor for line in bank.lines] == [-8000, -9000, -10000, -9000]
    assert bank.lines[0].payer_name == "Agrolait"
    assert (card.account, card.closing_minor, card.lines) == ("123412341234", -56200, ())


def test_an_ofx_without_its_currency_is_refused():
    with pytest.raises(UnreadableFile) as error:
        read((samples.FOLDER / "csv-ofx/test_ofx_wrong.ofx").read_bytes())
    assert error.value.reason is Reason.CURRENCY


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_a_second_import_adds_nothing(path):
    if path.name == "test_ofx_wrong.ofx":
        return
    once, again = (lines_of(read(path.read_bytes())) for _ in range(2))
    assert len({line.key for line in once}) == len(once)
    assert {line.key for line in again} == {line.key for line in once}
