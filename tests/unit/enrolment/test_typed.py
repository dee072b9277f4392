"""Facts as people type them: numbers, addresses and tax numbers."""

import pytest

from mains.enrolment.rules.addresses import is_same_place
from mains.enrolment.rules.tax_numbers import NUMBERS, canonical, is_mistyped
from mains.enrolment.rules.typed import as_printed, plain


@pytest.mark.parametrize(
    "typed", ["10 000-042", "10\u00a0000\u202f042", "10000042", " 10.000/042 ", "10–000—042"]
)
def test_separators_do_not_matter(typed):
    assert plain(typed) == "10000042"


@pytest.mark.seed("S2.14")
class TestLookAlikes:
    @pytest.mark.parametrize("typed", ["UIOO42", "U1OO42", "uioo42", "U-10 042", "UІ0042"])
    def test_are_read_where_the_tenant_allows(self, typed):
        assert as_printed(typed, pattern=r"U\d{5}", look_alikes=True) == "U10042"

    def test_are_not_where_it_does_not(self):
        assert as_printed("UIOO42", pattern=r"U\d{5}", look_alikes=False) == "UIOO42"

    def test_a_number_that_fits_is_left_alone(self):
        assert as_printed("BOO-12", pattern=r"BOO\d{2}", look_alikes=True) == "BOO12"


@pytest.mark.seed("S3.08")
@pytest.mark.parametrize(
    ("typed", "street", "rest"),
    [
        ("C/ Mayor, 12", "Calle Mayor 12", "28013 Madrid"),
        ("calle mayor 12 28013 madrid", "Calle Mayor 12", "28013 Madrid"),
        ("mayor 12", "Calle Mayor 12", "28013 Madrid"),
        ("Kossuth u. 3/A", "Kossuth utca 3 A", "5000 Szolnok"),
        ("вул. Шевченка, буд. 7, кв. 15", "вулиця Шевченка 7 15", "03150 Київ"),
        ("Brīvības iela 12-a", "Brivibas 12A", "LV-1010 Rīga"),
    ],
)
def test_one_place_however_it_is_abbreviated(typed, street, rest):
    assert is_same_place(typed, street=street, rest=rest)


@pytest.mark.parametrize(
    "typed", ["", "Calle", "Calle Mayor", "12", "Calle Mayor 13", "Calle Menor 12",
              "Calle Mayor 12 Barcelona", "Calle Mayor 1 2"],
)  # fmt: skip
def test_another_place_or_half_of_one_is_not_it(typed):
    assert not is_same_place(typed, street="Calle Mayor 12", rest="28013 Madrid")


@pytest.mark.parametrize(
    ("number", "country", "bare"),
    [
        ("ES B-58378431", "ES", "B58378431"),
        ("12892312-2-42", "HU", "12892312"),
        ("12892312", "HU", "12892312"),
        ("IT 00743110157", "IT", "00743110157"),
        ("LV4000 3009497", "LV", "40003009497"),
    ],
)
def test_tax_numbers_are_compared_without_their_dress(number, country, bare):
    assert canonical(number, country=country) == bare


@pytest.mark.parametrize("country", sorted(NUMBERS))
def test_every_country_has_its_numbers_in_the_library(country):
    assert not is_mistyped("no number at all", country=country)


# Published examples of python-stdnum's documentation.
@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("54362315-K", "ES"), ("X-5253868-R", "ES"), ("J99216582", "ES"), ("12892312", "HU"),
        ("RCCMNL83S18D969H", "IT"), ("00743110157", "IT"), ("161175-19997", "LV"),
        ("40003521600", "LV"), ("1759013776", "UA"), ("32855961", "UA"),
    ],
)  # fmt: skip
def test_check_digits_that_fit_are_not_complained_about(number, country):
    assert not is_mistyped(number, country=country)


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("54362315-Z", "ES"), ("12892313", "HU"), ("RCCMNL83S18D969", "IT"), ("00743110158", "IT"),
        ("1759013770", "UA"), ("32855968", "UA"), ("40003521601", "LV"),
    ],
)  # fmt: skip
def test_one_wrong_digit_is_noticed_and_another_shape_is_not_judged(number, country):
    assert is_mistyped(number, country=country) == (len(number) != 15)
