"""Every mistake of a draft is found with its place, and the rules refuse it as well."""

import pytest

from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import ComponentWrong
from mains.tariffs.rules.mistakes import Known, Mistake, Trouble, mistakes
from mains.tariffs.rules.rating import compile_tariff

KNOWN = Known(frozenset({"vat"}), {"td": ["P1", "P2"]}, frozenset({"spot"}))


def blocks(*rows: tuple[str, str, str]) -> dict:
    found = [
        {name: text for name, text in zip(("start", "up_to", "price"), row, strict=True) if text}
        for row in rows
    ]
    return {"kind": "blocks", "code": "use", "vat": "21", "quantity": "water", "unit": "m3",
            "blocks": found}  # fmt: skip


def row(kind: str, **fields) -> dict:
    return {"kind": kind, "code": kind, "vat": "21", **fields}


def periods(*codes: str) -> list[dict]:
    return [{"period": code, "price": "1"} for code in codes]


CASES = [
    (blocks(("", "18", "1"), ("20", "", "2")), "blocks-1-start", Trouble.GAP),
    (blocks(("", "18", "1"), ("10", "", "2")), "blocks-1-start", Trouble.OVERLAP),
    (blocks(("", "18", "1"), ("", "18", "2"), ("", "", "3")), "blocks-1-up_to",
     Trouble.NEVER_REACHED),
    (blocks(("", "", "1"), ("", "", "2")), "blocks-0-up_to", Trouble.NEEDS_END),
    (blocks(("", "18", "1")), "blocks-0-up_to", Trouble.LAST_ENDS),
    (blocks(("", "", "0.123456789")), "blocks-0-price", Trouble.TOO_MANY_PLACES),
    (row("blocks", quantity="w", unit="m3", blocks=[]), "blocks-0-price", Trouble.NO_ROW),
    (row("fixed"), "price", Trouble.PRICE_OR_SIZES),
    (row("fixed", price="1", by="size"), "price", Trouble.PRICE_OR_SIZES),
    (row("fixed", by="size", sizes=[{"size": "15", "price": "1"}, {"size": "15", "price": "2"}]),
     "sizes-1-size", Trouble.SIZE_TWICE),
    (row("fixed", price="0.123456789"), "price", Trouble.TOO_MANY_PLACES),
    (row("fixed", price="-1e9"), "price", Trouble.TOO_LARGE),
    (row("unit", quantity="w", unit="m3", price="1", vat="iva"), "vat", Trouble.UNKNOWN_TAX),
    (row("time_of_use", quantity="e", unit="kWh", calendar="td", prices=periods("P1")),
     "calendar", Trouble.PERIOD_UNPRICED),
    (row("time_of_use", quantity="e", unit="kWh", calendar="td", prices=periods("P1", "P2", "P9")),
     "prices-2-period", Trouble.PERIOD_UNKNOWN),
    (row("time_of_use", quantity="e", unit="kWh", calendar="td", prices=periods("P1", "P2", "P1")),
     "prices-2-period", Trouble.PERIOD_TWICE),
    (row("time_of_use", quantity="e", unit="kWh", calendar="no", prices=periods("P1")),
     "calendar", Trouble.UNKNOWN_CALENDAR),
    (row("hourly", quantity="e", unit="kWh", index="no"), "index", Trouble.UNKNOWN_INDEX),
    (row("hourly", quantity="e", unit="kWh", index="spot", factor="0"), "factor", Trouble.FACTOR),
    (row("derived", source="w", unit="GJ", price="1", factor="-1"), "factor", Trouble.FACTOR),
    (row("demand", measured="e", unit="kW", price="1", minimum_percent="85"), "contracted",
     Trouble.CONTRACTED),
    (row("percentage", percent="5", floor_price="1"), "floor_quantity", Trouble.FLOOR),
    (row("percentage", percent="5", limit_per_month="9"), "limit_quantity", Trouble.LIMIT),
    (row("minimum", per_month="5", of=["later"]), "of", Trouble.RESTS_ON_LATER),
]  # fmt: skip


def place_of(mistake: Mistake) -> str:
    _component, name, number, column = mistake.place
    return name if number is None else f"{name}-{number}-{column}"


@pytest.mark.parametrize(("component", "place", "trouble"), CASES)
def test_a_mistake_is_found_at_its_place(component, place, trouble):
    found = mistakes([component], known=KNOWN)
    assert [(place_of(one), one.trouble) for one in found] == [(place, trouble)]


def test_every_trouble_has_a_case():
    assert {trouble for _row, _place, trouble in CASES} | {Trouble.CODE_TWICE} == set(Trouble)


def test_two_components_of_one_code_are_told_at_the_second():
    first = row("fixed", price="1")
    (found,) = mistakes([first, {**first, "price": "2"}], known=KNOWN)
    assert (found.place.component, found.trouble) == (1, Trouble.CODE_TWICE)


SOUND = [
    blocks(("0", "18", "1"), ("18", "", "2")),
    row("fixed", by="size", sizes=[{"size": "15", "price": "1"}]),
    row("time_of_use", quantity="e", unit="kWh", calendar="td", prices=periods("P2", "P1")),
    row("percentage", percent="-5", of=["use", "fixed"]),
]


def test_control_sound_components_have_none():
    assert mistakes(SOUND, known=KNOWN) == []


# What the rules do not look at: the file's references and the periods of a calendar.
OF_THE_FILE = {
    Trouble.UNKNOWN_TAX, Trouble.UNKNOWN_CALENDAR, Trouble.UNKNOWN_INDEX,
    Trouble.PERIOD_UNPRICED, Trouble.PERIOD_UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize(("component", "place", "trouble"), CASES)
def test_the_rules_refuse_what_is_called_a_mistake(component, place, trouble):
    def compiled():
        full = {"label": "x", "service": "s", "unit": "", **component}
        if "blocks" in full:
            full["blocks"] = [{"up_to": None, **block} for block in full["blocks"]]
        compile_tariff(read_components([full]), currency="EUR")

    if trouble in OF_THE_FILE:
        compiled()
        return
    with pytest.raises(ComponentWrong):
        compiled()
