"""Tags and filters of the component templates."""

from decimal import Decimal
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from django import forms, template
from django.forms.boundfield import BoundField
from django.template.backends.django import DjangoTemplates
from django.template.context import Context
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from mains.branding.figures import BarChart, chart_context
from mains.branding.themes import BASE, load_theme, themes_root
from mains.core import wording

register = template.Library()

_ICONS = Path(__file__).resolve().parent.parent / "templates" / "ui" / "icons"

_GROUP = 8

_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.RadioSelect, "choices"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
)


@register.simple_tag(takes_context=True)
def brand_part(context: Context, part: str) -> SafeString:
    """
    Render `brand/<part>.html` of the current brand's theme, or of the base theme.
    """
    brand = context.get("brand")
    engine = _engine(brand.theme if brand else BASE)
    found = engine.get_template(f"brand/{part}.html")
    return found.template.render(context)


@register.simple_tag
def icon(name: str) -> SafeString:
    """
    Draw an icon; it is always decoration, the word stands beside it.
    """
    return _icon(name) if name else mark_safe("")


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, **slots: Any) -> dict[str, Any]:
    """
    Render one form field with its label, hint and error, tied together for screen readers.
    """
    kind = next((kind for widget, kind in _KINDS if isinstance(bound.field.widget, widget)), "text")
    extra = "input" if kind in ("text", "select") else ""
    return {
        "field": bound,
        "kind": kind,
        "control": _control(bound, css=extra),
        "multiple": isinstance(bound.field.widget, forms.CheckboxSelectMultiple),
        **slots,
    }


@register.simple_tag
def row_control(bound: BoundField) -> SafeString:
    """
    Draw the control of a field that stands in a table of fields, tied to its error.
    """
    return _control(bound, css="input")


@register.inclusion_tag("ui/reading.html")
def reading_field(bound: BoundField, **about: Any) -> dict[str, Any]:
    """
    Render a meter reading: big digits, the unit beside them, the last reading below.

    :param about: unit, last, last_date, expected (all plain texts, all optional but the unit).
    """
    described = f"{bound.auto_id}_last" if about.get("last") else ""
    attrs = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
    control = _control(bound, css="input", described=described, attrs=attrs)
    return {"field": bound, "control": control, **about}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """
    List everything that is wrong with a form, each with the name of its field and linked to it.

    The sentence is the one beside the field. What is wrong with a field that nobody sees stands
    alone: there is nothing to lead to.
    """
    found = [
        (f"#{_first_control(bound)}", _plain(bound.label), error)
        for bound in form.visible_fields()
        for error in bound.errors
    ]
    unseen = [error for bound in form.hidden_fields() for error in bound.errors]
    return {"general": [*form.non_field_errors(), *unseen], "found": found}


def _plain(label: Any) -> str:
    # A label may hold a link, as the one to the terms does.
    return unescape(strip_tags(str(label))).rstrip(" :.?")


@register.inclusion_tag("ui/chart.html")
def bar_chart(chart: BarChart, theme: str = BASE) -> dict[str, Any]:
    """
    Draw a bar chart in a theme's own style, with its sentence and its table.
    """
    return chart_context(chart, look=load_theme(name=theme).chart)


@register.filter
def money(amount: Any) -> SafeString | str:
    """
    Format whole minor units of a currency for the reader's language; texts pass through.
    """
    if not hasattr(amount, "minor"):
        return str(amount)
    text = wording.money_text(amount, language=str(_locale())).replace("-", "\u2212")
    value = amount.as_decimal()
    return format_html('<data class="money" value="{}">{}</data>', str(value), text)


@register.filter
def in_groups(code: str) -> SafeString:
    """
    Let a long reference go on in the next line, but between groups of eight characters only.
    """
    groups = (code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
    return format_html_join(mark_safe("<wbr>"), "{}", ((group,) for group in groups))


@register.filter
def quantity(value: Decimal | int | str | None, decimals: int | None = None) -> str:
    """
    Format a number for the reader's language, or a dash where nothing is known.

    :param decimals: how many digits it has whatever they are, as money does.
    """
    if value is None or value == "":
        return "–"
    if decimals is not None:
        return wording.number_text(Decimal(value), language=str(_locale()), decimals=decimals)
    return format_decimal(Decimal(value).normalize(), locale=_locale())


@lru_cache(maxsize=32)
def _engine(theme: str) -> DjangoTemplates:
    folders = [themes_root() / name / "templates" for name in (theme, BASE)]
    return DjangoTemplates({"NAME": theme, "DIRS": folders, "APP_DIRS": True, "OPTIONS": {}})


@lru_cache(maxsize=128)
def _icon(name: str) -> SafeString:
    paths = (_ICONS / f"{name}.svg").read_text(encoding="utf-8").strip()
    # Ours, from our own package: never text that a person typed.
    return mark_safe(  # noqa: S308
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{paths}</svg>'
    )


@lru_cache(maxsize=32)
def _known_locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _locale() -> Locale:
    return _known_locale(get_language() or "en")


def _control(
    bound: BoundField, *, css: str, described: str = "", attrs: dict[str, str] | None = None
) -> SafeString:
    own = bound.field.widget.attrs
    wanted: dict[str, str | bool] = {**(attrs or {})}
    ids = [
        described,
        f"{bound.auto_id}_helptext" if bound.help_text else "",
        f"{bound.auto_id}_error" if bound.errors else "",
    ]
    if any(ids):
        wanted["aria-describedby"] = " ".join(filter(None, ids))
    if bound.errors:
        wanted["aria-invalid"] = "true"
    wanted["class"] = f"{css} {own.get('class', '')}".strip()
    return bound.as_widget(attrs=wanted)


def _first_control(bound: BoundField) -> str:
    # A group of radios has no id of its own; a link must lead to the first of them.
    return bound.id_for_label or bound.subwidgets[0].id_for_label or bound.auto_id
