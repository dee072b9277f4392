"""What is said of two bills adds up, and says nothing that is untrue: random bills.

They come from the real drafting and rating, so that the figures are those of real bills.
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from mains.billing.rules import reconciling
from mains.billing.rules.budgeting import BilledAmount, FixedAmount
from mains.billing.rules.causes import Cause, CauseKind, Change
from mains.billing.rules.correcting import PastPeriod
from mains.billing.rules.drafting import ContractInput, MeasuredRegister, draft_bill
from mains.billing.rules.figures import (
    BillFigures,
    figures_of_draft,
)
from mains.billing.rules.reconciling import reconcile
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.metering.rules.consumption import Segment
from mains.tariffs.rules.kinds import (
    AttributePrice,
    Block,
    Blocks,
    BoundsPer,
    Component,
    Derived,
    Fixed,
    Minimum,
    Per,
    Percentage,
    UnitPrice,
)
from mains.tariffs.rules.lines import LineRounding
from mains.tariffs.rules.parts import PricedPart
from mains.tariffs.rules.rating import CompiledTariff, compile_tariff

D = Decimal
K = CauseKind

CODES = ("standing", "day", "use", "sewer", "size", "heat")


class World:
    """
    One account over two periods: what it has, and what may change in between.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.currency = self.random.choice(["EUR", "EUR", "HUF"])
        self.rounding = (
            self.random.choice(list(LineRounding))
            if self.currency == "EUR"
            else LineRounding.CURRENCY_UNIT
        )
        self.codes = [code for code in CODES if self.chance(0.7)] or ["use"]
        self.monthly = self.chance(0.3)
        self.vat = {code: self.random.choice(["5", "10", "21"]) for code in CODES}
        self.prices = {code: self.price() for code in (*CODES, "block2", "block3")}
        self.size = D(self.random.randint(20, 200))
        self.used = {n: self.quantity() for n in (1, 2, 3)}
        self.contracts = {1, 2} if self.chance(0.4) else {1}
        self.discount = self.chance(0.3)
        self.share, self.least = self.percent(), D(self.random.randint(0, 90))
        # What contracts pay a month instead of what they use, in minor units.
        self.fixed = {n: self.random.randint(1, 9_000) for n in (1, 2) if self.chance(0.15)}
        self.cut: Period | None = None
        self.old: dict[str, Decimal] = {}
        self.months, self.start = self.random.choice([1, 2, 3]), date(2026, 1, 1)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def price(self) -> Decimal:
        scale = 100 if self.currency == "HUF" else 1
        return D(self.random.randint(1, 40_000) * scale).scaleb(-4)

    def percent(self) -> Decimal | None:
        return D(self.random.randint(-300, 900)).scaleb(-2) if self.chance(0.4) else None

    def quantity(self) -> Decimal:
        return D(self.random.choice([0, self.random.randint(0, 60_000)])).scaleb(-3)

    def move(self) -> set[str]:
        """
        Change some things, and return which.
        """
        changed = {
            name
            for name in (
                "price",
                "volume",
                "time",
                "vat",
                "contracts",
                "discount",
                "size",
                "share",
                "fixed",
            )
            if self.chance(0.35)
        }
        self.start = add_months(self.start, self.months)
        self.old = dict(self.prices)
        for name in sorted(changed):
            getattr(self, f"move_{name}")()
        # New prices may come on a day within the period, and the old ones hold until then.
        self.cut = None
        if "price" in changed and self.chance(0.5):
            day = self.period.start + timedelta(days=self.random.randint(1, self.period.days - 1))
            self.cut = Period(self.period.start, day)
        return changed

    def move_price(self) -> None:
        for code in self.prices:
            if self.chance(0.5):
                self.prices[code] = self.price()

    def move_volume(self) -> None:
        self.used = {n: self.quantity() for n in self.used}

    def move_time(self) -> None:
        self.months = self.random.choice([1, 2, 3])

    def move_vat(self) -> None:
        self.vat = {code: self.random.choice(["5", "10", "21"]) for code in CODES}

    def move_contracts(self) -> None:
        self.contracts = self.random.choice([{1}, {1, 2}, {1, 3}, {2}])

    def move_discount(self) -> None:
        self.discount = not self.discount

    def move_fixed(self) -> None:
        self.fixed = {n: self.random.randint(1, 9_000) for n in (1, 2, 3) if self.chance(0.4)}

    def move_share(self) -> None:
        self.share, self.least = self.percent(), D(self.random.randint(0, 90))

    def move_size(self) -> None:
        self.size = D(self.random.randint(20, 200))

    def fixed_amount(self, number: int) -> FixedAmount | None:
        minor = self.fixed.get(number)
        if minor is None:
            return None
        return FixedAmount(self.period, Money(minor, self.currency), self.vat["standing"])

    @property
    def period(self) -> Period:
        return Period(self.start, add_months(self.start, self.months))

    def components(self, price: dict[str, Decimal]) -> list[Component]:
        common = {
            code: {"code": code, "label": code, "service": "water", "vat": self.vat[code]}
            for code in CODES
        }
        bounds = BoundsPer.MONTH if self.monthly else BoundsPer.PERIOD
        steps = (Block(D(10), price["use"]), Block(D(20), price["block2"]))
        every: dict[str, Component] = {
            "standing": Fixed(unit="month", price=price["standing"], **common["standing"]),
            "day": Fixed(unit="day", per=Per.DAY, price=price["day"], **common["day"]),
            "use": Blocks(
                unit="m3",
                quantity="m3",
                bounds_per=bounds,
                blocks=(*steps, Block(None, price["block3"])),
                **common["use"],
            ),
            "sewer": UnitPrice(unit="m3", quantity="m3", price=price["sewer"], **common["sewer"]),
            "size": AttributePrice(
                unit="lm3", attribute="lm3", price=price["size"], **common["size"]
            ),
            "heat": Derived(
                unit="GJ", source="m3", factor=D("0.23"), price=price["heat"], **common["heat"]
            ),
        }
        off = Fixed(
            code="off", label="off", service="water", vat=self.vat["use"], unit="month",
            price=D(-1),
        )  # fmt: skip
        of_all = {"label": "l", "service": "water", "vat": self.vat["use"], "unit": ""}
        sums: list[Component] = [Minimum(code="least", per_month=self.least, **of_all)]
        if self.share is not None:
            sums.insert(0, Percentage(code="share", percent=self.share, **of_all))
        return [every[code] for code in self.codes] + ([off] if self.discount else []) + sums

    def tariff(self, prices: dict[str, Decimal]) -> CompiledTariff:
        return compile_tariff(
            self.components(prices), currency=self.currency, line_rounding=self.rounding
        )

    def bill(self) -> BillFigures:
        tariff = self.tariff(self.prices)
        parts = [PricedPart(self.period, tariff)]
        if self.cut is not None:
            parts = [
                PricedPart(self.cut, self.tariff(self.old)),
                PricedPart(Period(self.cut.end, self.period.end), tariff),
            ]
        year_before = self.period.year_before()
        past = PastPeriod(
            days=year_before,
            billed_with=year_before,
            parts=(PricedPart(year_before, tariff),),
            is_contradictory=False,
            before={"m3": self.quantity()},
            after={"m3": self.quantity()},
        )
        draft = draft_bill(
            account_id=1,
            contracts=[
                ContractInput(
                    contract_id=number,
                    service="water",
                    tariff_code="t",
                    period=self.period,
                    parts=parts,
                    attributes={"lm3": self.size},
                    registers=[MeasuredRegister("m3", segment(self.used[number]))],
                    corrections=[past] if self.chance(0.15) else (),
                    fixed=self.fixed_amount(number),
                    taken_off=[BilledAmount(Money(900, self.currency), self.vat["use"], ("B-1",))]
                    if self.chance(0.1)
                    else (),
                )
                for number in sorted(self.contracts)
            ],
            currency=self.currency,
        )
        assert draft.totals, draft.explanation
        return figures_of_draft(draft, period=self.period)


