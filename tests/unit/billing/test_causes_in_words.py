"""Every kind of cause has a sentence in every language, with its figures in it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from mains.billing.explaining.changes import Against, Explanation
from mains.billing.explaining.telling import telling
from mains.billing.rules.causes import Cause, CauseKind, Change
from mains.billing.rules.figures import BillFigures, PriceListName, PrintedLine
from mains.billing.rules.vat import VatTotal
from mains.core.calendars import Period
from mains.core.money import Money
from mains.tenancy.tenantfile.services import Service

D = Decimal
K = CauseKind
SERVICES = [
    Service(code="water", company="us", label={"en": "Hot water", "hu": "Melegvíz"}),
    Service(code="heat", company="us", label={"en": "Heating"}),
]
JULY = PriceListName("Homes", date(2026, 7, 1))


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def line(contract_id: int, service: str) -> PrintedLine:
    one, none = D(1), D(0)
    return PrintedLine(
        contract_id, service, "use", "Use", one, "m3", one, one, one, none, none
    )  # fmt: skip


def figures(period: Period, total: int, *services: str) -> BillFigures:
    return BillFigures(
        currency="EUR",
        period=period,
        lines=tuple(line(number, service) for number, service in enumerate(services, start=1)),
        vat=(VatTotal("0", D(0), eur(total), eur(0)),),
        places={1: "Main St 1", 2: "Main St 2"},
    )


def explanation(*causes: Cause, services: tuple[str, ...] = ("water",)) -> Explanation:
    june, july = (Period.month_of(date(2026, month, 1)) for month in (6, 7))
    change = sum(cause.amount.minor for cause in causes)
    return Explanation(
        against=Against.PREVIOUS,
        earlier_id=1,
        earlier_number="B-1",
        before=figures(june, 1_000, *services),
        after=figures(july, 1_000 + change, *services),
        causes=causes,
    )


def said(cause: Cause, services: tuple[str, ...] = ("water",)) -> str:
    known = explanation(cause, services=services)
    with translation.override("en"):
        (one,) = telling(known, services=SERVICES, language="en").causes
    return f"{one.sentence} | {one.note}".removesuffix(" | ")


def cause(kind: CauseKind, minor: int = 100, **figures: object) -> Cause:
    given = {"service": "water", "contract_id": 1, "labels": ("Use",), "unit": "m3"} | figures
    return Cause(kind, eur(minor), **given)  # type: ignore[arg-type]


UP, DOWN = Change(D("2.10"), D("2.25")), Change(D("2.25"), D("2.1"))
SAID = [
    (cause(K.VOLUME, 1260, quantity=Change(D(10), D(24))),
     "You used 14 m³ more: +€12.60 | 24 m³ instead of 10 m³"),
    (cause(K.VOLUME, -1260, quantity=Change(D("24.5"), D(10)), is_estimated=True),
     "You used 14.5 m³ less: −€12.60 | 10 m³ instead of 24.5 m³ · this bill is estimated"),
    (cause(K.VOLUME, quantity=Change(D(1), D(2)), was_estimated=True, is_estimated=True,
           is_exchanged=True),
     "You used 1 m³ more: +€1.00 | 2 m³ instead of 1 m³ · both bills are estimated"
     " · the meter was exchanged"),
    # Energy that is fed in is paid for: more of it makes a bill lower.
    (cause(K.VOLUME, -90, quantity=Change(D(1), D(4)), labels=("Fed in",), unit="kWh"),
     "“Fed in”: 3 kWh more: −€0.90 | 4 kWh instead of 1 kWh"),
    (cause(K.PRICE, 330, prices=(UP,), price_list=JULY),
     "The price of “Use” rose from €2.10 to €2.25 per m³ on July 1, 2026: +€3.30"
     " | Homes, prices valid from Jul 1, 2026"),
    (cause(K.PRICE, -330, prices=(DOWN,)),
     "The price of “Use” fell from €2.25 to €2.10 per m³: −€3.30"),
    (cause(K.PRICE, prices=(Change(D("281.3"), D(300)),), unit="lm3", is_yearly=True),
     "The price of “Use” rose from €281.30 to €300.00 per lm³ a year: +€1.00"),
    (cause(K.PRICE, prices=(Change(D("0.1525"), D("0.16")),), unit="month"),
     "The price of “Use” rose from €0.1525 to €0.16 per month: +€1.00"),
    # A price list that was in force when the earlier bill began did not bring the change.
    (cause(K.PRICE, prices=(UP,), price_list=PriceListName("Homes", date(2026, 6, 1)), unit=""),
     "The price of “Use” rose from €2.10 to €2.25: +€1.00 | Homes, prices valid from Jun 1, 2026"),
    (cause(K.PRICE, prices=(UP, UP), price_list=JULY),
     "New prices for “Use” from July 1, 2026: +€1.00 | Homes, prices valid from Jul 1, 2026"),
    (cause(K.PRICE, -100, prices=(UP,)), "New prices for “Use”: −€1.00"),
    (cause(K.TIME, 40, quantity=Change(D(30), D(31)), unit="day", labels=("Meter", "Grid")),
     "31 days instead of 30: +€0.40 | Meter, Grid"),
    (cause(K.TIME, -40, quantity=Change(D(3), D(1)), unit="month"),
     "1 month instead of 3: −€0.40 | Use"),
    (cause(K.TIME, -40, quantity=Change(D(3), D("1.516129")), unit="month"),
     "1.52 months instead of 3: −€0.40 | Use"),
    (cause(K.SIZE, quantity=Change(D(100), D(120)), unit="lm3"),
     "“Use” is charged for 120 lm³ instead of 100 lm³: +€1.00"),
    (cause(K.FOLLOWS, quantity=Change(D("44.16"), D(50)), unit="%"),
     "“Use” follows from the other amounts: +€1.00"),
    (cause(K.PRICE, prices=(Change(D("5.1"), D("5.5")),), unit="%"),
     "The price of “Use” rose from 5.1 % to 5.5 %: +€1.00"),
    (cause(K.BLOCKS, quantity=Change(D(9), D(9))),
     "More of the same use is at the higher price: +€1.00 | Use"),
    (cause(K.BLOCKS, -100, quantity=Change(D(9), D(9))),
     "More of the same use is at the lower price: −€1.00 | Use"),
    (cause(K.CONTRACT_NEW), "New on this bill: Hot water: +€1.00"),
    (cause(K.CONTRACT_ENDED, -100), "No longer on this bill: Hot water: −€1.00"),
    (cause(K.LINE_NEW), "New on this bill: Use: +€1.00"),
    (cause(K.LINE_ENDED, -100), "No longer on this bill: Use: −€1.00"),
    (cause(K.DISCOUNT_NEW, -100), "“Use” is deducted now: −€1.00"),
    (cause(K.DISCOUNT_ENDED), "“Use” is no longer deducted: +€1.00"),
    (cause(K.CORRECTION, corrects=date(2026, 3, 1), corrects_end=date(2026, 4, 1)),
     "Correction of the estimate for Mar 1, 2026 – Mar 31, 2026: +€1.00"),
    (cause(K.CORRECTION_BEFORE, corrects=date(2026, 3, 1)),
     "Only on the earlier bill: correction of the estimate for Mar 1, 2026: +€1.00"),
    (cause(K.FIXED, prices=(Change(D(0), D("45.45")),)),
     "A fixed amount of €45.45 a month: +€1.00"),
    (cause(K.FIXED, prices=(Change(D(45), D(50)),)),
     "The fixed amount is €50.00 a month instead of €45.00: +€1.00"),
    (cause(K.FIXED, -100, prices=(Change(D(45), D(0)),)), "No fixed amount on this bill: −€1.00"),
    (cause(K.FIXED_TAKEN_OFF, -100, prices=(Change(D(0), D(-50)),)),
     "Fixed amounts that were billed are taken off: −€1.00"),
    (cause(K.FIXED_TAKEN_OFF, prices=(Change(D(-50), D(0)),)),
     "Fixed amounts were taken off the earlier bill: +€1.00"),
    (cause(K.USED_BEFORE, -100),
     "What you used is not on this bill; it is settled later: −€1.00"),
    (cause(K.USED_NOW), "What you really used is on this bill: +€1.00"),
    (cause(K.VAT_RATE, percent=Change(D(21), D("5.50"))),
     "VAT is 5.5 % instead of 21 %: +€1.00"),
    (cause(K.VAT, 346), "VAT on all that: +€3.46"),
    (cause(K.ROUNDING, 1), "Rounding: +€0.01"),
    (cause(K.OTHER), "Other changes: +€1.00 | Use"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "sentence"), SAID, ids=lambda value: getattr(value, "kind", ""))
def test_english(one, sentence):
    assert said(one) == sentence


@pytest.mark.parametrize("language", ["es", "hu", "it", "lv", "uk"])
def test_every_kind_has_words_of_its_own(language):
    texts = set()
    for one, english in SAID:
        with translation.override(language):
            (told,) = telling(explanation(one), services=SERVICES, language=language).causes
        assert "%" not in told.sentence or one.kind is K.VAT_RATE or one.unit == "%"
        assert told.text != english.split(": ")[0]
        texts.add(told.text)
    assert {one.kind for one, _english in SAID} == set(K)
    assert len(texts) > len(set(K)) - 3


class TestWhere:
    """
    What a sentence is about is said where the bills are about several things, and not elsewhere.
    """

    MORE = cause(K.VOLUME, quantity=Change(D(1), D(2)))

    @pytest.mark.parametrize(
        ("services", "where"),
        [
            (("water",), ""),
            (("water", "heat"), " (Hot water)"),
            (("water", "water"), " (Hot water, Main St 1)"),
        ],
    )
    def test_by_service_and_by_place(self, services, where):
        assert said(self.MORE, services).startswith(f"You used 1 m³ more{where}: ")

    def test_a_service_that_is_gone_goes_by_its_code(self):
        assert "gas" in said(cause(K.CONTRACT_ENDED, service="gas"))


class TestFolding:
    def causes(self, count: int) -> Iterator[Cause]:
        for number in range(count):
            yield cause(K.LINE_NEW, 1_000 - number, labels=(f"Line {number}",))
        yield cause(K.VAT, -7)

    @pytest.mark.parametrize(("count", "shown", "smaller"), [(6, 6, 0), (7, 7, 0), (9, 6, 3)])
    def test_the_largest_are_shown_and_the_rest_still_adds_up(self, count, shown, smaller):
        known = explanation(*self.causes(count))
        with translation.override("en"):
            told = telling(known, services=SERVICES, language="en")
        assert len(told.smaller) == smaller
        assert len(told.rows) == 1 + shown + bool(smaller) + 1 + 1
        assert len(told.causes) == count + 1
        if smaller:
            together = sum(one.cause.amount.minor for one in told.causes[shown:-1])
            assert told.rows[-3].label == "3 smaller changes"
            assert told.rows[-3].amount == f"+€{together / 100:.2f}"
