"""What a palette promises, written as pairs of roles, and a checker that measures them."""

from collections.abc import Iterator
from dataclasses import dataclass

from mains.branding.rules.colour import Palette, Roles
from mains.branding.rules.oklch import Rgb, contrast

# WCAG 2.2: 1.4.6 for running text, 1.4.3 for the rest, 1.4.11 for shapes and borders.
ENHANCED, TEXT, SHAPE = 7.0, 4.5, 3.0

_ON_EVERY_GROUND = {
    "text": ENHANCED,
    "muted": TEXT,
    "link": TEXT,
    "ok": TEXT,
    "warn": TEXT,
    "bad": TEXT,
    "info": TEXT,
    "border": SHAPE,
    "focus": SHAPE,
    "outline": SHAPE,
    "mark": SHAPE,
    "series_2": SHAPE,
    "series_3": SHAPE,
    "series_4": SHAPE,
}
_GROUNDS = ("bg", "surface", "sunk", "tint")
_PAIRS = (
    ("on_fill", "fill", TEXT),
    ("on_fill", "hover", TEXT),
    ("on_danger", "danger", TEXT),
    ("on_ink", "ink", ENHANCED),
    ("ink_mark", "ink", TEXT),
    *((name, f"{name}_soft", TEXT) for name in ("ok", "warn", "bad", "info")),
    *(("text", f"{name}_soft", ENHANCED) for name in ("ok", "warn", "bad", "info")),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """
    One pair of roles with the contrast it has and the least it may have.
    """

    mode: str
    front: str
    ground: str
    ratio: float
    least: float

    @property
    def holds(self) -> bool:
        """
        Tell whether the pair keeps its promise.
        """
        return self.ratio >= self.least


def measure(palette: Palette) -> Iterator[Measured]:
    """
    Measure every promised pair of both modes, on the 8-bit colours that are shown.
    """
    for mode, roles in (("light", palette.light), ("dark", palette.dark)):
        for front, ground, least in _promises():
            ratio = contrast(_role(roles, front), _role(roles, ground))
            yield Measured(mode, front, ground, ratio, least)


def failures(palette: Palette) -> tuple[Measured, ...]:
    """
    Return the pairs that break their promise; empty for every palette we compute.
    """
    return tuple(pair for pair in measure(palette) if not pair.holds)


def _promises() -> Iterator[tuple[str, str, float]]:
    for front, least in _ON_EVERY_GROUND.items():
        for ground in _GROUNDS:
            yield front, ground, least
    yield from _PAIRS


def _role(roles: Roles, name: str) -> Rgb:
    value: Rgb = getattr(roles, name)
    return value
