from collections.abc import Callable
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.core.calendars import Period
from mains.core.money import Money
from mains.tariffs.rules.kinds import (
    AttributePrice,
    Block,
    Blocks,
    BoundsPer,
    ComponentWrong,
    Derived,
    Fixed,
    Per,
    SizePrice,
    UnitPrice,
)
from mains.tariffs.rules.kinds.blocks import NegativeQuantity
from mains.tariffs.rules.kinds.fixed import NoPriceForSize
from mains.tariffs.rules.lines import (
    AttributeMissing,
    LineRounding,
    QuantityMissing,
    RatingInput,
    TooManyPlaces,
)
from mains.tariffs.rules.rating import CompiledTariff, compile_tariff, explain, rate

D = Decimal
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
COMMON = {"label": "line", "service": "water", "vat": "reduced", "unit": "m3"}


def blocks(*bounds_and_prices: tuple[str | None, str], **extra: object) -> Blocks:
    listed = tuple(
        Block(None if bound is None else D(bound), D(price)) for bound, price in bounds_and_prices
    )
    return Blocks(code="use", quantity="m3", blocks=listed, **COMMON, **extra)  # type: ignore[arg-type]


@pytest.fixture
def mengibar() -> CompiledTariff:
    """
    Quarterly water tariff of Mengíbar, Spain (somajasa.es, «Suministro de Agua Potable»).
    """
    fixed = Fixed(
        code="quota", per=Per.PERIOD, by="meter_mm", sizes=(SizePrice("15", D("9.31")),), **COMMON
    )
    use = blocks(("18", "0.35"), ("30", "0.70"), ("48", "1.10"), (None, "1.50"))
    return compile_tariff([fixed, use], currency="EUR")


@pytest.fixture
def szolnok() -> CompiledTariff:
    """
    District heating of Szolnok, Hungary (szolnok.mvmtavho.hu, «Távhődíjak»), residential.
    """
    heat = {"label": "line", "service": "heat", "vat": "reduced", "unit": "GJ"}
    return compile_tariff(
        [
            AttributePrice(code="base", attribute="lm3", price=D("281.30"), **heat),
            UnitPrice(code="heat", quantity="gj", price=D("2829.30"), **heat),
            UnitPrice(code="hot_water", quantity="vm3", price=D("126.40"), **heat),
            Derived(code="water_heat", source="vm3", factor=D("0.23"), price=D("2829.30"), **heat),
        ],
        currency="HUF",
    )


class TestMengibar:
    @pytest.mark.parametrize(
        ("used", "expected"),
        [
            ("0", [("0", "0.35", "0.00")]),
            ("18", [("18", "0.35", "6.30")]),
            ("30", [("18", "0.35", "6.30"), ("12", "0.70", "8.40")]),
            ("48", [("18", "0.35", "6.30"), ("12", "0.70", "8.40"), ("18", "1.10", "19.80")]),
            (
                "50",
                [
                    ("18", "0.35", "6.30"),
                    ("12", "0.70", "8.40"),
                    ("18", "1.10", "19.80"),
                    ("2", "1.50", "3.00"),
                ],
            ),
        ],
    )
    def test_lines(
        self, mengibar: CompiledTariff, used: str, expected: list[tuple[str, str, str]]
    ) -> None:
        given_ = RatingInput(QUARTER, D(3), {"m3": D(used)}, {"meter_mm": D(15)})
        quota, *lines = rate(mengibar, given_)
        assert quota.net == Money(931, "EUR")
        assert [(line.quantity, line.unit_price) for line in lines] == [
            (D(quantity), D(price)) for quantity, price, _ in expected
        ]
        assert [line.net for line in lines] == [
            Money.round_from(D(net), "EUR") for _, _, net in expected
        ]

    def test_a_size_without_price_is_named(self, mengibar: CompiledTariff) -> None:
        given_ = RatingInput(QUARTER, D(3), {"m3": D(1)}, {"meter_mm": D(13)})
        with pytest.raises(NoPriceForSize, match=r"meter_mm.*13"):
            rate(mengibar, given_)


class TestSzolnok:
    @pytest.mark.parametrize(
        ("volume", "heat", "water", "expected"),
        [
            ("130", "4.215", "3.5", [3047, 11925, 442, 2278]),
            ("145", "0", "4", [3399, 0, 506, 2603]),
        ],
    )
    def test_lines(
        self, szolnok: CompiledTariff, volume: str, heat: str, water: str, expected: list[int]
    ) -> None:
        given_ = RatingInput(JANUARY, D(1), {"gj": D(heat), "vm3": D(water)}, {"lm3": D(volume)})
        assert [line.net for line in rate(szolnok, given_)] == [
            Money(forints, "HUF") for forints in expected
        ]

    def test_every_line_explains_itself(self, szolnok: CompiledTariff) -> None:
        given_ = RatingInput(JANUARY, D(1), {"gj": D("4.215"), "vm3": D("3.5")}, {"lm3": D(130)})
        explained = [explain(line) for line in rate(szolnok, given_)]
        assert all(one.holds for one in explained)
        base, _, _, water_heat = explained
        assert (base.quantity, base.unit_price, base.times, base.divisor) == (
            D(130), D("281.30"), D(1), D(12),
        )  # fmt: skip
        assert water_heat.quantity == D("0.805")
        assert dict(water_heat.trace) == {
            "source": "vm3",
            "source_quantity": D("3.5"),
            "factor": D("0.23"),
        }

    def test_needs_are_known_before(self, szolnok: CompiledTariff) -> None:
        assert szolnok.quantities() == {"gj", "vm3"}
        assert szolnok.attributes() == {"lm3"}


