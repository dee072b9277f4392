"""References: made by the norm, read back, and every single wrong digit found where one can be."""

from datetime import date

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from mains.core.money import Money
from mains.references import (
    bollettino_896,
    cuaderno_57,
    pagopa,
    reference_731,
    rf,
    schemes,
)
from mains.references.payable import (
    Check,
    Payable,
    Payee,
    Typed,
    WrongReference,
    digits_of,
    document_number,
    is_document,
    payee_of,
)

ITALIAN = {
    "pagopa": {
        "aux_digit": "3",
        "application_code": "01",
        "creditor_tax_id": "83000390019",
        "cbill": "ABCDE",
    },
    "bollettino_896": {"account": "12345674", "prefix": "30190"},
}
SPANISH = {
    "cuaderno_57": {"issuer": "22350466", "suffix": "501", "cpr": "90507", "days_after_due": 0}
}
BALTIC = {"reference_731": {"prefix": ""}}
BILL = Payable("AV2026-000042", Money(4819, "EUR"), date(2026, 11, 20))


def payee(codes, code="one") -> Payee:
    return Payee(code, "Aguaviva", "ES9121000418450200051332", "A58818501", codes)


def with_wrong_digit(text: str, at: int, by: int) -> str:
    places = [place for place, character in enumerate(text) if character.isdecimal()]
    place = places[at % len(places)]
    return text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]


class TestElevenDigits:
    @pytest.mark.parametrize(
        ("number", "digits"),
        [
            ("AV2026-000042", "20260000042"),
            ("AV2026000042", "20260000042"),
            ("DT1999-1234567", "19991234567"),
            ("90000000042", "90000000042"),
            ("AV26-42", None),
            ("AV9026-000042", None),
            ("12026000042", None),
            ("", None),
        ],
    )
    def test_of_a_number(self, number, digits):
        assert digits_of(number) == digits

    def test_a_document_is_told_from_every_bill(self):
        assert document_number(document_id=42) == "90000000042"
        assert is_document("90000000042")
        assert not is_document("20260000042")

    def test_facts_from_before_there_were_codes_have_none(self):
        found = payee_of({"name": "A", "tax_id": "B", "iban": "ES91 2100", "address": "C"})

        assert found == Payee("", "A", "ES912100", "B", {})


class TestCuaderno57:
    def test_the_norms_own_example(self):
        assert (
            cuaderno_57.check_digits(
                issuer="1234567",
                suffix="023",
                reference="12345678901",
                identification="123456",
                amount_minor=654_321,
            )
            == "74"
        )

    def test_no_rest_gives_noughts(self):
        assert (
            cuaderno_57.check_digits(
                issuer="97", suffix="0", reference="0", identification="0", amount_minor=97
            )
            == "00"
        )

    @pytest.mark.seed("S1.31")
    def test_what_is_printed_of_a_bill(self):
        found = cuaderno_57.printed(BILL, payee(SPANISH))

        assert found.fields == {
            "cpr": "90507",
            "issuer": "22350466-501",
            "reference": "20260000042-71",
            "identification": "201126",
        }
        assert found.code == "9050722350466501202600000427120112600000048190"

    def test_a_published_barcode_is_read(self):
        text = "9050722350466501000000000156830081500000053980"

        found = cuaderno_57.read(text, payee(SPANISH))

        assert found == Typed("one", "00000000015", 5398, date(2015, 8, 30))

    def test_days_after_the_due_date_are_printed_but_not_of_a_document(self):
        later = {"cuaderno_57": {**SPANISH["cuaderno_57"], "days_after_due": 30}}
        document = BILL._replace(number="90000000042")

        assert cuaderno_57.last_date(BILL, payee(later)) == date(2026, 12, 20)
        assert cuaderno_57.last_date(document, payee(later)) == date(2026, 11, 20)

    def test_below_500_no_day_is_controlled(self):
        low = payee({"cuaderno_57": {**SPANISH["cuaderno_57"], "suffix": "499"}})

        assert cuaderno_57.last_date(BILL, low) is None
        assert cuaderno_57.read(cuaderno_57.printed(BILL, low).code, low).last_date is None

    @pytest.mark.parametrize("text", ["90507", "90507" + "1" * 40, "90507" + "1" * 42])
    def test_a_code_of_another_length_is_told_so(self, text):
        with pytest.raises(WrongReference) as wrong:
            cuaderno_57.read(text, payee(SPANISH))

        assert wrong.value.check is Check.LENGTH

    def test_another_issuer_is_not_ours(self):
        other = {"cuaderno_57": {**SPANISH["cuaderno_57"], "suffix": "502"}}
        code = cuaderno_57.printed(BILL, payee(SPANISH)).code

        with pytest.raises(WrongReference) as wrong:
            cuaderno_57.read(code, payee(other))

        assert wrong.value.check is Check.ISSUER

    def test_an_identification_that_is_no_day_is_a_typing_error(self):
        fields = {
            "cpr": "90507", "issuer": "22350466501", "identification": "311126", "amount_minor": 1,
        }  # fmt: skip
        check = cuaderno_57.check_digits(
            issuer="22350466",
            suffix="501",
            reference="20260000042",
            identification="311126",
            amount_minor=1,
        )
        with pytest.raises(WrongReference):
            cuaderno_57.read_fields(**fields, reference=f"20260000042{check}", payee=payee(SPANISH))

    def test_an_amount_of_eleven_digits_has_no_barcode(self):
        assert (
            cuaderno_57.printed(BILL._replace(amount=Money(10**10, "EUR")), payee(SPANISH)) is None
        )


