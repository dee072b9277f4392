"""One colour in, a whole palette out, and every promise about contrast kept."""

from dataclasses import replace
from itertools import product

import pytest

from mains.branding.rules.colour import INK, WHITE, palette
from mains.branding.rules.guarantees import failures
from mains.branding.rules.oklch import (
    InvalidColour,
    Oklch,
    contrast,
    from_rgb,
    parse_hex,
    to_hex,
    to_rgb,
)

STEPS = range(0, 256, 17)


def naive(brand: str):
    """
    What theming usually does: the brand colour everywhere, white text on it.
    """
    solved, exact = palette(brand=brand), parse_hex(brand)
    light = replace(solved.light, fill=exact, on_fill=WHITE, link=exact, mark=exact, focus=exact)
    return replace(solved, light=light)


@pytest.fixture(scope="module")
def palettes():
    """
    The palettes of 4,096 brand colours, which two tests look at.
    """
    return {rgb: palette(brand=to_hex(rgb)) for rgb in product(STEPS, repeat=3)}


def test_no_promise_breaks_for_any_of_4096_brand_colours(palettes):
    broken = {to_hex(rgb): found for rgb, solved in palettes.items() if (found := failures(solved))}

    assert broken == {}


def test_the_same_checker_refuses_naive_theming_for_most_colours():
    colours = [to_hex(rgb) for rgb in product(STEPS, repeat=3)][::16]

    failing = [colour for colour in colours if failures(naive(colour))]

    assert len(failing) > len(colours) / 2


def test_the_brand_colour_itself_is_the_button_wherever_text_can_stand_on_it(palettes):
    exact = sum(solved.light.fill == rgb for rgb, solved in palettes.items())

    assert exact > 3_800


@pytest.mark.parametrize(
    ("brand", "on_fill"), [("#f5c400", INK), ("#0a6ebd", WHITE), ("#000000", WHITE)]
)
def test_text_on_the_button_is_white_or_ink(brand, on_fill):
    assert palette(brand=brand).light.on_fill == on_fill


def test_a_pale_brand_gets_an_outline_that_stands_out():
    light = palette(brand="#ffe680").light

    assert light.fill == parse_hex("#ffe680")
    assert light.outline != light.fill
    assert contrast(light.outline, light.bg) >= 3


def test_a_strong_brand_is_its_own_outline():
    light = palette(brand="#0a6ebd").light

    assert light.outline == light.fill


@pytest.mark.parametrize("brand", ["#d4351c", "#8a2b2b", "#f26a1b"])
def test_a_red_brand_outlines_what_destroys(brand):
    solved = palette(brand=brand)

    assert solved.brand_is_red
    assert solved.light.danger == WHITE
    assert solved.light.on_danger == solved.light.bad


@pytest.mark.parametrize("brand", ["#0a6ebd", "#f5c400", "#777777", "#0b6b5d"])
def test_other_brands_may_fill_it(brand):
    solved = palette(brand=brand)

    assert not solved.brand_is_red
    assert solved.light.danger == solved.light.bad


@pytest.mark.parametrize("brand", ["#ffffff", "#000000", "#808080"])
def test_grey_brands_are_colours_too(brand):
    light = palette(brand=brand).light

    assert light.hover != light.fill


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "123456", "#1234567"])
def test_what_is_not_a_colour_is_refused_by_name(text):
    with pytest.raises(InvalidColour, match="not a colour"):
        palette(brand=text)


def test_conversion_there_and_back_changes_nothing():
    for rgb in product(range(0, 256, 51), repeat=3):
        assert to_rgb(from_rgb(rgb)) == rgb


def test_a_colour_outside_srgb_loses_chroma_only():
    shown = from_rgb(to_rgb(Oklch(0.7, 0.4, 2.5)))

    assert shown.lightness == pytest.approx(0.7, abs=0.01)
    assert shown.hue == pytest.approx(2.5, abs=0.05)
    assert shown.chroma < 0.4
