"""Each price of a version beside that of another one."""

from decimal import Decimal

import pytest

from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import KINDS
from mains.tariffs.rules.price_rows import Part, charged_otherwise, compare, price_rows, rows_of

COMMON = {"label": "x", "service": "s", "vat": "21", "unit": "m3"}
ONE_OF_EACH = [
    {"kind": "fixed", "code": "a", "by": "size", "sizes": [{"size": "15", "price": "9.31"}]},
    {"kind": "unit", "code": "b", "quantity": "water", "price": "0.35"},
    {"kind": "blocks", "code": "c", "quantity": "water",
     "blocks": [{"up_to": "18", "price": "0.35"}, {"up_to": None, "price": "0.70"}]},
    {"kind": "attribute", "code": "d", "attribute": "volume", "price": "281.30"},
    {"kind": "derived", "code": "e", "source": "water", "factor": "0.23", "price": "2829.30"},
    {"kind": "time_of_use", "code": "f", "quantity": "energy", "calendar": "td",
     "prices": [{"period": "P1", "price": "0.2"}, {"period": "P2", "price": "0.1"}]},
    {"kind": "hourly", "code": "g", "quantity": "energy", "index": "spot", "extra": "0.01"},
    {"kind": "demand", "code": "h", "measured": "peak", "price": "4", "contracted": "power",
     "minimum_percent": "85", "excess_price": "8"},
    {"kind": "percentage", "code": "i", "percent": "5.11", "floor_quantity": "energy",
     "floor_price": "0.001", "limit_quantity": "energy", "limit_per_month": "100",
     "at_most": "9"},
    {"kind": "minimum", "code": "j", "per_month": "3"},
    {"kind": "maximum", "code": "k", "per_month": "90"},
]  # fmt: skip


def version(*rows: dict) -> tuple:
    return read_components([{**COMMON, **row} for row in rows])


def test_every_kind_says_its_prices():
    components = version(*ONE_OF_EACH)
    assert {type(one) for one in components} == set(KINDS.values())
    assert all(rows_of(one) for one in components)
    keys = [row.key for row in price_rows(components)]
    assert len(keys) == len(set(keys)) == 21


def test_of_two_versions_only_what_differs_is_a_change():
    before = version(ONE_OF_EACH[1], ONE_OF_EACH[2], ONE_OF_EACH[9])
    dearer = {
        **ONE_OF_EACH[2],
        "blocks": [{"up_to": "20", "price": "0.35"}, {"up_to": None, "price": "0.70"}],
    }
    after = version({**ONE_OF_EACH[1], "price": "0.40"}, dearer)
    changes = [
        (one.row.code, one.row.part, one.row.details, one.before and one.before.price,
         one.after and one.after.price)
        for one in compare(before, after)
        if one.is_change
    ]  # fmt: skip
    assert changes == [
        ("b", Part.WHOLE, (), Decimal("0.35"), Decimal("0.40")),
        ("c", Part.BLOCK, ("0", "20"), None, Decimal("0.35")),
        ("c", Part.BLOCK, ("20", ""), None, Decimal("0.70")),
        ("c", Part.BLOCK, ("0", "18"), Decimal("0.35"), None),
        ("c", Part.BLOCK, ("18", ""), Decimal("0.70"), None),
        ("j", Part.WHOLE, (), Decimal("3"), None),
    ]


def test_control_the_same_version_changes_nothing():
    components = version(*ONE_OF_EACH)
    assert not any(one.is_change for one in compare(components, components))


@pytest.mark.parametrize(
    ("position", "changed"),
    [
        (1, {"quantity": "rain"}),
        (1, {"vat": "5"}),
        (1, {"classes": ["vulnerable"]}),
        (2, {"bounds_per": "month"}),
        (2, {"mode": "whole"}),
        (3, {"charged_by": "day"}),
        (9, {"of": ["b"]}),
    ],
)
def test_what_is_charged_otherwise_is_told_even_at_the_same_prices(position, changed):
    before, after = version(ONE_OF_EACH[position]), version({**ONE_OF_EACH[position], **changed})
    assert not any(one.is_change for one in compare(before, after))
    assert charged_otherwise(before, after) == [(before[0], after[0])]


def test_control_other_prices_alone_are_not_charged_otherwise():
    rows = [ONE_OF_EACH[1], ONE_OF_EACH[2], ONE_OF_EACH[8]]
    before = version(*rows)
    after = version({**rows[0], "price": "9"}, rows[1], {**rows[2], "percent": "6"})
    assert charged_otherwise(before, after) == []