class TestCreditorReference:
    def test_a_published_one_is_read(self):
        assert rf.read("RF18539007547034", payee({})).digits == "539007547034"

    def test_its_neighbour_is_not(self):
        with pytest.raises(WrongReference) as wrong:
            rf.read("RF19539007547034", payee({}))

        assert wrong.value.check is Check.DIGITS

    def test_of_a_bill(self):
        assert rf.printed(BILL, payee({})).fields == {"reference": "RF03AV2026000042"}
        assert rf.read("RF03AV2026000042", payee({})) == Typed("one", "20260000042")

    def test_without_a_bank_account_none_is_printed(self):
        assert rf.printed(BILL, payee({})._replace(iban="")) is None

    @pytest.mark.parametrize("text", ["RF18", "RF18" + "1" * 22, "RF18Ä"])
    def test_a_wrong_length(self, text):
        with pytest.raises(WrongReference) as wrong:
            rf.read(text, payee({}))

        assert wrong.value.check is Check.LENGTH


class TestReference731:
    @pytest.mark.parametrize(("base", "check"), [("123123", "4"), ("21735", "6"), ("0", "0")])
    def test_published_check_digits(self, base, check):
        assert reference_731.check_digit(base) == check

    def test_of_a_bill_also_in_the_form_of_iso_11649(self):
        printed = reference_731.printed(BILL, payee(BALTIC)).fields["reference"]

        assert printed == "202600000428"
        for text in (printed, rf.reference_of(number=printed)):
            assert reference_731.read(text, payee(BALTIC)).digits == "20260000042"

    def test_a_prefix_tells_companies_apart(self):
        one, two = (payee({"reference_731": {"prefix": prefix}}) for prefix in ("1", "2"))
        printed = reference_731.printed(BILL, one).fields["reference"]

        assert printed == "1202600000427"
        with pytest.raises(WrongReference) as wrong:
            reference_731.read(printed, two)
        assert wrong.value.check is Check.ISSUER


class TestItaly:
    @pytest.mark.parametrize(
        ("first", "check"),
        [("3010000000000001", "44"), ("0013400000139008", "08"), ("3010010000000001", "18")],
    )
    def test_published_check_digits(self, first, check):
        assert pagopa.check_digits(first) == check

    def test_the_notice_of_a_bill_and_its_code(self):
        found = pagopa.printed(BILL, payee(ITALIAN))

        assert found.fields["notice"] == "301002026000004226"
        assert found.code == "PAGOPA|002|301002026000004226|83000390019|4819"
        # The notice's own size, 33 modules wide.
        assert segno.make_qr(found.code, error="m", boost_error=False).version == 4

    def test_the_text_of_the_code_is_read(self):
        code = "PAGOPA|002|301002026000004226|83000390019|4819"

        (found,) = schemes.read(code, payees=[payee(ITALIAN)])

        assert (found.digits, found.amount_minor) == ("20260000042", 4819)

    @pytest.mark.parametrize(
        "code",
        [
            "PAGOPA|002|301002026000004226|12345678901|4819",
            "PAGOPA|002|302002026000004266|83000390019|4819",
        ],
    )
    def test_another_creditor_is_not_ours(self, code):
        with pytest.raises(WrongReference):
            schemes.read(code, payees=[payee({"pagopa": ITALIAN["pagopa"]})])

    def test_the_line_of_a_postal_slip(self):
        line = bollettino_896.printed(BILL, payee(ITALIAN)).fields["line"]

        assert line == "<301902026000004262>  00000048+19>  000012345674<  896>"
        (found,) = schemes.read(line, payees=[payee(ITALIAN)])
        assert (found.digits, found.amount_minor) == ("20260000042", 4819)

    def test_a_slip_of_another_account_is_not_ours(self):
        line = bollettino_896.printed(BILL, payee(ITALIAN)).fields["line"]

        with pytest.raises(WrongReference) as wrong:
            schemes.read(line.replace("12345674", "12345675"), payees=[payee(ITALIAN)])
        assert wrong.value.check is Check.ISSUER

    def test_a_notice_and_a_client_code_do_not_get_in_each_others_way(self):
        for scheme, field in ((pagopa, "notice"), (bollettino_896, "client")):
            text = scheme.printed(BILL, payee(ITALIAN)).fields[field]

            assert schemes.read(text, payees=[payee(ITALIAN)])[0].digits == "20260000042"