def segment(used: Decimal) -> Segment:
    return Segment(start=D(100), end=D(100) + used, digits=6)


def check(seed: int) -> set[CauseKind]:
    """
    Hold that a random pair adds up and that nothing is said to have changed that did not.
    """
    world = World(seed)
    before = world.bill()
    changed = world.move()
    after = world.bill()
    if before.period.days != after.period.days:
        changed.add("time")
    result = reconcile(before=before, after=after)

    assert sum(one.amount.minor for one in result.causes) == result.difference.minor
    assert result.difference == after.total - before.total
    assert all(one.amount.minor for one in result.causes)
    kinds = {one.kind for one in result.causes}
    assert K.OTHER not in kinds
    allowed = {
        K.PRICE: {"price", "share"},
        K.VOLUME: {"volume"},
        K.TIME: {"time"},
        K.SIZE: {"size"},
        # A part of a period has its share of the bounds.
        K.BLOCKS: {"time", "price"},
        K.CONTRACT_NEW: {"contracts"},
        K.CONTRACT_ENDED: {"contracts"},
        K.DISCOUNT_NEW: {"discount", "share"},
        K.DISCOUNT_ENDED: {"discount", "share"},
        K.VAT_RATE: {"vat"},
        K.LINE_NEW: {"share"},
        K.LINE_ENDED: {"share"},
        K.FIXED: {"fixed"},
        K.USED_NOW: {"fixed"},
        K.USED_BEFORE: {"fixed"},
    }
    for kind in kinds & allowed.keys():
        assert allowed[kind] & changed, (seed, kind, changed)
    if K.ROUNDING in kinds:
        # Lines of four decimals move between rates, each of which is rounded by itself.
        assert world.rounding is LineRounding.FOUR_DECIMALS
    for cause in result.causes:
        holds(cause)
    return kinds


