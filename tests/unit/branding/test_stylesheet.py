"""The style sheet of a brand: small, safe, the same for the same brand."""

import gzip
import re
from pathlib import Path

import pytest

from mains.branding import stylesheet as sheets
from mains.branding.rules.colour import palette
from mains.branding.rules.oklch import InvalidColour, to_hex
from mains.branding.themes import load_theme, theme_names, themes_root

UI = Path(sheets.__file__).parent / "static" / "ui"
BUDGET = 12 * 1024
ALL_CSS = [*UI.glob("*.css"), *themes_root().glob("*/look.css")]


def theme(name="north"):
    return load_theme(name=name)


@pytest.mark.parametrize("name", theme_names())
def test_everything_a_page_needs_fits_the_budget(name):
    assert len(gzip.compress(sheets.bundle(theme=theme(name)).encode())) <= BUDGET


def test_the_only_script_is_tiny():
    assert (UI / "ui.js").stat().st_size < 2_000


def test_light_is_the_default_and_dark_follows_reader_or_choice():
    css = sheets.stylesheet(theme=theme())

    assert css.index(":root{color-scheme:light") < css.index("prefers-color-scheme:dark")
    assert ":root:not([data-mode=light])" in css
    assert "@media screen{:root[data-mode=dark]" in css


def test_a_tenant_brings_its_own_colour():
    css = sheets.stylesheet(theme=theme(), colour="#5b2a86")

    assert f"--fill:{to_hex(palette(brand='#5b2a86').light.fill)}" in css
    assert "--fill:#f5c400" not in css


def test_a_colour_cannot_smuggle_css():
    with pytest.raises(InvalidColour):
        sheets.stylesheet(theme=theme(), colour="#fff;}body{display:none}")


def test_the_name_of_a_sheet_changes_only_with_its_content():
    one = sheets.digest(sheets.bundle(theme=theme()))
    other = sheets.digest(sheets.bundle(theme=theme(), colour="#123456"))

    assert one == sheets.digest(sheets.bundle(theme=theme()))
    assert one != other


def test_system_type_loads_no_font():
    assert "@font-face" not in sheets.stylesheet(theme=theme("dnipro"))


def test_every_font_a_sheet_names_exists():
    for name in theme_names():
        for file in re.findall(
            r"url\(/static/themes/([^)]+)\)", sheets.stylesheet(theme=theme(name))
        ):
            assert (themes_root() / file).is_file()


@pytest.mark.parametrize("file", ALL_CSS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_css_knows_no_left_and_right(file):
    physical = re.findall(
        r"(?:^|[\s;{])((?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|"
        r"(?:min-|max-)?(?:width|height)|text-align:\s*(?:left|right))\s*:",
        re.sub(r"@(?:media|container)[^{]*", "", file.read_text(encoding="utf-8")),
    )

    assert physical == []


@pytest.mark.parametrize("file", ALL_CSS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_custom_property_is_defined_somewhere(file):
    everything = "".join(path.read_text(encoding="utf-8") for path in ALL_CSS)
    defined = set(re.findall(r"(--[\w-]+):", everything + sheets.stylesheet(theme=theme())))

    assert set(re.findall(r"var\((--[\w-]+)", file.read_text(encoding="utf-8"))) <= defined


def test_minifying_keeps_what_calc_needs():
    assert sheets.minify("a { /* x */ width: calc(1px + 2px) ; }\n") == "a{width: calc(1px + 2px)}"