class TestFourDecimals:
    def test_network_lines_stay_decimal(self) -> None:
        # An issued Spanish distributor invoice: 1,279 kWh at 0.057969 EUR is 74.1424.
        energy = UnitPrice(code="energy", quantity="kwh", price=D("0.05796900"), **COMMON)
        tariff = compile_tariff([energy], currency="EUR", line_rounding=LineRounding.FOUR_DECIMALS)
        (line,) = rate(tariff, RatingInput(QUARTER, D(2), {"kwh": D(1279)}))
        assert line.net == D("74.1424")
        assert isinstance(line.net, Decimal)


class TestFixed:
    @pytest.mark.parametrize(
        ("per", "count", "net"),
        [(Per.MONTH, "2.5", 500), (Per.PERIOD, "1", 200), (Per.DAY, "90", 18000)],
    )
    def test_counts_months_periods_or_days(self, per: Per, count: str, net: int) -> None:
        tariff = compile_tariff([Fixed(code="fee", per=per, price=D(2), **COMMON)], currency="EUR")
        (line,) = rate(tariff, RatingInput(QUARTER, D("2.5")))
        assert line.quantity == D(count)
        assert line.net == Money(net, "EUR")


class TestBlocks:
    def test_monthly_bounds_grow_with_the_months(self) -> None:
        tariff = compile_tariff(
            [blocks(("6", "1"), (None, "2"), bounds_per=BoundsPer.MONTH)], currency="EUR"
        )
        lines = rate(tariff, RatingInput(QUARTER, D(3), {"m3": D(20)}))
        assert [line.quantity for line in lines] == [D(18), D(2)]

    @given(
        st.decimals(0, 10**6, places=6),
        st.lists(st.decimals("0.001", 1000, places=3), min_size=0, max_size=5, unique=True).map(
            sorted
        ),
        st.decimals(0, 100, places=8),
        st.decimals("0.1", 24, places=2),
        st.sampled_from(BoundsPer),
    )
    def test_quantities_sum_to_what_was_used(
        self, used: Decimal, bounds: list[Decimal], price: Decimal, months: Decimal, per: BoundsPer
    ) -> None:
        rows = [(str(bound), str(price + index)) for index, bound in enumerate(bounds)]
        tariff = compile_tariff([blocks(*rows, (None, "7"), bounds_per=per)], currency="EUR")
        lines = rate(tariff, RatingInput(QUARTER, months, {"m3": used}))
        assert sum(line.quantity for line in lines) == used
        assert all(explain(line).holds for line in lines)

        # As an oracle: the integral of the price over the quantity, bound by bound.
        def ceiling(bound: Decimal) -> Decimal:
            if per is BoundsPer.MONTH:
                return bound * months
            if per is BoundsPer.YEAR_DAYS:
                share = Fraction(bound) * 90 / 365
                return round(share.numerator / D(share.denominator), 6)
            return bound

        exact, floor = D(0), D(0)
        for bound, row in [*((ceiling(D(b)), D(p)) for b, p in rows), (used, D(7))]:
            exact += max(D(0), min(used, bound) - floor) * row
            floor = max(floor, bound)
        assert sum(line.exact for line in lines) == exact

    def test_refuses_less_than_nothing(self) -> None:
        tariff = compile_tariff([blocks((None, "1"))], currency="EUR")
        with pytest.raises(NegativeQuantity, match="cancel"):
            rate(tariff, RatingInput(QUARTER, D(3), {"m3": D(-1)}))

    @pytest.mark.parametrize(
        "rows",
        [(), (("5", "1"),), (("5", "1"), ("5", "2"), (None, "3")), ((None, "1"), (None, "2"))],
    )
    def test_refuses_bounds_that_do_not_rise(self, rows: tuple[tuple[str | None, str]]) -> None:
        with pytest.raises(ComponentWrong):
            blocks(*rows)


class TestRate:
    @pytest.mark.parametrize(
        ("given_", "problem"),
        [
            (RatingInput(JANUARY, D(1), {"vm3": D(1)}, {"lm3": D(1)}), QuantityMissing),
            (RatingInput(JANUARY, D(1), {"gj": D(1), "vm3": D(1)}), AttributeMissing),
            (
                RatingInput(JANUARY, D(1), {"gj": D("0.0000001"), "vm3": D(1)}, {"lm3": D(1)}),
                TooManyPlaces,
            ),
        ],
    )
    def test_never_guesses(
        self, szolnok: CompiledTariff, given_: RatingInput, problem: type[Exception]
    ) -> None:
        with pytest.raises(problem):
            rate(szolnok, given_)

    def test_does_not_depend_on_the_callers_precision(self, szolnok: CompiledTariff) -> None:
        given_ = RatingInput(JANUARY, D(1), {"gj": D("4.215"), "vm3": D("3.5")}, {"lm3": D(130)})
        with localcontext(prec=3):
            crude = rate(szolnok, given_)
        assert crude == rate(szolnok, given_)

    def test_two_components_of_one_code_are_refused(self) -> None:
        twice = [Fixed(code="fee", price=D(1), **COMMON) for _ in range(2)]
        with pytest.raises(ComponentWrong, match="fee"):
            compile_tariff(twice, currency="EUR")

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Fixed(code="fee", **COMMON),
            lambda: Fixed(code="fee", price=D(1), by="mm", sizes=(), **COMMON),
            lambda: Fixed(code="fee", price=D("0.123456789"), **COMMON),
            lambda: Derived(code="d", source="a", factor=D(0), price=D(1), **COMMON),
        ],
    )
    def test_contradictions_are_refused(self, make: Callable[[], object]) -> None:
        with pytest.raises(ComponentWrong):
            make()
