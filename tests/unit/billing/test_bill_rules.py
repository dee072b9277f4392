from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.billing.rules.status import BillStatus, bill_status, outstanding
from mains.billing.rules.totals import (
    CashRounding,
    CashRoundingUnfit,
    bill_totals,
    cash_amount,
    running_sum,
)
from mains.billing.rules.vat import UnknownVatRate, VatPolicy, vat_totals
from mains.core.money import MixedCurrencies, Money

D = Decimal
RATES = {"standard": D(27), "reduced": D(5), "zero": D(0)}
DUE_DATE = date(2026, 3, 16)


@dataclass(frozen=True, slots=True)
class Line:
    net: Money | Decimal
    vat_rate: str = "standard"


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def huf(minor: int) -> Money:
    return Money(minor, "HUF")


class TestPublishedBills:
    @pytest.mark.parametrize(
        ("nets", "net", "tax", "gross"),
        [
            ([931, 0], 931, 93, 1024),
            ([931, 630], 1561, 156, 1717),
            ([931, 630, 840], 2401, 240, 2641),
            ([931, 630, 840, 1980], 4381, 438, 4819),
        ],
    )
    def test_water_of_mengibar_at_10_percent(
        self, nets: list[int], net: int, tax: int, gross: int
    ) -> None:
        # somajasa.es, «Suministro de Agua Potable aplicado en Mengíbar»: 0, 18, 30 and 48 m³.
        totals = bill_totals(
            [Line(eur(each), "reduced") for each in nets], rates={"reduced": D(10)}, currency="EUR"
        )
        assert (totals.net, totals.tax, totals.gross) == (eur(net), eur(tax), eur(gross))

    @pytest.mark.parametrize(
        ("nets", "net", "tax", "gross", "cash"),
        [
            ([3047, 11925, 442, 2278], 17692, 885, 18577, 18575),
            ([3399, 0, 506, 2603], 6508, 325, 6833, 6835),
        ],
    )
    def test_heat_of_szolnok_at_5_percent(
        self, nets: list[int], net: int, tax: int, gross: int, cash: int
    ) -> None:
        # szolnok.mvmtavho.hu, «Távhődíjak»: the two households of test_rating.
        totals = bill_totals(
            [Line(huf(each), "reduced") for each in nets], rates=RATES, currency="HUF"
        )
        assert (totals.net, totals.tax, totals.gross) == (huf(net), huf(tax), huf(gross))
        assert cash_amount(totals.gross, policy=CashRounding.HUF_5) == huf(cash)

    def test_a_spanish_network_bill_of_four_decimal_lines(self) -> None:
        # An issued distributor invoice of 2010 at 16 %: 101.75 + 16.28 = 118.03.
        lines = [Line(D("21.3458")), Line(D("74.1424")), Line(D("6.2600"))]
        totals = bill_totals(lines, rates={"standard": D(16)}, currency="EUR")
        assert (totals.net, totals.tax, totals.gross) == (eur(10175), eur(1628), eur(11803))


class TestVat:
    def test_is_rounded_once_per_rate(self) -> None:
        # Five times 84.03 at 19 %: 79.83 on the sum, 79.85 line by line.
        lines = [Line(eur(8403))] * 5
        (total,) = vat_totals(lines, rates={"standard": D(19)}, currency="EUR")
        assert total.tax == eur(7983)
        (total,) = vat_totals(
            lines, rates={"standard": D(19)}, currency="EUR", policy=VatPolicy.PER_LINE
        )
        assert total.tax == eur(7985)

    def test_refuses_a_rate_nobody_defined_and_mixed_money(self) -> None:
        with pytest.raises(UnknownVatRate, match="luxury"):
            vat_totals([Line(eur(1), "luxury")], rates=RATES, currency="EUR")
        with pytest.raises(MixedCurrencies):
            vat_totals([Line(huf(1))], rates=RATES, currency="EUR")

    @given(
        st.lists(
            st.builds(Line, st.integers(-(10**9), 10**9).map(eur), st.sampled_from(sorted(RATES)))
        )
    )
    def test_totals_are_the_sums_and_do_not_depend_on_order(self, lines: list[Line]) -> None:
        totals = bill_totals(lines, rates=RATES, currency="EUR")
        assert totals == bill_totals(lines[::-1], rates=RATES, currency="EUR")
        assert totals.net.minor == sum(
            line.net.minor for line in lines if isinstance(line.net, Money)
        )
        assert totals.gross == totals.net + totals.tax
        assert totals.gross == Money.total((t.gross for t in totals.by_rate), currency="EUR")
        for total in totals.by_rate:
            exact = total.net.as_decimal() * total.percent / 100
            assert abs(total.tax.as_decimal() - exact) <= D("0.005")


class TestRunningSum:
    def test_starts_from_the_balance_before(self) -> None:
        steps = running_sum(eur(500), [("heat", eur(1000)), ("payment", eur(-1200))])
        assert [step.so_far.minor for step in steps] == [1500, 300]


class TestCashRounding:
    @given(st.integers(-(10**9), 10**9))
    def test_gives_the_nearest_five(self, minor: int) -> None:
        cash = cash_amount(huf(minor), policy=CashRounding.HUF_5)
        assert cash.minor % 5 == 0
        assert abs(cash.minor - minor) <= 2

    def test_is_not_for_other_currencies(self) -> None:
        assert cash_amount(eur(3), policy=CashRounding.NONE) == eur(3)
        with pytest.raises(CashRoundingUnfit):
            cash_amount(eur(3), policy=CashRounding.HUF_5)


class TestStatus:
    @pytest.mark.parametrize(
        ("total", "allocated", "days_after", "expected"),
        [
            (1000, 0, 0, BillStatus.DUE),
            (1000, 0, 1, BillStatus.OVERDUE),
            (1000, 400, 0, BillStatus.PART_PAID),
            (1000, 400, 1, BillStatus.OVERDUE),
            (1000, 1000, 1, BillStatus.PAID),
            (1000, 1200, 1, BillStatus.PAID),
            (0, 0, 1, BillStatus.NOTHING_TO_PAY),
            (-500, 0, 1, BillStatus.CREDIT),
            (-500, -200, 1, BillStatus.CREDIT),
            (-500, -500, 1, BillStatus.PAID),
        ],
    )
    def test_follows_from_money_and_day(
        self, total: int, allocated: int, days_after: int, expected: BillStatus
    ) -> None:
        status = bill_status(
            total=eur(total),
            allocated=eur(allocated),
            due_date=DUE_DATE,
            today=DUE_DATE + timedelta(days=days_after),
        )
        assert status is expected

    def test_never_asks_for_what_was_paid_too_much(self) -> None:
        assert outstanding(total=eur(1000), allocated=eur(1200)) == eur(0)
        assert outstanding(total=eur(-500), allocated=eur(-200)) == eur(-300)
