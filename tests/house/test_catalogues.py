"""Every sentence a person reads is in every catalogue, translated, with its placeholders."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "locales"
LANGUAGES = ("es", "hu", "it", "lv", "uk")
SOURCES = [
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "src").rglob("templates/**/*.html"),
    *(ROOT / "src").rglob("templates/**/*.txt"),
    *(ROOT / "themes").rglob("*.html"),
]
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
UNWELCOME = re.compile(r"\b(please|sorry|invalid|oops|forbidden)\b", re.IGNORECASE)


def catalogue(language: str):
    path = LOCALES / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def sentences(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = templatize(text, origin=str(path))
    found = extract("python", BytesIO(text.encode()), KEYWORDS)
    return {
        message[0] if isinstance(message, tuple) else message
        for _line, message, _comments, _context in found
        if message
    }


@pytest.fixture(scope="module")
def written() -> set[str]:
    return set().union(*map(sentences, SOURCES))


@pytest.mark.parametrize("language", LANGUAGES)
class TestACatalogue:
    def test_has_every_sentence(self, language, written):
        known = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in catalogue(language)
        }
        assert written - known == set(), "Run makemessages and translate what is new."

    def test_is_translated_to_the_end(self, language):
        missing = [
            message.id
            for message in catalogue(language)
            if message.id and (message.fuzzy or not all(_texts(message.string)))
        ]
        assert missing == []

    def test_keeps_every_placeholder(self, language):
        wrong = [
            message.id
            for message in catalogue(language)
            if isinstance(message.id, str)
            and message.id
            and set(PLACEHOLDER.findall(message.id)) != set(PLACEHOLDER.findall(message.string))
        ]
        assert wrong == []

    def test_is_compiled(self, language):
        path = LOCALES / language / "LC_MESSAGES" / "django.mo"
        buffer = BytesIO()
        write_mo(buffer, catalogue(language))
        buffer.seek(0)
        assert _pairs(read_mo(path.open("rb"))) == _pairs(read_mo(buffer)), (
            "Compile the catalogue again."
        )


def _pairs(messages) -> set[tuple[str, str]]:
    return {(repr(message.id), repr(message.string)) for message in messages if message.id}


def _texts(string):
    return string if isinstance(string, tuple | list) else (str(string),)


def test_the_source_uses_no_unwelcome_words(written):
    assert [sentence for sentence in written if UNWELCOME.search(sentence)] == []


def test_a_sentence_nobody_translated_is_found(written, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('{% load i18n %}{% translate "Nobody translated this" %}')

    assert sentences(page) == {"Nobody translated this"}
    assert "Nobody translated this" not in str([message.id for message in catalogue("hu")])


def test_an_unwelcome_word_is_found():
    assert UNWELCOME.search("Sorry, this is invalid")