def check_many(count: int) -> set[CauseKind]:
    return set().union(*(check(seed) for seed in range(count)))


def holds(cause: Cause) -> None:
    if cause.kind in {K.PRICE, K.FIXED}:
        assert cause.prices
        assert all(one.difference for one in cause.prices)
    if cause.quantity and cause.kind not in {K.BLOCKS, K.FOLLOWS}:
        assert cause.quantity.difference
        if cause.kind is not K.TIME or "off" not in cause.codes:
            assert (cause.quantity.difference > 0) == (cause.amount.minor > 0), cause


def test_a_thousand_random_pairs_add_up_and_say_nothing_untrue():
    met = check_many(1_000)
    # The generator reaches every kind that real bills have; a cent of rounding is rare.
    assert met | {K.ROUNDING} == set(K) - {K.OTHER}


@pytest.mark.long
def test_twenty_thousand_random_pairs():
    check_many(20_000)


def test_control_a_price_that_did_not_change_is_found(monkeypatch):
    """
    Taking all of a line's difference for its price is caught at once.
    """
    honest = reconciling._prices

    def every(group, cause, after):
        known = honest(group, cause, after)
        return known._replace(prices=known.prices or (Change(D(1), D(2)),))

    monkeypatch.setattr(reconciling, "_prices", every)
    monkeypatch.setattr(reconciling, "_volume", lambda *_given: D(0))
    with pytest.raises(AssertionError):
        check_many(50)


def test_control_a_cent_that_is_lost_is_found(monkeypatch):
    honest = reconciling.in_money
    monkeypatch.setattr(reconciling, "in_money", lambda parts, **given: honest(parts, **given)[1:])
    with pytest.raises(AssertionError):
        check_many(50)
