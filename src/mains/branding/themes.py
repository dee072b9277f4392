"""Read the looks of `themes/`: one folder each, values and templates, no code."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Script = Literal["latin", "latin-ext", "cyrillic"]
Weight = Annotated[int, Field(ge=300, le=800)]
BASE = "base"


class ThemeError(ValueError):
    """
    A theme file that cannot be used; the text names the file and the place in it.
    """


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Type(_Strict):
    """
    Families by their key in `fonts/fonts.toml`, or "system" for no font bytes at all.
    """

    text: str
    heading: str
    document: str
    heading_weight: Weight
    heading_tracking: Annotated[float, Field(ge=-0.05, le=0.05)]
    heading_scale: Annotated[float, Field(ge=0.8, le=1.5)]


class Shape(_Strict):
    """
    Corners, borders and air.
    """

    radius: Literal["square", "soft", "round"]
    button: Literal["square", "soft", "pill"]
    density: Literal["comfortable", "compact"]


class Numbers(_Strict):
    """
    How the one big amount of a screen is set.
    """

    family: str
    weight: Weight
    scale: Annotated[float, Field(ge=0.8, le=1.6)]


class ChartLook(_Strict):
    """
    How bar charts are drawn; every combination keeps the chart rules.
    """

    arrangement: Literal["pair", "nested", "marker"]
    bars: Literal["square", "rounded"]
    grid: Literal["line", "dots", "none"]


class Theme(_Strict):
    """
    One look. `name` is the folder; everything else comes from `theme.toml` over the base theme.
    """

    name: str
    title: str
    colour: Colour
    type: Type
    shape: Shape
    numbers: Numbers
    chart: ChartLook


class FallbackMetrics(_Strict):
    """
    A font everyone has, stretched so that text does not jump when the real one arrives.
    """

    local: str
    size_adjust: float
    ascent: float
    descent: float


class Font(_Strict):
    """
    One self-hosted family: web files by script, and the two files documents embed.
    """

    name: str
    weights: str
    stack: str
    fallback: FallbackMetrics
    web: dict[Script, str]
    print: tuple[str, str]


class Fonts(_Strict):
    """
    All families, and which characters each script file serves.
    """

    ranges: dict[Script, str]
    families: dict[str, Font]


def themes_root() -> Path:
    """
    Return the folder of themes: beside the package when installed, else of the checkout.
    """
    packaged = Path(__file__).resolve().parent.parent / "_themes"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "themes"


def theme_names(*, root: Path | None = None) -> tuple[str, ...]:
    """
    Return the names of all themes, in order.
    """
    return tuple(sorted(file.parent.name for file in (root or themes_root()).glob("*/theme.toml")))


@lru_cache(maxsize=64)
def load_theme(*, name: str, root: Path | None = None) -> Theme:
    """
    Load one theme; what its file leaves out is taken from the base theme.

    :raises ThemeError: for an unknown theme, key, value or font family.
    """
    folder = root or themes_root()
    file = folder / name / "theme.toml"
    values = _read(file)
    if name != BASE:
        values = _over(_read(folder / BASE / "theme.toml"), values)
    theme = _checked(Theme, {**values, "name": name}, file)
    _check_families(theme, load_fonts(root=folder), file)
    return theme


@lru_cache(maxsize=8)
def load_fonts(*, root: Path | None = None) -> Fonts:
    """
    Load the list of self-hosted families.

    :raises ThemeError: for an unknown key or value.
    """
    file = (root or themes_root()) / "fonts" / "fonts.toml"
    return _checked(Fonts, _read(file), file)


def document_fonts(*, theme: Theme, root: Path | None = None) -> tuple[str, Path, Path]:
    """
    Return the family name, regular file and bold file that this theme's PDF documents use.
    """
    folder = root or themes_root()
    font = load_fonts(root=folder).families[theme.type.document]
    regular, bold = (folder / "fonts" / "print" / file for file in font.print)
    return font.name, regular, bold


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{file}: there is no such theme file"
        raise ThemeError(message) from None
    except tomllib.TOMLDecodeError as broken:
        message = f"{file}: {broken}"
        raise ThemeError(message) from broken


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        if isinstance(inner, dict) and isinstance(value, dict):
            merged[key] = _over(inner, value)
        else:
            merged[key] = value
    return merged


def _checked[Model: BaseModel](model: type[Model], values: dict[str, Any], file: Path) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        places = "; ".join(
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in wrong.errors()
        )
        message = f"{file}: {places}"
        raise ThemeError(message) from wrong


def _check_families(theme: Theme, fonts: Fonts, file: Path) -> None:
    wanted = {"type.text": theme.type.text, "type.heading": theme.type.heading}
    wanted["numbers.family"] = theme.numbers.family
    for place, family in {**wanted, "type.document": theme.type.document}.items():
        # Documents embed their fonts, so "whatever the reader has" is no answer there.
        allowed = {*fonts.families, *(() if place == "type.document" else ("system",))}
        if family not in allowed:
            message = f"{file}: {place}: {family!r} is none of {', '.join(sorted(allowed))}"
            raise ThemeError(message)
