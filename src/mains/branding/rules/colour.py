"""One brand colour in, every colour role of the interface out, for light and for dark."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mains.branding.rules.oklch import (
    Oklch,
    Rgb,
    contrast,
    from_rgb,
    hue_distance,
    parse_hex,
    to_rgb,
)

WHITE: Rgb = (255, 255, 255)
INK: Rgb = (17, 17, 17)

# Each target sits a little above the limit it serves, so 8-bit rounding cannot undo it.
TEXT_LIGHT, TEXT_DARK, READABLE, VISIBLE = 12.0, 11.0, 4.6, 3.05

RED_HUE = math.radians(27)
_RED_REACH_DEGREES = 25.0
# Below this a colour is grey to the eye, and its hue is an accident of rounding.
_COLOURED = 0.05
_STATUS_HUES = {"ok": 150.0, "warn": 68.0, "bad": 27.0, "info": 250.0}
_STEP = 0.004


@dataclass(frozen=True, slots=True)
class Roles:
    """
    The colours of one mode; names are the custom properties of the style sheet.

    :param sunk: the fourth background: lower than the page in light, higher in dark.
    :param outline: border of the primary button; equals `fill` where that stands out by itself.
    :param mark: the brand colour as a shape: current-period bars, selection, progress.
    :param ink: a dark band (header, footer), with its own text and accent.
    """

    bg: Rgb
    surface: Rgb
    sunk: Rgb
    tint: Rgb
    line: Rgb
    text: Rgb
    muted: Rgb
    link: Rgb
    border: Rgb
    focus: Rgb
    fill: Rgb
    on_fill: Rgb
    hover: Rgb
    outline: Rgb
    mark: Rgb
    series_2: Rgb
    series_3: Rgb
    series_4: Rgb
    ok: Rgb
    ok_soft: Rgb
    warn: Rgb
    warn_soft: Rgb
    bad: Rgb
    bad_soft: Rgb
    info: Rgb
    info_soft: Rgb
    danger: Rgb
    on_danger: Rgb
    ink: Rgb
    on_ink: Rgb
    ink_mark: Rgb

    @property
    def backgrounds(self) -> tuple[Rgb, ...]:
        """
        Return the four colours that text may stand on.
        """
        return self.bg, self.surface, self.sunk, self.tint


@dataclass(frozen=True, slots=True)
class Palette:
    """
    Both modes of one brand colour.

    :param brand_is_red: destructive buttons are then outlined, so "Send" never looks like "Delete".
    """

    light: Roles
    dark: Roles
    brand_is_red: bool


def palette(*, brand: str) -> Palette:
    """
    Compute every role from one colour; any colour is accepted and adjusted, none refused.

    :raises InvalidColour: if the text is not #rrggbb.
    """
    exact = parse_hex(brand)
    colour = from_rgb(exact)
    red = is_red(colour)
    return Palette(
        light=_light(exact, colour, red=red),
        dark=_dark(exact, colour, red=red),
        brand_is_red=red,
    )


def is_red(colour: Oklch) -> bool:
    """
    Tell whether people would read the colour as the colour of errors.
    """
    near = hue_distance(first=colour.hue, second=RED_HUE) <= _RED_REACH_DEGREES
    return near and colour.chroma >= _COLOURED


def _light(exact: Rgb, colour: Oklch, *, red: bool) -> Roles:
    neutral, hue = min(colour.chroma, 0.012), colour.hue
    grounds = (
        WHITE,
        to_rgb(Oklch(0.985, neutral * 0.5, hue)),
        to_rgb(Oklch(0.955, neutral, hue)),
        to_rgb(Oklch(0.95, min(colour.chroma, 0.035), hue)),
    )
    fill, on_fill = _light_fill(exact, colour)
    mark = _darker(_at(colour, min(colour.lightness, 0.70)), grounds, VISIBLE)
    if all(contrast(fill, ground) >= VISIBLE for ground in grounds):
        mark = fill
    border = _darker(Oklch(0.70, neutral, hue), grounds, VISIBLE)
    bad = _STATUS["light"]["bad"]
    bg, surface, sunk, tint = grounds
    return Roles(
        bg=bg,
        surface=surface,
        sunk=sunk,
        tint=tint,
        line=to_rgb(Oklch(0.90, neutral, hue)),
        text=_darker(Oklch(0.25, neutral, hue), grounds, TEXT_LIGHT),
        muted=_darker(Oklch(0.56, neutral, hue), grounds, READABLE),
        link=_darker(_at(colour, min(colour.lightness, 0.62)), grounds, READABLE),
        border=border,
        focus=_darker(_at(colour, min(colour.lightness, 0.60)), grounds, VISIBLE),
        fill=fill,
        on_fill=on_fill,
        hover=_hover(fill, on_fill),
        outline=mark,
        mark=mark,
        series_2=border,
        series_3=_darker(Oklch(0.60, 0.09, hue + math.radians(150)), grounds, VISIBLE),
        series_4=_darker(Oklch(0.42, neutral * 2, hue), grounds, READABLE),
        danger=bg if red else bad,
        on_danger=bad if red else WHITE,
        **_STATUS["light"],
        **_ink(colour, lightness=0.20),
    )


def _dark(exact: Rgb, colour: Oklch, *, red: bool) -> Roles:
    neutral, hue = min(colour.chroma, 0.009), colour.hue
    grounds = (
        to_rgb(Oklch(0.18, neutral, hue)),
        to_rgb(Oklch(0.225, neutral, hue)),
        to_rgb(Oklch(0.27, neutral, hue)),
        to_rgb(Oklch(0.27, min(colour.chroma, 0.05), hue)),
    )
    fill, on_fill = _dark_fill(exact, colour, grounds)
    border = _lighter(Oklch(0.50, neutral, hue), grounds, VISIBLE)
    bad = _STATUS["dark"]["bad"]
    bg, surface, sunk, tint = grounds
    return Roles(
        bg=bg,
        surface=surface,
        sunk=sunk,
        tint=tint,
        line=to_rgb(Oklch(0.33, neutral, hue)),
        text=_lighter(Oklch(0.93, neutral, hue), grounds, TEXT_DARK),
        muted=_lighter(Oklch(0.70, neutral, hue), grounds, READABLE),
        link=_lighter(_at(colour, max(colour.lightness, 0.72)), grounds, READABLE),
        border=border,
        focus=_lighter(_at(colour, max(colour.lightness, 0.75)), grounds, VISIBLE),
        fill=fill,
        on_fill=on_fill,
        hover=_hover(fill, on_fill),
        outline=fill,
        mark=fill,
        series_2=border,
        series_3=_lighter(Oklch(0.70, 0.09, hue + math.radians(150)), grounds, VISIBLE),
        series_4=_lighter(Oklch(0.80, neutral * 2, hue), grounds, READABLE),
        danger=bg if red else bad,
        on_danger=bad if red else INK,
        **_STATUS["dark"],
        **_ink(colour, lightness=0.13),
    )


def _light_fill(exact: Rgb, colour: Oklch) -> tuple[Rgb, Rgb]:
    # Marketing wants its own colour on the button, and nearly always can have it.
    for on_fill in (WHITE, INK):
        if contrast(exact, on_fill) >= READABLE:
            return exact, on_fill
    return _darker(colour, (WHITE,), READABLE), WHITE


def _dark_fill(exact: Rgb, colour: Oklch, grounds: Sequence[Rgb]) -> tuple[Rgb, Rgb]:
    candidate = colour
    fill = exact
    while not (_clears(fill, grounds, VISIBLE) and _best_on(fill)):
        candidate = _at(candidate, min(1.0, candidate.lightness + _STEP))
        fill = to_rgb(candidate)
    return fill, _best_on(fill) or INK


def _best_on(fill: Rgb) -> Rgb | None:
    return next((on for on in (WHITE, INK) if contrast(fill, on) >= READABLE), None)


def _hover(fill: Rgb, on_fill: Rgb) -> Rgb:
    colour = from_rgb(fill)
    away = -0.05 if on_fill == WHITE else 0.05
    if not 0.10 <= colour.lightness + away <= 0.97:
        # Black cannot get blacker; contrast is ample at both ends, so turn round, and further.
        away = -3 * away
    return to_rgb(_at(colour, colour.lightness + away))


def _ink(colour: Oklch, *, lightness: float) -> dict[str, Rgb]:
    ink = to_rgb(Oklch(lightness, min(colour.chroma, 0.02), colour.hue))
    return {
        "ink": ink,
        "on_ink": _lighter(Oklch(0.95, min(colour.chroma, 0.01), colour.hue), (ink,), TEXT_DARK),
        "ink_mark": _lighter(_at(colour, max(colour.lightness, 0.62)), (ink,), READABLE),
    }


def _at(colour: Oklch, lightness: float) -> Oklch:
    return Oklch(lightness, colour.chroma, colour.hue)


def _darker(start: Oklch, grounds: Sequence[Rgb], ratio: float) -> Rgb:
    return _walk(start, grounds, ratio, end=0.0)


def _lighter(start: Oklch, grounds: Sequence[Rgb], ratio: float) -> Rgb:
    return _walk(start, grounds, ratio, end=1.0)


def _walk(start: Oklch, grounds: Sequence[Rgb], ratio: float, *, end: float) -> Rgb:
    # Contrast rises steadily towards the end, so halving finds the first lightness that clears.
    found = to_rgb(start)
    if _clears(found, grounds, ratio):
        return found
    near, far = start.lightness, end
    found = to_rgb(_at(start, far))
    while abs(far - near) > _STEP:
        middle = (near + far) / 2
        tried = to_rgb(_at(start, middle))
        if _clears(tried, grounds, ratio):
            far, found = middle, tried
        else:
            near = middle
    return found


def _clears(colour: Rgb, grounds: Sequence[Rgb], ratio: float) -> bool:
    return all(contrast(colour, ground) >= ratio for ground in grounds)


def _statuses(*, soft: Oklch, start: float, end: float) -> dict[str, Rgb]:
    """
    Solve the four fixed meanings of one mode; they do not depend on the brand.
    """
    roles: dict[str, Rgb] = {}
    for name, degrees in _STATUS_HUES.items():
        hue = math.radians(degrees)
        roles[f"{name}_soft"] = to_rgb(Oklch(soft.lightness, soft.chroma, hue))
        grounds = (roles[f"{name}_soft"], to_rgb(Oklch(soft.lightness, 0.0, 0.0)))
        # Brand tints differ a little in luminance from grey, hence the wider margin.
        roles[name] = _walk(Oklch(start, 0.15, hue), grounds, READABLE + 0.4, end=end)
    return roles


_STATUS = {
    "light": _statuses(soft=Oklch(0.95, 0.03, 0.0), start=0.55, end=0.0),
    "dark": _statuses(soft=Oklch(0.27, 0.04, 0.0), start=0.72, end=1.0),
}
