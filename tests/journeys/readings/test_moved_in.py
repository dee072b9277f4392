"""Whoever moves in sees their own readings, and none of whoever lived there before."""

from datetime import date

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.metering import queries

MOVED = date(2026, 10, 31)


@pytest.fixture
def moved(hanna):
    """
    End the hot water of the first account on a day, and begin another account's that day.
    """
    from mains.customers.models import Account, Contract

    with inside(SLUG):
        old = Contract.objects.get(account__number=FIRST, service="hot_water")
        other = Account.objects.filter(company=old.account.company).exclude(
            contracts__supply_point=old.supply_point
        )[0]
        Contract.objects.filter(pk=old.pk).update(end_date=MOVED)
        fields = {
            "supply_point": old.supply_point, "service": "hot_water", "start_date": MOVED,
            "contract_class": old.contract_class, "tariff_code": old.tariff_code,
        }  # fmt: skip
        new = Contract.objects.create(account=other, **fields)
        serial = old.supply_point.installations.get(meter__service="hot_water").meter.serial
    yield old.account_id, other.pk, serial
    with inside(SLUG):
        Contract.objects.filter(pk=new.pk).delete()
        Contract.objects.filter(pk=old.pk).update(end_date=None)


def dates(account_id: int, serial: str) -> list[date]:
    with inside(SLUG):
        rows = queries.readings_of(account_ids=[account_id], limit=1_000)
    return [row.read_date for row in rows if row.meter == serial]


def test_each_sees_the_readings_of_their_own_days(moved):
    left, came, serial = moved

    assert min(dates(came, serial)) == MOVED
    assert max(dates(left, serial)) == MOVED
    assert len(dates(left, serial)) > 6


def test_the_page_and_the_api_show_no_earlier_ones(moved):
    _left, came, serial = moved
    newcomer = world.person("new@home.example", *world.accounts(pk=came))

    rows = newcomer.call("GET", "/readings").json()["data"]
    assert {row["read_date"] for row in rows if row["meter"] == serial} == {"2026-10-31"}
    page = newcomer.get("/readings/").content.decode()
    assert page.count(f'data-label="Meter"><span>{serial}</span>') == 1
