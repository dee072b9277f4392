"""Render the specimen screens: every component, a bill, a console list, an error page."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.utils import translation

from mains.branding.components import (
    Cell,
    Column,
    Event,
    Fact,
    Link,
    NavItem,
    Pages,
    SumLine,
    Table,
    Task,
)
from mains.branding.figures import BarChart
from mains.branding.rules.chart import Period
from mains.branding.stylesheet import bundle
from mains.branding.themes import load_theme, theme_names, themes_root
from mains.core.money import Money
from tests.screens.brands import BRANDS, nav
from tests.screens.forms import ReadingForm
from tests.screens.words import WORDS

UI = Path(__file__).resolve().parents[2] / "src" / "mains" / "branding" / "static" / "ui"
SCREENS = ("bill", "components", "console", "bare")
_USE = (("90", "88"), ("61", "64"), ("48", "52"), (None, "80"), ("208", "190"), ("412", "350"))


def prepare_django() -> None:
    """
    Configure the least Django that can render, unless real settings are already loaded.
    """
    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=["mains.branding"], STATIC_URL="/static/", USE_I18N=True, SECRET_KEY="x"
        )
        django.setup()


def files() -> dict[str, bytes]:
    """
    Render every specimen of every theme, with its style sheets, fonts and pictures, by path.
    """
    prepare_django()
    root = themes_root()
    served = {
        f"/static/themes/fonts/web/{font.name}": font.read_bytes()
        for font in root.glob("fonts/web/*")
    }
    served["/static/ui/ui.js"] = (UI / "ui.js").read_bytes()
    for name in theme_names():
        for picture in (root / name / "assets").glob("*.png"):
            served[f"/static/themes/{name}/assets/{picture.name}"] = picture.read_bytes()
        served[f"/{name}.css"] = bundle(theme=load_theme(name=name)).encode()
        for screen in SCREENS:
            served[f"/{name}/{screen}.html"] = render(name, screen).encode()
    return served


def render(theme: str, screen: str) -> str:
    """
    Render one specimen under one theme.
    """
    engine = DjangoTemplates(
        {
            "NAME": "specimen",
            "DIRS": [Path(__file__).parent / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {"libraries": {"static": "django.templatetags.static"}},
        }
    )
    words = WORDS[theme]
    with translation.override(words.language if screen == "bill" else "en"):
        context = {"brand": BRANDS[theme], "nav": nav(words), **_CONTEXTS[screen](theme)}
        return engine.get_template(f"specimen/{screen}.html").render(context)


def _bill(theme: str) -> dict[str, Any]:
    words = WORDS[theme]
    scale = 100 if words.currency == "HUF" else 1
    money = lambda minor: Money(minor // scale, words.currency)  # noqa: E731
    lines = [
        SumLine(label, money(minor), detail, "credit" if minor < 0 else "line")
        for label, detail, minor in words.lines
    ]
    return {
        "words": words,
        "amount": money(words.amount),
        "lines": [*lines, SumLine(words.total, money(words.amount), kind="total")],
        "chart": _chart(theme, estimated=-1),
        "facts": [Fact(label, value) for label, value in words.facts],
    }


def _chart(theme: str, *, estimated: int) -> BarChart:
    words = WORDS[theme]
    return BarChart(
        finding=words.finding,
        subject=words.subject,
        unit="kWh",
        now=words.now,
        before=words.before,
        periods=tuple(
            Period(
                label=month,
                short=month[:3],
                value=Decimal(now) if now else (None if estimated >= 0 else Decimal(84)),
                before=Decimal(before),
                estimated=index == estimated,
            )
            for index, (month, (now, before)) in enumerate(zip(words.months, _USE, strict=True))
        ),
    )


def _components(theme: str) -> dict[str, Any]:
    form = ReadingForm({"email": "ilze@example", "account": "", "delivery": "mail", "service": "h"})
    form.is_valid()
    return {
        "form": form,
        "chart": _chart("base", estimated=4),
        "lines": _bill("base")["lines"],
        "amount": Money(8420, "EUR"),
        "facts": [
            Fact("E-mail", "ilze@example.org", Link("Change", "#e"), "your e-mail address"),
            Fact("Paper bill", "No", Link("Change", "#p"), "paper bills"),
        ],
        "table": _bills_table(),
        "tasks": [
            Task("Choose your colour and logo", "Done", "ok", "#1"),
            Task("Import your customers", "In progress", "info", "#2", "12,480 of 20,000 rows"),
            Task(
                "Send the first bills",
                "Cannot start yet",
                "",
                "",
                "Needs customers and a price list",
            ),
        ],
        "events": [
            Event("2026-11-12", "Today, 9:41", "Payment received", "€84.20 by card", "ok"),
            Event("2026-11-01", "1 November", "Bill issued", "October, €84.20"),
            Event("2026-10-28", "28 October", "Reading looks high", "We asked for a photo", "warn"),
        ],
        "pages": Pages("1 to 3 of 41 bills", "", "#older"),
        "theme": theme,
    }


def _bills_table() -> Table:
    return Table(
        caption="Your bills",
        columns=(
            Column("Bill"),
            Column("Period"),
            Column("Status"),
            Column("Amount", numeric=True),
        ),
        rows=(
            (
                Cell("2026-10-004417", "#1"),
                Cell("October 2026"),
                Cell("Due in 6 days", meaning="warn"),
                Cell(Money(8420, "EUR")),
            ),
            (
                Cell("2026-09-003981", "#2"),
                Cell("September 2026"),
                Cell("Paid", meaning="ok"),
                Cell(Money(6112, "EUR")),
            ),
            (
                Cell("2026-08-003544", "#3"),
                Cell("August 2026", note="estimated"),
                Cell("Paid", meaning="ok"),
                Cell(Money(-1204, "EUR")),
            ),
        ),
    )


def _console(theme: str) -> dict[str, Any]:
    groups = (
        ("Today", "home", 0),
        ("Customers", "people", 0),
        ("Meters", "meter", 14),
        ("Bill runs", "run", 0),
        ("Payments", "card", 3),
        ("Messages", "message", 0),
        ("Reports", "chart", 0),
        ("Settings", "settings", 0),
    )
    return {
        "nav": [NavItem(t, f"#{i}", i, current=i == "card", count=n) for t, i, n in groups],
        "search_url": "/search",
        "search_label": "Search customers, bills, meters",
        "search_hint": "Name, number, address",
        "crumbs": [Link("Payments", "#p"), Link("Incoming", "#i")],
        "table": _payments_table(),
        "pages": Pages("1 to 12 of 318 payments", "", "#next"),
        "sums": [
            ("Received today", Money(1284210, "EUR")),
            ("Matched", Money(1271960, "EUR")),
            ("To be matched", Money(12250, "EUR")),
        ],
    }


def _payments_table() -> Table:
    names = (
        "Ilze Bērziņa",
        "Jānis Ozols",
        "SIA Dzintari",
        "Marta Liepa",
        "Oksana Kovalenko",
        "Anna Tóth",
    )
    states = (
        ("Matched", "ok"),
        ("Mismatch", "bad"),
        ("Matched", "ok"),
        ("Waiting", "warn"),
        ("Matched", "ok"),
        ("Sent back", ""),
    )
    rows = tuple(
        (
            Cell(f"2026-11-{12 - index:02d}"),
            Cell(name, f"#{index}"),
            Cell(f"RF18 5390 0754 {7034 + index}"),
            Cell("Card" if index % 2 else "Bank"),
            Cell(state, meaning=meaning or "info"),
            Cell(Money(8420 + 911 * index, "EUR")),
        )
        for index, (name, (state, meaning)) in enumerate(zip(names * 2, states * 2, strict=True))
    )
    columns = (
        Column("Date", sort_url="?sort=date", sorted="descending"),
        Column("From", sort_url="?sort=from"),
        Column("Reference"),
        Column("Way"),
        Column("State"),
        Column("Amount", numeric=True, sort_url="?sort=amount"),
    )
    return Table("Incoming payments", columns, rows, hide_caption=True)


def _bare(theme: str) -> dict[str, Any]:
    return {"brand": replace(BRANDS[theme], tagline=""), "reference": "7f3a-91c2"}


_CONTEXTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "bill": _bill,
    "components": _components,
    "console": _console,
    "bare": _bare,
}
