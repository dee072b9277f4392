"""Every account falls into one bucket, by the cause that changed its bill most."""

from datetime import date
from decimal import Decimal

import pytest

from mains.billing.rules.causes import CauseKind
from mains.billing.rules.comparing import (
    _BUCKETS,
    ROUNDING,
    VAT,
    Bucket,
    beside,
    bucket_of,
    causes_of,
    error,
    reason_of,
)
from mains.billing.rules.figures import PrintedLine, PrintedRegister, figures_from_lines
from mains.core.calendars import Period

PERIOD = Period(date(2026, 10, 1), date(2026, 11, 1))


def line(code, quantity, price, *, unit="kWh", contract=1, times=1, divisor=1, corrects=None):
    exact = Decimal(quantity) * Decimal(price) * times / divisor
    return PrintedLine(
        contract_id=contract,
        service="electricity",
        code=code,
        label=code,
        quantity=Decimal(quantity),
        unit=unit,
        unit_price=Decimal(price),
        times=Decimal(times),
        divisor=Decimal(divisor),
        net=exact.quantize(Decimal("0.01")),
        vat_percent=Decimal(21),
        corrects=corrects,
        corrects_end=corrects and date(2026, 10, 1),
    )


def bill(*lines, meter="M1", estimated=False):
    return figures_from_lines(
        lines,
        currency="EUR",
        period=PERIOD,
        registers=[PrintedRegister(1, meter, estimated)],
    )


ENERGY, BASE = line("energy", 300, "0.15"), line("base", 1, "5.00", unit="month")
DISCOUNT = line("discount", 1, "-3.00", unit="month")
BEFORE = bill(ENERGY, BASE, DISCOUNT)
AFTER = {
    Bucket.PRICE: bill(line("energy", 300, "0.20"), BASE, DISCOUNT),
    Bucket.VOLUME: bill(line("energy", 400, "0.15"), BASE, DISCOUNT),
    Bucket.ESTIMATE: bill(line("energy", 400, "0.15"), BASE, DISCOUNT, estimated=True),
    Bucket.NEW_METER: bill(line("energy", 400, "0.15"), BASE, DISCOUNT, meter="M2"),
    Bucket.DAYS: bill(ENERGY, line("base", 2, "5.00", unit="month"), DISCOUNT),
    Bucket.LOST_DISCOUNT: bill(ENERGY, BASE),
    Bucket.CONTRACT: bill(ENERGY, BASE, DISCOUNT, line("energy", 90, "0.15", contract=2)),
}


def compared(before, after):
    causes = causes_of(before=before, after=after)
    difference = after.total.minor - before.total.minor
    assert sum(minor for _name, minor in causes) == difference
    return bucket_of(difference=difference, causes=causes), dict(causes)


@pytest.mark.parametrize("bucket", AFTER)
def test_the_cause_decides(bucket):
    found, causes = compared(BEFORE, AFTER[bucket])
    assert found == bucket
    assert set(causes) <= {bucket, VAT, ROUNDING}


def test_of_two_causes_the_larger_one_decides():
    found, causes = compared(BEFORE, bill(line("energy", 500, "0.16"), BASE))
    assert found == Bucket.VOLUME
    assert causes[Bucket.VOLUME] > causes[Bucket.PRICE] > 0
    assert causes[Bucket.LOST_DISCOUNT] == 300


def test_what_sets_an_estimate_right_is_an_estimate():
    corrected = line("energy", 80, "0.15", corrects=date(2026, 9, 1))
    assert compared(BEFORE, bill(ENERGY, BASE, DISCOUNT, corrected))[0] == Bucket.ESTIMATE


def test_the_same_total_is_unchanged_whatever_its_lines():
    assert bucket_of(difference=0, causes=[("price", 5), ("volume", -5)]) == Bucket.UNCHANGED


def test_without_a_bill_before_it_is_the_first():
    assert bucket_of(difference=None, causes=[]) == Bucket.NEW_CUSTOMER


@pytest.mark.parametrize("causes", [[], [(VAT, 3)], [(ROUNDING, 3)]])
def test_where_nothing_tells_it_is_something_else(causes):
    assert bucket_of(difference=3, causes=causes) == Bucket.OTHER


def test_every_kind_of_cause_has_a_bucket():
    assert set(_BUCKETS) == set(CauseKind)


def test_blocked_accounts_have_a_bucket_for_each_reason():
    assert reason_of(error("NO_READING")) == "NO_READING"
    assert reason_of(Bucket.PRICE) == ""


def test_lines_stand_beside_their_like():
    after = bill(line("energy", 400, "0.15"), line("levy", 1, "1.00"), BASE)
    found = beside(before=BEFORE, after=after)
    assert [(one.line.code, one.difference) for one in found] == [
        ("energy", Decimal("15.00")),
        ("levy", Decimal("1.00")),
        ("base", Decimal("0.00")),
        ("discount", Decimal("3.00")),
    ]
    assert found[1].before is None
    assert found[3].after is None
    assert sum(one.difference for one in found) == after.net.as_decimal() - BEFORE.net.as_decimal()
    assert beside(before=None, after=None) == ()
