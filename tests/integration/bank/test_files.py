"""Files of every format: twice is once, a batch is booked once, and what is not ours is refused."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.integration.bank.world import NOW, TODAY, World, camt, csv

pytestmark = pytest.mark.usefixtures("tenant")
BANK = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "bank"
SAMPLES = sorted(
    path.relative_to(BANK).as_posix()
    for path in BANK.glob("**/*")
    if path.is_file() and path.suffix not in {".yml", ".xsd", ".txt"}
)
# What may be refused: no file of a bank, nothing in it, or a profile that is not for it.
REFUSED = {"test_ofx_wrong.ofx", "empty_statement_en.csv", "original_currency_empty.csv",
           "ASNB__0708271685_09022020_164516.940.txt"}  # fmt: skip
PROFILES = {
    "balance.csv": "signed", "debit_credit.csv": "marked",
    "debit_credit_amount.csv": "two_columns",
    "meta_data_separated_credit_debit.csv": "framed",
    "multi_currency.csv": "signed_with_currency", "original_currency.csv": "signed_with_currency",
    "original_currency_no_header.csv": "by_position",
    "sample_statement_credit_card_inverse_sign_en.csv": "card",
    "sample_statement_en.csv": "signed_with_currency",
}  # fmt: skip


def lines():
    from mains.payments.models import BankLine

    return list(BankLine.objects.select_related("payment", "company").order_by("pk"))


@pytest.fixture
def world():
    return World()


def any_currency(world, monkeypatch):
    """
    Let a company have a bank account of any number and currency, as the samples' have.
    """
    from mains.payments.bank import importing

    plain = importing.Account.objects.filter
    world.company.iban = ""
    world.company.save()
    monkeypatch.setattr(importing.Account.objects, "filter", lambda **given: plain(**given).none())


@pytest.mark.skipif(not SAMPLES, reason="the samples are not here")
def test_every_sample_imports_once(world, monkeypatch):
    any_currency(world, monkeypatch)
    seen = 0
    for sample in SAMPLES:
        content, name = (BANK / sample).read_bytes(), sample.rpartition("/")[2]
        profile = PROFILES.get(name, "")
        first = world.take(content, profile=profile, currency="EUR")
        if first["step"] == "REFUSED":
            assert name in REFUSED, (name, first["trouble"])
            continue
        before = len(lines())
        again = world.take(content, profile=profile, currency="EUR")
        assert again["report"]["new"] == 0, name
        assert len(lines()) == before
        seen += first["report"]["new"]
    assert seen == len(lines()) > 50
    credits = sum(line.amount_minor for line in lines() if line.amount_minor > 0)
    booked = sum(line.payment.amount_minor for line in lines() if line.payment)
    assert booked == credits


MT940 = """:20:1
:25:{account}
:28C:1/1
:60F:C261101EUR100,00
:61:2611031103C7,77NTRFNONREF//B1
:86:who knows
:62F:C261103EUR107,77
"""
NORMA_43 = "\n".join(
    record.ljust(80)
    for record in (
        "11210004180200051332261101261103200000000010000978" "3AGUA VIVA",
        "22    0418261103261103020002" "00000000000777" + "0" * 22,
        "33210004180200051332" "00000" "00000000000000" "00001" "00000000000777" "2"
        "00000000010777" "978",
        "88" + "9" * 18 + "000003",
    )
)  # fmt: skip
OFX = """OFXHEADER:100
<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>{account}
</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261103<TRNAMT>7.77<FITID>F1
<NAME>Anna<MEMO>who knows</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


