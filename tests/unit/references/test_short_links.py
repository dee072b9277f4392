"""The code of a short link: of one number, of one tenant, and not to be guessed from another."""

from hypothesis import given
from hypothesis import strategies as st

from mains.references import links

KEY, OTHER = b"a" * 32, b"b" * 32
numbers = st.builds(
    lambda series, year, sequence: (f"{series}{year}-{sequence:06d}", f"{year}{sequence:07d}"),
    st.sampled_from(["A", "AV", "BILL"]),
    st.integers(2000, 2063),
    st.integers(1, 9_999_999),
) | st.integers(1, 300_000_000).map(lambda pk: (f"9{pk:010d}", f"9{pk:010d}"))


@given(number=numbers)
def test_a_code_holds_the_digits_of_its_number(number):
    code = links.code_of(number=number[0], key=KEY)

    assert len(code) == links.LENGTH
    assert set(code) <= set(links.READABLE)
    assert links.digits_in(code.lower(), key=KEY) == number[1]


@given(number=numbers)
def test_another_tenant_has_another_code(number):
    assert links.code_of(number=number[0], key=KEY) != links.code_of(number=number[0], key=OTHER)


def test_letters_that_are_taken_for_others_are_in_none():
    assert not set("01ILO") & set(links.READABLE)


def test_companies_with_the_same_digits_have_different_codes():
    one, two = (links.code_of(number=f"{series}2026-000042", key=KEY) for series in ("FG", "FL"))

    assert one != two
    assert links.digits_in(one, key=KEY) == links.digits_in(two, key=KEY) == "20260000042"


def test_a_thousand_neighbours_share_nothing_in_front():
    codes = [links.code_of(number=f"AV2026-{at:06d}", key=KEY) for at in range(1, 1_001)]

    assert len(set(codes)) == 1_000
    assert len({code[:2] for code in codes}) > 400
    assert len({code[-2:] for code in codes}) > 400


@given(number=numbers, at=st.integers(0, 11), letter=st.sampled_from(links.READABLE))
def test_a_changed_letter_makes_it_the_code_of_nothing(number, at, letter):
    code = links.code_of(number=number[0], key=KEY)
    changed = code[:at] + letter + code[at + 1 :]
    found = links.digits_in(changed, key=KEY)

    same = changed == code
    assert (links.code_of(number=number[0], key=KEY) == changed) is same
    assert (found == number[1]) is same or not same


def test_what_is_no_code_has_no_digits():
    for text in ("", "AAAA", "0" * 12, "A" * 13, "ЖЖЖЖЖЖЖЖЖЖЖЖ"):
        assert links.digits_in(text, key=KEY) is None


def test_a_number_without_digits_has_no_code():
    assert links.code_of(number="X", key=KEY) is None
    assert links.code_of(number="AV2100-000001", key=KEY) is None
