"""What is proposed for a credit, and that nothing but a right reference books by itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.payments.rules.matching import (
    Confidence,
    Credit,
    Holder,
    Named,
    Owed,
    Reason,
    certain,
    propose,
)
from mains.payments.rules.names import alike
from mains.payments.rules.pieces import pieces
from mains.references.rf import reference_of

DAY = date(2026, 11, 18)
ONE = Owed(1, 10, 4819, DAY)
TWO = Owed(2, 10, 1200, date(2026, 10, 18))
OTHER = Owed(3, 20, 4819, DAY)
ANNA = Holder(("Anna Bērziņa",))


def best(credit, **given):
    given = {"named": [], "owed": [ONE, TWO, OTHER], "holders": {}, **given}
    return propose(credit, **given)[0]


def test_a_right_reference_with_its_amount_is_certain():
    found = best(Credit(4819), named=[Named((1,), True)])
    assert (found.parts, found.rest_minor, found.account_id) == (((1, 4819),), 0, 10)
    assert (found.confidence, found.reasons) == (
        Confidence.CERTAIN,
        (Reason.REFERENCE, Reason.AMOUNT),
    )


@pytest.mark.parametrize("minor", [4818, 4820, 1, 10**7])
def test_another_amount_is_for_a_person_unless_the_reference_is_enough(minor):
    named = [Named((1,), True)]
    assert best(Credit(minor), named=named).confidence == Confidence.LIKELY
    found = best(Credit(minor), named=named, reference_alone=True)
    assert found.confidence == Confidence.CERTAIN
    assert sum(part for _bill, part in found.parts) + found.rest_minor == minor


def test_a_number_without_check_digits_is_never_certain():
    holders = {10: Holder(("Anna Bērziņa",), has_iban=True)}
    found = best(Credit(4819, "BERZINA ANNA"), named=[Named((1,), False)], holders=holders)
    assert found.confidence == Confidence.LIKELY
    assert found.reasons == (Reason.NUMBER, Reason.AMOUNT, Reason.IBAN, Reason.NAME)


def test_two_references_are_certain_together_and_not_one_of_them():
    named = [Named((1,), True), Named((2,), True)]
    assert best(Credit(6019), named=named).confidence == Confidence.CERTAIN
    found = propose(Credit(4819), named=named, owed=[ONE, TWO], holders={})
    assert certain(found) is None


def test_a_text_that_also_names_another_bill_is_for_a_person():
    named = [Named((1,), True), Named((3,), False)]
    assert certain(propose(Credit(4819), named=named, owed=[ONE, OTHER], holders={})) is None


def test_bills_of_one_account_make_the_amount_together():
    found = best(Credit(6019, "Bērziņa Anna"), holders={10: ANNA})
    assert (found.parts, found.reasons) == (
        ((2, 1200), (1, 4819)),
        (Reason.AMOUNT, Reason.NAME),
    )


def test_money_of_a_known_payer_without_an_open_bill_is_credit():
    found = best(Credit(500), owed=[], holders={10: Holder((), has_iban=True)})
    assert (found.parts, found.rest_minor) == ((), 500)
    assert found.confidence == Confidence.POSSIBLE


def test_nothing_is_proposed_where_nothing_speaks_for_it():
    assert propose(Credit(7), named=[], owed=[ONE], holders={10: ANNA}) == []


def test_a_paid_bill_that_is_named_becomes_credit():
    paid = Owed(1, 10, 0, DAY)
    found = propose(Credit(4819), named=[Named((1,), True)], owed=[paid], holders={})
    assert [(one.parts, one.rest_minor, one.confidence) for one in found] == [
        ((), 4819, Confidence.LIKELY)
    ]


bills = st.lists(
    st.builds(Owed, st.integers(1, 8), st.integers(1, 3), st.integers(0, 9), st.just(DAY)),
    unique_by=lambda one: one.bill_id,
)
holders = st.dictionaries(
    st.integers(1, 3), st.builds(Holder, st.just(("Anna Liepa",)), st.booleans())
)


@given(bills, holders, st.integers(1, 30))
def test_without_a_checked_reference_nothing_is_ever_certain(owed, holders, minor):
    named = [Named((one.bill_id,), False) for one in owed[:2]]
    found = propose(Credit(minor, "Liepa Anna"), named=named, owed=owed, holders=holders)
    assert certain(found) is None


@given(bills, holders, st.integers(1, 30), st.booleans())
def test_a_proposal_books_the_whole_amount_and_no_more_than_is_owed(owed, holders, minor, alone):
    named = [Named((one.bill_id,), True) for one in owed[:3]]
    outstanding = {one.bill_id: one.outstanding_minor for one in owed}
    asked = {
        "named": named, "owed": owed, "holders": holders, "reference_alone": alone,
    }  # fmt: skip
    found = propose(Credit(minor, "Anna Liepa"), **asked)
    for one in found:
        assert sum(part for _bill, part in one.parts) + one.rest_minor == minor
        assert all(0 < part <= outstanding[bill] for bill, part in one.parts)
    assert found == propose(Credit(minor, "Anna Liepa"), **{**asked, "owed": owed[::-1]})


@given(bills, st.integers(1, 30))
def test_of_two_equally_likely_bills_none_books_itself(owed, minor):
    twins = [Owed(101, 1, minor, DAY), Owed(102, 2, minor, DAY)]
    named = [Named((101,), True), Named((102,), True)]
    found = propose(Credit(minor), named=named, owed=[*owed, *twins], holders={})
    assert certain(found) is None


@given(st.integers(1, 9_999_999), st.data())
def test_a_wrong_digit_in_a_reference_names_nothing(number, data):
    from mains.references import schemes
    from mains.references.payable import Payee, WrongReference

    right = reference_of(number=f"AV2026{number:07d}")
    at = data.draw(st.sampled_from([place for place, one in enumerate(right) if one.isdigit()]))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != right[at]]))
    wrong = right[:at] + other + right[at + 1 :]
    payee = Payee("main", "Agua Viva", "ES9121000418450200051332", "", {})
    read = []
    for piece in pieces(f"Transfer {wrong} thanks"):
        try:
            read += schemes.read(piece, payees=[payee])
        except WrongReference:
            continue
    # The digits of a bill's number are eleven.
    assert [one for one in read if len(one.digits) == 11] == []


TEXTS = [
    "RF18 AV20 2600 0042", "factura RF18AV2026000042 gracias", "RF18AV202\n6000042",
    "SEPA//RF18AV2026000042//x", "PAGORF18AV2026000042YA", "rf18-av2026-000042",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_reference_is_found_however_it_is_written(text):
    assert "RF18AV2026000042" in list(pieces(text))


def test_the_beginning_of_a_reference_is_none():
    assert not {"RF18AV202600", "RF18AV2026000004"} & set(pieces("RF18 AV20 2600 0004 2"))


@given(st.text(max_size=400))
def test_any_text_is_taken_apart(text):
    found = list(pieces(text))
    assert len(found) == len(set(found))
    assert all(len(one) >= 5 for one in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BERZINA ANNA", "Anna Bērziņa"),
        ("Шевченко Тарас Григорович", "Taras Shevchenko"),
        ("SIA \"Rīgas Nami\"", "RIGAS NAMI SIA"),
        ("Gonzalez Maria", "María González Pérez"),
        ("Kovács Istvan", "KOVACS ISTVN"),
        ("Мар'яна Юхименко", "YUKHYMENKO MARIANA"),
    ],
)  # fmt: skip
def test_names_are_the_same_however_banks_write_them(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna Bērziņa", "Anna Liepa"), ("Anna", "Anna Liepa"), ("", "Anna Liepa"), ("SIA", "SIA")],
)
def test_other_names_are_others(one, other):
    assert not alike(one, other)