@pytest.mark.parametrize(
    ("content", "profile"),
    [
        (MT940.format(account="ES9121000418450200051332"), ""),
        (OFX.format(account="ES9121000418450200051332"), ""),
        (NORMA_43, ""),
        (csv((777, "who knows")), "signed_with_currency"),
        (camt([("R1", [("E1", 777, "who knows")])], account="ES9121000418450200051332"), ""),
        (camt([("R1", [("E1", 777, "who knows")])], kind="54"), ""),
    ],
    ids=["mt940", "ofx", "norma43", "csv", "camt053", "camt054"],
)
def test_a_line_of_each_format_is_money_once(world, content, profile):
    world.company.iban = "ES9121000418450200051332"
    world.company.save()
    notes = [world.take(content, profile=profile) for _ in range(2)]

    assert [note["step"] for note in notes] == ["DONE", "DONE"], notes
    assert [note["report"]["new"] for note in notes] == [1, 0]
    (line,) = lines()
    assert (line.amount_minor, line.state) == (777, "OPEN")
    assert world.ledger("bank") == 777


def cuaderno_57(world, rows):
    """
    Return a file of counters with (bill, cancelled?) for each row.
    """
    from mains.billing import queries
    from mains.core.money import Money
    from mains.references import cuaderno_57 as scheme
    from mains.references.payable import Payable, payee_of

    records = []
    own = world.company.payment_codes["cuaderno_57"]
    issuer = f"{own['issuer'].zfill(8)}{own['suffix']}"
    for bill, cancelled in rows:
        payee = payee_of(queries.facts(bill_id=bill.pk)["company"])
        payable = Payable(bill.number, Money(bill.total_minor, "EUR"), bill.due_date)
        fields = scheme.printed(payable, payee).fields
        record = f"6070    00{issuer}"
        record = record[:10].ljust(10) + issuer + "2" + "2100" + "0418"
        record += f"{TODAY:%d%m%y}{bill.total_minor:012d}{fields['identification']:>6}"
        record = record.ljust(75) + ("1" if cancelled else "0")
        records.append((record + fields["reference"].replace("-", "")).ljust(100))
    total = sum(-bill.total_minor if gone else bill.total_minor for bill, gone in rows)
    mark = "1" if total < 0 else "0"
    file = f"017057013 {TODAY:%d%m%y}".ljust(100)
    head = ("0270".ljust(10) + issuer + " 2100".ljust(15) + f"{TODAY:%d%m%y}").ljust(100)
    sums = [
        (f"{kind}70".ljust(10) + (issuer if kind == "80" else " " * 11)).ljust(22)
        + f"{count:06d}".ljust(14) + f"{abs(total):012d}".ljust(39) + mark
        for kind, count in (("80", len(records) + 2), ("90", len(records) + 4))
    ]  # fmt: skip
    return "\n".join([file, head, *records, *(one.ljust(100) for one in sums)]) + "\n"


def test_what_counters_collected_is_booked_and_what_they_cancelled_taken_back(world):
    from mains.payments.bank import deeds

    bill, other = world.bills[:2]
    note = world.take(cuaderno_57(world, [(bill, False), (other, False), (other, True)]))

    assert note["step"] == "DONE", note
    assert [line.way for line in lines()] == ["BILLS", "BILLS", "CANCELLED"]
    assert (world.owed(bill), world.owed(other)) == (0, other.total_minor)
    assert (world.ledger("bank"), world.ledger("clearing", "cuaderno_57")) == (0, bill.total_minor)

    # Later the bank pays all of it out as one sum.
    world.take(csv((bill.total_minor, "Cuaderno 57", "Banco")), profile="signed_with_currency")
    line = lines()[-1]
    deeds.pay_out(world.deed(line), clearing="cuaderno_57")
    assert (world.ledger("bank"), world.ledger("clearing", "cuaderno_57")) == (bill.total_minor, 0)
    assert world.ledger("suspense") == 0


WHOLE = camt([("B1", [("", 300, None)])])
PARTS = camt([("B1", [("E1", 100, "a"), ("E2", 200, "b")])], kind="54")


def test_parts_after_their_sum_take_its_place(world):
    world.take(WHOLE)
    assert world.ledger("bank") == 300
    assert world.take(PARTS)["report"]["new"] == 2
    assert sorted(line.amount_minor for line in lines()) == [100, 200]
    assert (world.ledger("bank"), world.ledger("suspense")) == (300, -300)
    again = world.take(WHOLE)["report"]
    assert (again["new"], again["elsewhere"], again["known"]) == (0, 1, 0)
    assert world.take(PARTS)["report"]["known"] == 2
    assert world.ledger("bank") == 300


