"""Set a document with typst: one compiler per template and theme, kept between documents."""

import json
import re
import threading
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, time
from datetime import date as civil_date
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from mains.branding.rules.colour import palette
from mains.branding.rules.oklch import to_hex
from mains.branding.themes import Theme, document_fonts, load_theme, themes_root
from mains.documents import queries
from mains.tenancy.tenantfile import Brand

# Archivable with the data behind it, and readable by a screen reader.
STANDARDS: list[Any] = ["a-3a", "ua-1"]
PICTURE_PPI = 110
ROLES = ("text", "muted", "link", "tint", "line", "border", "mark")
CORNERS = {"square": 0, "soft": 5, "round": 9}
_UNSHOWN = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class Press:
    """
    A compiler that stays: the first document pays for fonts and template, the others do not.
    """

    def __init__(self, *, theme: Theme, template: Path) -> None:
        _family, regular, _bold = document_fonts(theme=theme)
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(regular.parent)],
        )
        self._compiler = typst.Compiler(
            input=str(template), root=str(template.parent), font_paths=fonts
        )
        # A compiler serves one document at a time; requests may come from several threads.
        self._lock = threading.Lock()

    def print(self, words: dict[str, Any], *, on: civil_date) -> bytes:
        """
        Print prepared words, dated on a civil date; signs that the font lacks are replaced.

        :raises typst.TypstError: if the template itself cannot be set.
        """
        try:
            return self._compile(words, on)
        except typst.TypstError as error:
            lacking = _unshown(error.diagnostic)
            if not lacking:
                raise
        # Once more is enough: every sign that cannot be shown is named in the first answer.
        return self._compile(_changed(words, lambda text: _replaced(text, lacking)), on)

    def picture(self, words: dict[str, Any]) -> bytes:
        """
        Return the first page of prepared words as a PNG, for a screen.
        """
        with self._lock:
            made = self._compiler.compile(
                format="png", ppi=PICTURE_PPI, sys_inputs={"words": json.dumps(words)}
            )
        first = made[0] if isinstance(made, list) else made
        assert isinstance(first, bytes)
        return first

    def _compile(self, words: dict[str, Any], on: civil_date) -> bytes:
        with self._lock:
            made = self._compiler.compile(
                format="pdf",
                sys_inputs={"words": json.dumps(words)},
                pdf_standards=STANDARDS,
                timestamp=datetime.combine(on, time.min, tzinfo=UTC),
            )
        assert isinstance(made, bytes)
        return made


def look(brand: Brand) -> dict[str, Any]:
    """
    Return a brand's font, corners and colours, as the templates take them.
    """
    theme = load_theme(name=brand.theme)
    family, _regular, _bold = document_fonts(theme=theme)
    light = palette(brand=(brand.colour or theme.colour).lower()).light
    return {
        "font": family,
        "corner": CORNERS[theme.shape.radius],
        "colours": {role: to_hex(getattr(light, role)) for role in ROLES},
    }


def logo(brand: Brand) -> bytes:
    """
    Return the logo that was uploaded, or the theme's own.
    """
    uploaded = queries.logo(name=brand.logo.rsplit("/", 1)[-1]) if brand.logo else None
    return uploaded or _theme_logo(brand.theme)


@lru_cache(maxsize=32)
def _theme_logo(theme: str) -> bytes:
    return (themes_root() / theme / "assets" / "logo.png").read_bytes()


def _unshown(diagnostic: str) -> set[str]:
    named = (_ESCAPE.sub(_sign, match) for match in _UNSHOWN.findall(diagnostic))
    return {sign for text in named for sign in text}


def _sign(match: re.Match[str]) -> str:
    return chr(int(match.group(1), 16))


def _replaced(text: str, lacking: set[str]) -> str:
    return "".join(_plainer(sign) if sign in lacking else sign for sign in text)


def _plainer(sign: str) -> str:
    """
    Return a letter without the marks that the font lacks, or a question mark.
    """
    first = unicodedata.normalize("NFKD", sign)[0]
    return first if first != sign and first.isascii() else "?"


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _changed(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_changed(inner, change) for inner in value]
    return value
