"""Published prices, entered as a provider would, through a real bill run, to the cent."""

from datetime import UTC, datetime

import pytest
from tests import databases

from mains.billing.models import Bill, BillLine
from mains.demo import data
from mains.guard import context
from mains.tenancy import queries

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)

# Somajasa, Mengíbar: 9.31 per quarter (15 mm), blocks to 18, 30, 48 m³; VAT 10 %. 48 m³.
WATER = (
    [("standing", "9.31"), ("use", "6.30"), ("use", "8.40"), ("use", "19.80")],
    4381,
    438,
    4819,
)
# MVM Szolnok: 281.30 Ft/lm³/year, 2829.30 Ft/GJ, 126.40 Ft/m³, 0.23 GJ/m³; VAT 5 %.
# 130 lm³, 4.215 GJ, 3.5 m³.
HEAT = (
    [
        ("heating_base", "3047"),
        ("heating_energy", "11925"),
        ("hot_water_base", "442"),
        ("hot_water_heat", "2278"),
    ],
    17692,
    885,
    18577,
)


@pytest.fixture
def filled(unblocked):
    def fill(slug: str) -> None:
        file = next(file for file in data.files() if file.slug == slug)
        data.fill_tenant(file=file, now=NOW)

    yield fill
    context.choose(None)
    with databases.owner() as owner:
        for slug in ("aguaviva", "tavho"):
            databases.drop_tenant(owner, slug)
        databases.forget_staff(owner)
        owner.commit()
    queries.forget()


@pytest.mark.parametrize(("slug", "expected"), [("aguaviva", WATER), ("tavho", HEAT)])
def test_the_example_customer_is_billed_what_was_published(filled, slug, expected):
    filled(slug)

    with context.inside(slug):
        bill = Bill.objects.order_by("-period_end", "pk").first()
        lines = BillLine.objects.filter(bill_id=bill.pk).order_by("position")
        found = [(line.code, f"{line.net.normalize():f}") for line in lines]

    assert found == [(code, without_zeros(net)) for code, net in expected[0]]
    assert (bill.net_minor, bill.vat_minor, bill.total_minor) == expected[1:]


def without_zeros(net: str) -> str:
    """
    Write a figure without the zeros at its end.
    """
    return net.rstrip("0").rstrip(".") if "." in net else net