def test_a_sum_after_its_parts_is_left_out(world):
    world.take(PARTS)
    assert world.take(WHOLE)["report"]["elsewhere"] == 1
    assert world.ledger("bank") == 300


def test_parts_of_a_sum_that_was_placed_are_left_out(world):
    from mains.payments.bank import deeds

    world.take(WHOLE)
    (line,) = lines()
    deeds.book(world.deed(line), parts=[], credits=[(world.bills[0].account_id, 300)])
    assert world.take(PARTS)["report"]["elsewhere"] == 2
    assert [line.amount_minor for line in lines()] == [300]


def test_another_account_and_another_currency_are_refused_whole(world):
    world.company.iban = "ES9121000418450200051332"
    world.company.save()
    other = world.take(camt([("R1", [("E1", 5, "a")])], account="ES7921000813610123456789"))
    dollars = world.take(csv((5, "a"), currency="USD"), profile="signed_with_currency")
    broken = world.take("what is this")

    troubles = [(note["step"], note["trouble"]["reason"]) for note in (other, dollars, broken)]
    assert troubles == [("REFUSED", "account"), ("REFUSED", "currency"), ("REFUSED", "format")]
    assert other["trouble"]["found"] == "ES7921000813610123456789"
    assert lines() == []


def test_a_file_without_a_currency_is_read_only_as_somebody_says(world):
    content = "\n".join(row for row in MT940.format(account="1").split("\n") if "EUR" not in row)
    assert world.take(content)["trouble"]["reason"] == "no_currency"
    assert world.take(content, currency="EUR")["report"]["new"] == 1
    (line,) = lines()
    assert (line.amount_minor, line.currency) == (777, "EUR")


def test_a_gap_between_statements_is_told_until_the_missing_one_comes(world):
    from mains.journeys import bank_desk

    days = [TODAY - timedelta(days=back) for back in (4, 3, 2)]
    balances = [(0, 100), (100, 200), (200, 300)]

    def taken(position):
        opening, closing = balances[position]
        day = days[position]
        world.take(
            camt(
                [(f"R{day}", [("", 100, "x")])],
                opening=opening,
                closing=closing,
                day=day,
                number=str(day),
            )
        )
        files = bank_desk.latest(now=NOW)[::-1]
        return [bank_desk.statements(file=file, now=NOW)[0]["before"] for file in files]

    assert taken(0) == [None]
    assert taken(2) == [None, 100]
    assert taken(1) == [None, None, None]


def test_lines_that_do_not_lead_from_one_balance_to_the_other_are_told(world):
    content = camt([("R1", [("", 100, "x")])], opening=0, closing=250)
    assert world.take(content)["report"]["statements"][0]["missing"] == 150


def test_a_large_file_is_a_workers(world, monkeypatch):
    from mains.journeys import bank_desk, jobs

    sent = []
    monkeypatch.setattr(type(jobs.READ_BANK_FILE), "send", lambda _job, **ids: sent.append(ids))
    monkeypatch.setattr(bank_desk, "BYTES_AT_ONCE", 10)
    assert world.take(csv((1, "a")), profile="signed_with_currency")["step"] == "READING"
    assert lines() == []
    bank_desk.work_on(tenant=world.tenant, name=sent[0]["name"], now=NOW)
    assert len(lines()) == 1


def test_the_file_is_kept_as_long_as_bookings_are(world):
    from mains.documents.models import StoredFile

    world.take(csv((1, "a")), profile="signed_with_currency")
    world.take("what is this")
    ends = list(
        StoredFile.objects.filter(kind="bank-file")
        .order_by("pk")
        .values_list("expires_at", flat=True)
    )
    years = world.tenant.file.privacy.retention_years
    assert ends[0].date() == date(TODAY.year + years + 1, 1, 1)
    assert ends[1] == NOW + timedelta(days=7)
