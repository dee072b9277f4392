"""Colours in OKLCH and in 8-bit sRGB, and how strongly two of them contrast."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

Rgb = tuple[int, int, int]
Linear = tuple[float, float, float]

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_HALVINGS = 12
# Rounding to 8 bits forgives this much; demanding exactly 0..1 would grey the pure primaries.
_GAMUT_SLACK = 1e-4


class InvalidColour(ValueError):
    """
    A text that is not a colour of the form #rrggbb.
    """


@dataclass(frozen=True, slots=True)
class Oklch:
    """
    One colour: lightness 0..1, chroma 0..about 0.33, hue in radians.
    """

    lightness: float
    chroma: float
    hue: float


def parse_hex(text: str) -> Rgb:
    """
    Read #rrggbb.

    :raises InvalidColour: for anything else, short forms and names included.
    """
    if not _HEX.fullmatch(text):
        message = f"{text!r} is not a colour of the form #rrggbb"
        raise InvalidColour(message)
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def to_hex(rgb: Rgb) -> str:
    """
    Write a colour as #rrggbb.
    """
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def from_rgb(rgb: Rgb) -> Oklch:
    """
    Convert an 8-bit colour to OKLCH.
    """
    red, green, blue = (_LINEAR[channel] for channel in rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.atan2(b, a))


@lru_cache(maxsize=65536)
def to_rgb(colour: Oklch) -> Rgb:
    """
    Convert to 8 bits, giving up chroma (never lightness or hue) where sRGB cannot show it.
    """
    linear = _to_linear(colour.lightness, colour.chroma, colour.hue)
    if not _in_gamut(linear):
        linear = _to_linear(colour.lightness, _widest_chroma(colour), colour.hue)
    red, green, blue = (_encode(channel) for channel in linear)
    return red, green, blue


def luminance(rgb: Rgb) -> float:
    """
    Return the relative luminance of WCAG 2, from 0 to 1.
    """
    red, green, blue = rgb
    return 0.2126 * _LINEAR[red] + 0.7152 * _LINEAR[green] + 0.0722 * _LINEAR[blue]


def contrast(first: Rgb, second: Rgb) -> float:
    """
    Return the contrast ratio of WCAG 2, from 1 to 21, whichever colour is lighter.
    """
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def hue_distance(*, first: float, second: float) -> float:
    """
    Return the angle between two hues, in degrees from 0 to 180.
    """
    turn = math.degrees(abs(first - second)) % 360
    return min(turn, 360 - turn)


def _decode(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


_LINEAR = tuple(_decode(channel) for channel in range(256))


def _encode(value: float) -> int:
    value = max(0.0, min(1.0, value))
    encoded = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255 * encoded)


def _to_linear(lightness: float, chroma: float, hue: float) -> Linear:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(linear: Linear) -> bool:
    return min(linear) >= -_GAMUT_SLACK and max(linear) <= 1 + _GAMUT_SLACK


def _widest_chroma(colour: Oklch) -> float:
    low, high = 0.0, colour.chroma
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _in_gamut(_to_linear(colour.lightness, middle, colour.hue)):
            low = middle
        else:
            high = middle
    return low
