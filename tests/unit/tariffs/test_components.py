from decimal import Decimal
from typing import Any

import pytest

from mains.tariffs.rules.components import read_components, write_components
from mains.tariffs.rules.kinds import KINDS, ComponentWrong, Fixed

COMMON = {"label": "line", "service": "water", "vat": "reduced", "unit": "m3"}
ROWS: list[dict[str, Any]] = [
    {
        "kind": "fixed",
        "code": "a",
        "per": "period",
        "by": "mm",
        "sizes": [{"size": "15", "price": "9.31"}],
    },
    {"kind": "unit", "code": "b", "quantity": "gj", "price": "2829.30"},
    {
        "kind": "blocks",
        "code": "c",
        "quantity": "m3",
        "blocks": [{"up_to": "18", "price": "0.35"}, {"up_to": None, "price": "0.70"}],
    },
    {"kind": "attribute", "code": "d", "attribute": "lm3", "price": "281.30"},
    {"kind": "derived", "code": "e", "source": "vm3", "factor": "0.23", "price": "2829.30"},
    {
        "kind": "time_of_use",
        "code": "f",
        "quantity": "energy",
        "calendar": "td20",
        "prices": [{"period": "P1", "price": "0.20"}, {"period": "P2", "price": "0.10"}],
    },
    {"kind": "hourly", "code": "g", "quantity": "energy", "index": "spot", "extra": "0.01"},
    {
        "kind": "demand",
        "code": "h",
        "measured": "energy@peak",
        "price": "3.50",
        "contracted": "power_kw",
        "minimum_percent": "85",
        "excess_price": "7",
    },
    {"kind": "percentage", "code": "i", "of": ["b", "c"], "percent": "5.11269632"},
    {"kind": "minimum", "code": "j", "per_month": "5"},
    {"kind": "maximum", "code": "k", "per_month": "500", "classes": ["home"], "when": ["mandate"]},
]


def test_every_kind_can_be_read_and_written() -> None:
    components = read_components([{**COMMON, **row} for row in ROWS])
    assert {type(component) for component in components} == set(KINDS.values())
    assert read_components(write_components(components)) == components
    written = write_components(components)
    assert written[0]["sizes"] == [{"size": "15", "price": "9.31"}]
    assert isinstance(components[0], Fixed)
    assert components[0].sizes[0].price == Decimal("9.31")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"kind": "magic"}, r"components\[0\]\.kind is 'magic'; it must be one of fixed"),
        ({**ROWS[1], **COMMON, "prise": "1"}, r"components\[0\]\.prise"),
        ({**ROWS[1], **COMMON, "price": "dear"}, r"components\[0\]\.price"),
        ({**ROWS[1], **COMMON, "price": 0.1}, r"components\[0\]\.price is a binary fraction"),
        (
            {**ROWS[2], **COMMON, "blocks": [{"up_to": None, "price": 0.1}]},
            r"components\[0\]\.blocks\[0\]\.price is a binary fraction",
        ),
        ({**ROWS[4], **COMMON, "factor": "0"}, "factor of component e"),
    ],
)
def test_a_mistake_is_named_with_its_place(row: dict[str, Any], message: str) -> None:
    with pytest.raises(ComponentWrong, match=message):
        read_components([row])
