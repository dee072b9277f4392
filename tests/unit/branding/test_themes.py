"""Every theme loads, differs, and says where it is wrong."""

import shutil

import pytest
from PIL import Image

from mains.branding.themes import (
    ThemeError,
    document_fonts,
    load_fonts,
    load_theme,
    theme_names,
    themes_root,
)

NAMES = theme_names()
FIRST_SCRIPT_BYTES = 40_000
ALL_FONT_BYTES = 2_000_000


@pytest.fixture
def folder(tmp_path):
    for part in ("base/theme.toml", "fonts/fonts.toml", "north/theme.toml"):
        (tmp_path / part).parent.mkdir(parents=True)
        shutil.copy(themes_root() / part, tmp_path / part)
    return tmp_path


def test_there_is_a_base_and_five_looks():
    assert set(NAMES) == {"base", "north", "azul", "ember", "dnipro", "fiamma"}


@pytest.mark.parametrize("name", NAMES)
def test_a_theme_is_complete_once_laid_over_the_base(name):
    theme = load_theme(name=name)

    assert theme.name == name
    assert theme.shape.density in {"comfortable", "compact"}


@pytest.mark.parametrize("name", NAMES)
def test_a_theme_is_values_pictures_and_two_templates(name):
    root = themes_root() / name
    files = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}

    assert files == {
        "theme.toml",
        "look.css",
        "assets/logo.png",
        "assets/favicon.png",
        "templates/brand/header.html",
        "templates/brand/footer.html",
    }
    Image.open(root / "assets" / "logo.png").verify()


def test_no_two_themes_share_their_typical_choices():
    looks = {
        (theme.type.heading, theme.shape.button, theme.numbers.weight, theme.chart.arrangement)
        for theme in map(lambda name: load_theme(name=name), NAMES)
    }

    assert len(looks) == len(NAMES)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('radius = "square"', 'radios = "square"', "shape.radios: Extra inputs"),
        ('radius = "square"', 'radius = "oval"', "shape.radius: Input should be"),
        ('colour = "#f5c400"', 'colour = "yellow"', "colour: String should match"),
        ('text = "manrope"', 'text = "comic"', "type.text: 'comic' is none of"),
        ("[shape]", "[shape", "Expected ']'"),
    ],
)
def test_a_mistake_names_its_file_and_place(folder, old, new, place):
    file = folder / "north" / "theme.toml"
    file.write_text(file.read_text().replace(old, new))

    with pytest.raises(ThemeError) as error:
        load_theme(name="north", root=folder)

    assert str(error.value).startswith(str(file))
    assert place in str(error.value)


def test_documents_cannot_rely_on_the_readers_fonts(folder):
    file = folder / "north" / "theme.toml"
    file.write_text(file.read_text().replace("[type]", '[type]\ndocument = "system"'))

    with pytest.raises(ThemeError, match=r"type\.document: 'system' is none of"):
        load_theme(name="north", root=folder)


def test_an_unknown_theme_is_an_error():
    with pytest.raises(ThemeError, match="no such theme"):
        load_theme(name="nowhere")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("script", ["latin", "cyrillic"])
def test_the_first_script_of_a_page_is_light(name, script):
    theme = load_theme(name=name)
    families = {theme.type.text, theme.type.heading, theme.numbers.family} - {"system"}
    web = themes_root() / "fonts" / "web"

    size = sum(
        (web / load_fonts().families[family].web[script]).stat().st_size for family in families
    )

    assert size <= FIRST_SCRIPT_BYTES


def test_fonts_are_few_small_and_licensed():
    fonts = themes_root() / "fonts"
    licences = {file.stem.removesuffix("-OFL") for file in (fonts / "licences").iterdir()}

    assert licences == {"Manrope", "Nunito", "Literata"}
    assert sum(file.stat().st_size for file in fonts.rglob("*.*")) < ALL_FONT_BYTES
    for licence in (fonts / "licences").iterdir():
        assert "SIL Open Font License, Version 1.1" in licence.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_documents_have_regular_and_bold_files(name):
    family, regular, bold = document_fonts(theme=load_theme(name=name))

    assert family
    assert regular.read_bytes()[:4] == bold.read_bytes()[:4] == b"\x00\x01\x00\x00"
