"""Quantities are named in words, alone and inside of sentences; codes that nobody knows stay."""

from decimal import Decimal

import pytest
from django.utils import translation

from mains.tariffs.component_words import what_it_charges
from mains.tariffs.quantity_words import quantity_in_sentence, quantity_label
from mains.tariffs.rules.components import read_components
from mains.tariffs.speaking import PriceWords

COMMON = {"label": "line", "service": "water", "vat": "10", "unit": "m3", "code": "a"}
KNOWN = ("energy", "water", "hot_water", "cold_water", "heat", "gas")
BLOCKS = [{"up_to": "18", "price": "0.35"}, {"up_to": None, "price": "0.70"}]
# A component of each kind that charges for a quantity.
ROWS = {
    "unit": {"quantity": "hot_water", "price": "1"},
    "blocks": {"quantity": "hot_water", "blocks": BLOCKS},
    "whole blocks": {"quantity": "hot_water", "blocks": BLOCKS, "mode": "whole"},
    "derived": {"source": "hot_water", "factor": "0.23", "price": "1"},
    "time_of_use": {"quantity": "hot_water", "calendar": "td",
                    "prices": [{"period": "P1", "price": "1"}]},
    "hourly": {"quantity": "hot_water", "index": "spot"},
    "demand": {"measured": "hot_water", "price": "1"},
}  # fmt: skip


def sentence(kind: str, language: str, **fields: str) -> str:
    row = {**COMMON, "kind": kind.removeprefix("whole "), **ROWS[kind], **fields}
    (component,) = read_components([row])
    with translation.override(language):
        return what_it_charges(component, PriceWords(language, "EUR", {}))


@pytest.mark.parametrize(
    ("code", "alone", "inside"),
    [
        ("hot_water", "Hot water", "hot water"),
        ("energy@td20.P1", "Energy (P1)", "energy (P1)"),
        ("energy@peak", "Energy (highest power)", "energy (highest power)"),
        ("energy@td20.P1.peak", "Energy (P1, highest power)", "energy (P1, highest power)"),
        ("rain_water", "rain_water", "rain_water"),
        ("rain_water@td20.P2", "rain_water (P2)", "rain_water (P2)"),
    ],
)
def test_a_quantity_is_named(code, alone, inside):
    with translation.override("en"):
        assert (quantity_label(code), quantity_in_sentence(code)) == (alone, inside)


@pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
@pytest.mark.parametrize("code", KNOWN)
def test_every_known_quantity_has_a_name_in_every_language(code, language):
    with translation.override(language):
        names = {quantity_label(code), quantity_in_sentence(code)}
    assert all(name and "_" not in name for name in names)
    assert language in {"en", "es", "it"} or code not in names


@pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
@pytest.mark.parametrize("kind", ROWS)
def test_no_sentence_about_a_price_shows_a_code(kind, language):
    assert "hot_water" not in sentence(kind, language)


def test_control_a_quantity_that_nobody_knows_is_shown_by_its_code():
    assert "rain_water" in sentence("unit", "en", quantity="rain_water")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "A price for each unit of hot water."),
        ("lv", "Cena par katru karstā ūdens vienību."),
        ("uk", "Ціна за кожну одиницю гарячої води."),
        ("hu", "Ár a meleg víz minden egységére."),
    ],
)
def test_it_is_inflected_as_the_language_does(language, said):
    assert sentence("unit", language) == said


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ("energy@peak", "Energy"),
        ("energy@td20.P1.peak", "Energy (P1)"),
        ("peak", "peak"),
    ],
)
def test_the_highest_power_is_not_said_twice(measured, said):
    found = sentence("demand", "en", measured=measured)
    assert found == f"A price a month for the highest power: {said}."


def test_the_factor_of_what_follows_from_a_quantity_is_said():
    assert sentence("derived", "en", factor=f"{Decimal('0.5')}").endswith("hot water times 0.5.")
