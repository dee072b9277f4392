"""Two bills are set beside each other line by line: small bills, by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mains.billing.rules.causes import Cause, CauseKind, Change
from mains.billing.rules.figures import (
    BillFigures,
    PrintedLine,
    PrintedRegister,
    figures_from_lines,
    time_share,
)
from mains.billing.rules.reconciling import reconcile
from mains.core.calendars import Period
from mains.core.money import MixedCurrencies, Money

D = Decimal
K = CauseKind
JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))


def line(code: str = "use", **changed: object) -> PrintedLine:
    """
    Return a line of 10 m³ at 2.10; its net follows from the figures unless given.
    """
    given = {
        "contract_id": 1,
        "service": "water",
        "code": code,
        "label": code,
        "quantity": D(10),
        "unit": "m3",
        "unit_price": D("2.10"),
        "times": D(1),
        "divisor": D(1),
        "vat_percent": D(21),
    }
    texts = {"code", "unit", "label", "service"}
    given |= {
        name: D(value) if isinstance(value, str) and name not in texts else value
        for name, value in changed.items()
    }
    exact = given["quantity"] * given["unit_price"] * given["times"] / given["divisor"]
    given.setdefault("net", Money.round_from(exact, "EUR").as_decimal())
    return PrintedLine(**given)


def bill(*lines: PrintedLine, currency: str = "EUR", **extra: object) -> BillFigures:
    return replace(figures_from_lines(lines, currency=currency, period=JANUARY), **extra)


def said(before: BillFigures, after: BillFigures) -> list[tuple[CauseKind, str]]:
    result = reconcile(before=before, after=after)
    assert result.difference == after.total - before.total
    assert sum(cause.amount.minor for cause in result.causes) == result.difference.minor
    return [(cause.kind, cause.amount.as_text()) for cause in result.causes]


def only(before: BillFigures, after: BillFigures, kind: CauseKind) -> Cause:
    (cause,) = [one for one in reconcile(before=before, after=after).causes if one.kind is kind]
    return cause


class TestOneLine:
    def test_the_same_bill_has_no_cause(self):
        assert said(bill(line()), bill(line())) == []

    def test_more_is_volume_and_its_vat(self):
        assert said(bill(line()), bill(line(quantity="16"))) == [
            (K.VOLUME, "12.60"), (K.VAT, "2.65"),
        ]  # fmt: skip

    def test_another_price_is_price_at_the_quantity_now(self):
        after = bill(line(quantity="22", unit_price="2.25"))
        assert said(bill(line()), after) == [
            (K.VOLUME, "25.20"), (K.PRICE, "3.30"), (K.VAT, "5.99"),
        ]  # fmt: skip
        assert only(bill(line()), after, K.PRICE).prices == (Change(D("2.10"), D("2.25")),)

    def test_a_price_that_changed_for_nothing_used_is_no_cause(self):
        nothing = bill(line(quantity="0")), bill(line(quantity="0", unit_price="3"))
        assert said(*nothing) == []

    def test_days_and_months_are_time(self):
        day = {"unit": "day", "unit_price": "0.40"}
        before, after = bill(line(quantity="30", **day)), bill(line(quantity="31", **day))
        assert said(before, after) == [(K.TIME, "0.40"), (K.VAT, "0.08")]
        assert only(before, after, K.TIME).quantity == Change(D(30), D(31))

    def test_a_yearly_price_by_the_month_is_time_and_its_size_is_size(self):
        yearly = {"unit": "lm3", "unit_price": "2.40", "divisor": "12"}
        before = bill(line(quantity="100", times="1", **yearly))
        longer = bill(line(quantity="100", times="3", **yearly))
        larger = bill(line(quantity="120", times="1", **yearly))
        assert said(before, longer) == [(K.TIME, "40.00"), (K.VAT, "8.40")]
        assert only(before, longer, K.TIME).unit == "month"
        assert said(before, larger) == [(K.SIZE, "4.00"), (K.VAT, "0.84")]

    def test_of_imported_bills_what_contradicts_itself_is_called_other(self):
        assert said(bill(line()), bill(line(net="29.00"))) == [(K.OTHER, "8.00"), (K.VAT, "1.68")]

    def test_a_total_without_lines_is_called_other(self):
        before, after = bill(line()), bill(line())
        stated = after.vat[0]._replace(net=Money(5000, "EUR"))
        assert said(before, replace(after, vat=(stated,))) == [(K.OTHER, "29.00")]

    def test_two_currencies_cannot_be_compared(self):
        with pytest.raises(MixedCurrencies):
            reconcile(before=bill(line()), after=bill(line(), currency="HUF"))


class TestManyLines:
    def test_lines_of_one_quantity_are_one_cause(self):
        sewer = {"code": "sewer", "unit_price": "1.00"}
        before = bill(line(), line(**sewer))
        after = bill(line(quantity="12"), line(quantity="12", **sewer))
        assert said(before, after) == [(K.VOLUME, "6.20"), (K.VAT, "1.30")]
        assert only(before, after, K.VOLUME).labels == ("use", "sewer")

    def test_moving_between_blocks_is_volume(self):
        first = {"quantity": "18", "unit_price": "0.35"}
        before = bill(line(**first))
        after = bill(line(**first), line(quantity="12", unit_price="0.70"))
        assert said(before, after) == [(K.VOLUME, "8.40"), (K.VAT, "1.77")]
        assert only(before, after, K.VOLUME).quantity == Change(D(18), D(30))
        assert said(after, before) == [(K.VOLUME, "-8.40"), (K.VAT, "-1.77")]

    def test_new_prices_of_all_blocks_are_price(self):
        blocks = (("18", "0.35"), ("12", "0.70"))
        before = bill(*(line(quantity=used, unit_price=price) for used, price in blocks))
        # The first block now has the price that the second one had.
        after = bill(line(quantity="18", unit_price="0.70"), line(quantity="12", unit_price="1.40"))
        assert said(before, after) == [(K.PRICE, "14.70"), (K.VAT, "3.08")]

    def test_the_same_quantity_in_other_blocks_is_neither_price_nor_volume(self):
        # Bounds by the month: a longer period has more in the cheap block.
        before = bill(
            line(quantity="18", unit_price="0.35"), line(quantity="22", unit_price="0.70")
        )
        after = bill(line(quantity="40", unit_price="0.35"))
        assert said(before, after) == [(K.BLOCKS, "-7.70"), (K.VAT, "-1.62")]

    def test_using_more_never_reads_as_costing_less(self):
        before = bill(
            line(quantity="18", unit_price="0.35"), line(quantity="22", unit_price="0.70")
        )
        after = bill(line(quantity="45", unit_price="0.35"))
        parts = dict(said(before, after))
        assert D(parts[K.VOLUME]) > 0 > D(parts[K.BLOCKS])

    def test_lines_and_discounts_come_and_go(self):
        off = line("e_bill", quantity="1", unit="month", unit_price="-1.00")
        extra = line("visit", quantity="1", unit="", unit_price="30.00")
        assert said(bill(line(), off), bill(line())) == [
            (K.DISCOUNT_ENDED, "1.00"),
            (K.VAT, "0.21"),
        ]
        assert said(bill(line()), bill(line(), off)) == [
            (K.DISCOUNT_NEW, "-1.00"),
            (K.VAT, "-0.21"),
        ]
        assert said(bill(line()), bill(line(), extra)) == [(K.LINE_NEW, "30.00"), (K.VAT, "6.30")]
        assert said(bill(line(), extra), bill(line())) == [
            (K.LINE_ENDED, "-30.00"), (K.VAT, "-6.30"),
        ]  # fmt: skip

    def test_another_unit_is_another_line(self):
        after = bill(line(quantity="100", unit="kWh", unit_price="0.30"))
        assert dict(said(bill(line()), after)) == {
            K.LINE_NEW: "30.00", K.LINE_ENDED: "-21.00", K.VAT: "1.89",
        }  # fmt: skip

    def test_a_contract_is_one_cause_with_all_its_lines(self):
        other = (line(contract_id=2), line("sewer", contract_id=2))
        assert said(bill(line()), bill(line(), *other)) == [
            (K.CONTRACT_NEW, "42.00"), (K.VAT, "8.82"),
        ]  # fmt: skip
        assert said(bill(line(), *other), bill(line())) == [
            (K.CONTRACT_ENDED, "-42.00"), (K.VAT, "-8.82"),
        ]  # fmt: skip

    def test_a_price_for_many_contracts_is_one_cause_and_their_quantities_are_not(self):
        before = bill(line(), line(contract_id=2, quantity="5"))
        after = bill(
            line(quantity="11", unit_price="3.00"),
            line(contract_id=2, quantity="6", unit_price="3.00"),
        )
        kinds = [kind for kind, _amount in said(before, after)]
        assert kinds == [K.PRICE, K.VOLUME, K.VOLUME, K.VAT]
        assert only(before, after, K.PRICE).contract_id is None

    def test_corrections_are_never_taken_for_use(self):
        march = {"corrects": date(2025, 3, 1), "corrects_end": date(2025, 4, 1)}
        before = bill(line(), line(quantity="-2", **march | {"corrects": date(2025, 2, 1)}))
        after = bill(line(), line(quantity="3", **march))
        assert said(before, after) == [
            (K.CORRECTION, "6.30"), (K.CORRECTION_BEFORE, "4.20"), (K.VAT, "2.20"),
        ]  # fmt: skip

    def test_estimates_and_exchanged_meters_are_told_with_the_use(self):
        before = bill(line(), registers=(PrintedRegister(1, "A", is_estimated=True),))
        after = bill(line(quantity="12"), registers=(PrintedRegister(1, "B", is_estimated=False),))
        cause = only(before, after, K.VOLUME)
        assert (cause.was_estimated, cause.is_estimated, cause.is_exchanged) == (True, False, True)


class TestVat:
    def test_another_rate_alone(self):
        assert said(bill(line()), bill(line(vat_percent="10"))) == [(K.VAT_RATE, "-2.31")]
        assert only(bill(line()), bill(line(vat_percent="10")), K.VAT_RATE).percent == (21, 10)

    def test_another_rate_and_more_used(self):
        after = bill(line(quantity="20", vat_percent="10"))
        assert said(bill(line()), after) == [
            (K.VOLUME, "21.00"), (K.VAT_RATE, "-4.62"), (K.VAT, "4.41"),
        ]  # fmt: skip

    def test_a_rate_that_is_rounded_otherwise_takes_its_cent(self):
        # 0.03 and 0.03 of two lines at 21 %: 1.26 cents are 1 cent, at 27 % 1.62 are 2.
        thin = {"quantity": "0.03", "unit_price": "1"}
        before = bill(line(**thin), line("more", **thin))
        after = bill(line(vat_percent="27", **thin), line("more", vat_percent="27", **thin))
        assert said(before, after) == [(K.VAT_RATE, "0.01")]


class TestFourDecimals:
    def test_the_causes_are_rounded_together(self):
        thin = {"quantity": "1", "unit": "day", "unit_price": "0.3333", "net": "0.3333"}
        more = {"unit": "day", "unit_price": "0.3333", "quantity": "2", "net": "0.6666"}
        services = ("a", "b", "c")
        before = bill(*(line(code, contract_id=n, **thin) for n, code in enumerate(services)))
        after = bill(*(line(code, contract_id=n, **more) for n, code in enumerate(services)))
        assert said(before, after) == [(K.TIME, "1.00"), (K.VAT, "0.21")]


class TestStoredLines:
    """
    Stored lines do not keep for how much of a year they are; it follows from their amount.
    """

    @pytest.mark.parametrize(
        ("quantity", "price", "net", "months", "expected"),
        [
            ("10", "2.10", "21.00", "3", (D(1), D(1))),
            ("130", "281.30", "9142", "3", (D(3), D(12))),
            ("0", "2.10", "0.00", "3", (D(1), D(1))),
        ],
    )
    def test_the_share_of_the_year(self, quantity, price, net, months, expected):
        assert expected == time_share(
            quantity=D(quantity), unit_price=D(price), net=D(net), months=D(months)
        )

    def test_who_moved_in_within_the_period(self):
        times, divisor = time_share(
            quantity=D(100), unit_price=D("2.40"), net=D("30.00"), months=D(3)
        )
        assert (times, divisor) == (D("1.5"), D(12))