numbers = st.builds(
    lambda series, year, sequence: f"{series}{year}-{sequence:06d}",
    st.sampled_from(["A", "AV", "BILL"]),
    st.integers(2000, 2063),
    st.integers(1, 9_999_999),
) | st.integers(1, 10**8).map(lambda pk: document_number(document_id=pk))
payables = st.builds(
    Payable,
    number=numbers,
    amount=st.integers(1, 10**10 - 1).map(lambda minor: Money(minor, "EUR")),
    due_date=st.dates(date(2000, 1, 1), date(2068, 12, 31)),
)
PRINTED = [
    (cuaderno_57, SPANISH, lambda printed: printed.code),
    (reference_731, BALTIC, lambda printed: printed.fields["reference"]),
    (rf, {}, lambda printed: printed.fields["reference"]),
    (pagopa, ITALIAN, lambda printed: printed.fields["notice"]),
    (bollettino_896, ITALIAN, lambda printed: printed.fields["client"]),
]
each_scheme = pytest.mark.parametrize(
    ("scheme", "codes", "text_of"), PRINTED, ids=[scheme.NAME for scheme, *_ in PRINTED]
)


@each_scheme
class TestOfAnyNumber:
    @given(payable=payables)
    def test_what_is_printed_leads_back_to_it(self, scheme, codes, text_of, payable):
        text = text_of(scheme.printed(payable, payee(codes)))

        (found,) = schemes.read(text, payees=[payee(codes)])

        assert (found.company, found.digits) == ("one", digits_of(payable.number))

    @given(payable=payables, at=st.integers(0, 45), by=st.integers(1, 9))
    def test_a_single_wrong_digit_is_found(self, scheme, codes, text_of, payable, at, by):
        text = text_of(scheme.printed(payable, payee(codes)))
        wrong = with_wrong_digit(text, at, by)

        try:
            found = scheme.read(wrong, payee(codes))
        except WrongReference:
            return
        # In the first five digits of the barcode it is of no scheme's form any more.
        assert found is None

    @given(payable=payables, data=st.data())
    def test_spaces_and_hyphens_do_not_matter(self, scheme, codes, text_of, payable, data):
        text = text_of(scheme.printed(payable, payee(codes)))
        marks = data.draw(st.lists(st.sampled_from("- ./–"), min_size=3, max_size=6))
        for mark in marks:
            at = data.draw(st.integers(0, len(text)))
            text = text[:at] + mark + text[at:]

        (found,) = schemes.read(text.lower(), payees=[payee(codes)])

        assert found.digits == digits_of(payable.number)


@given(payable=payables, field=st.sampled_from(["issuer", "reference", "identification", "amount"]),
       at=st.integers(0, 12), by=st.integers(1, 9))  # fmt: skip
@pytest.mark.seed("S1.27")
def test_a_single_wrong_digit_in_any_field_of_cuaderno_57_is_found(payable, field, at, by):
    printed = cuaderno_57.printed(payable, payee(SPANISH)).fields
    typed = {
        "issuer": printed["issuer"].replace("-", ""),
        "reference": printed["reference"].replace("-", ""),
        "identification": printed["identification"],
        "amount": f"{payable.amount.minor:010d}",
    }
    typed[field] = with_wrong_digit(typed[field], at, by)

    with pytest.raises(WrongReference):
        cuaderno_57.read_fields(
            cpr=printed["cpr"],
            issuer=typed["issuer"],
            reference=typed["reference"],
            identification=typed["identification"],
            amount_minor=int(typed["amount"]),
            payee=payee(SPANISH),
        )


class TestOfSeveralCompanies:
    def test_the_prefix_says_whose_it_is(self):
        both = [payee({"reference_731": {"prefix": str(at)}}, f"c{at}") for at in (1, 2)]

        for one in both:
            text = reference_731.printed(BILL, one).fields["reference"]
            assert [found.company for found in schemes.read(text, payees=both)] == [one.code]

    def test_a_bill_number_is_of_no_scheme(self):
        for text in ("AV2026-000042", "90000000042", "what is this", "", "٢٠٢٦"):
            assert schemes.read(text, payees=[payee({**SPANISH, **BALTIC, **ITALIAN})]) == ()

    def test_without_companies_nothing_is_read(self):
        assert schemes.read("RF18539007547034", payees=[]) == ()
