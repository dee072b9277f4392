"""Write the style sheet of one brand: tokens solved from its colour, then the shared layers."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path

from mains.branding.rules.colour import Roles, palette
from mains.branding.rules.oklch import to_hex
from mains.branding.themes import Font, Script, Theme, load_fonts, themes_root

LAYERS = ("reset", "tokens", "base", "components", "layout")
_UI = Path(__file__).resolve().parent / "static" / "ui"
_RADII = {"square": "2px", "soft": "10px", "round": "16px", "pill": "99rem"}
_SYSTEM = (
    'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif'
)
_GRID = {"line": "none", "dots": "1 4", "none": "0 9"}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND = re.compile(r"\s*([{};,>])\s*")

FontUrl = Callable[[str], str]


def font_url(file: str) -> str:
    """
    Return where a web font is served, given `("themes", themes_root())` in STATICFILES_DIRS.
    """
    return f"/static/themes/fonts/web/{file}"


@lru_cache(maxsize=256)
def stylesheet(*, theme: Theme, colour: str | None = None, url: FontUrl = font_url) -> str:
    """
    Return the custom properties and fonts of a theme, with the tenant's colour if it has one.

    Dark values follow the reader's system unless `data-mode` on the root says otherwise; paper
    always gets the light ones.

    :raises InvalidColour: if the colour is not #rrggbb.
    """
    solved = palette(brand=colour or theme.colour)
    dark = f"color-scheme:dark;{_colours(solved.dark)}"
    system_is_dark = "@media screen and (prefers-color-scheme:dark)"
    return "".join(
        (
            *_font_faces(theme, url),
            f":root{{color-scheme:light;{_shape(theme)}{_colours(solved.light)}}}",
            f"{system_is_dark}{{:root:not([data-mode=light]){{{dark}}}}}",
            f"@media screen{{:root[data-mode=dark]{{{dark}}}}}",
        )
    )


@lru_cache(maxsize=256)
def bundle(*, theme: Theme, colour: str | None = None, url: FontUrl = font_url) -> str:
    """
    Return everything a page of the brand needs as one style sheet: tokens, layers, the look.

    :raises InvalidColour: if the colour is not #rrggbb.
    """
    look = themes_root() / theme.name / "look.css"
    own = f"@layer look{{{minify(look.read_text(encoding='utf-8'))}}}" if look.exists() else ""
    return stylesheet(theme=theme, colour=colour, url=url) + shared_css() + own


def digest(css: str) -> str:
    """
    Return a short name for this exact style sheet, so that it can be cached for ever.
    """
    return hashlib.sha256(css.encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def shared_css() -> str:
    """
    Return the layers every brand shares, without comments and spare white space.
    """
    order = f"@layer {','.join((*LAYERS, 'look'))};"
    return order + "".join(
        f"@layer {name}{{{minify((_UI / f'{name}.css').read_text(encoding='utf-8'))}}}"
        for name in LAYERS
    )


def minify(css: str) -> str:
    """
    Drop comments and white space that mean nothing; spaces around operators stay.
    """
    bare = _COMMENT.sub("", css)
    return _AROUND.sub(r"\1", re.sub(r"\s+", " ", bare)).replace(";}", "}").strip()


def _colours(roles: Roles) -> str:
    return "".join(
        f"--{field.name.replace('_', '-')}:{to_hex(getattr(roles, field.name))};"
        for field in fields(roles)
    )


def _shape(theme: Theme) -> str:
    tokens = {
        "font-text": _stack(theme.type.text),
        "font-heading": _stack(theme.type.heading),
        "font-number": _stack(theme.numbers.family),
        "heading-weight": theme.type.heading_weight,
        "heading-tracking": f"{theme.type.heading_tracking}em",
        "heading-scale": theme.type.heading_scale,
        "number-weight": theme.numbers.weight,
        "number-scale": theme.numbers.scale,
        "radius": _RADII[theme.shape.radius],
        "radius-button": _RADII[theme.shape.button],
        "air": "1" if theme.shape.density == "comfortable" else ".75",
        "bar-radius": "4px" if theme.chart.bars == "rounded" else "0px",
        "grid-dash": _GRID[theme.chart.grid],
    }
    return "".join(f"--{name}:{value};" for name, value in tokens.items())


def _stack(family: str) -> str:
    if family == "system":
        return _SYSTEM
    font = load_fonts().families[family]
    return f'"{font.name}","{font.name} fallback",{font.stack}'


def _font_faces(theme: Theme, url: FontUrl) -> Iterator[str]:
    wanted = dict.fromkeys((theme.type.text, theme.type.heading, theme.numbers.family))
    fonts = load_fonts()
    for key in wanted:
        if key != "system":
            yield from _faces(fonts.families[key], fonts.ranges, url)


def _faces(font: Font, ranges: Mapping[Script, str], url: FontUrl) -> Iterator[str]:
    for script, file in font.web.items():
        yield (
            f'@font-face{{font-family:"{font.name}";font-weight:{font.weights};font-display:swap;'
            f'src:url({url(file)}) format("woff2");unicode-range:{ranges[script]}}}'
        )
    spare = font.fallback
    yield (
        f'@font-face{{font-family:"{font.name} fallback";src:local("{spare.local}");'
        f"size-adjust:{spare.size_adjust}%;ascent-override:{spare.ascent}%;"
        f"descent-override:{spare.descent}%;line-gap-override:0%}}"
    )
