"""Why a bill is another one than before: from issued bills to plain words that add up."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation
from tests.journeys.estimates import world
from tests.journeys.estimates.world import bill, last_day

from mains.billing.explaining.changes import Against, Explanation, comparisons, explanation
from mains.billing.explaining.telling import Telling, telling
from mains.billing.models import Bill
from mains.billing.queries import FactsTampered
from mains.billing.rules.causes import CauseKind
from mains.tenancy import queries

K = CauseKind


def explained(facts: dict[str, Any], against: Against = Against.PREVIOUS) -> Explanation:
    found = comparisons(bill_id=pk_of(facts))
    known = explanation(facts=facts, against=against, earlier_id=found[against])
    assert known
    assert sum(one.amount.minor for one in known.causes) == known.difference.minor
    assert known.difference == known.after.total - known.before.total
    return known


def pk_of(facts: dict[str, Any]) -> int:
    return Bill.objects.get(number=facts["number"]).pk


def told(known: Explanation, language: str = "en", **most: int) -> Telling:
    services = queries.tenant(world.SLUG).file.services
    with translation.override(language):
        return telling(known, services=services, language=language, **most)


def sentences(known: Explanation, language: str = "en") -> list[str]:
    return [one.sentence for one in told(known, language).causes]


class TestAgainstTheBillBefore:
    @pytest.fixture
    def known(self, home) -> Explanation:
        home.read(last_day(2027, 1), 3_760)
        home.read(last_day(2027, 2), 3_960)
        bill(2027, 1)
        return explained(bill(2027, 2))

    def test_new_prices_less_use_and_another_vat(self, known):
        assert sentences(known) == [
            "The price of “Energy” rose from €0.10 to €0.20 per kWh on February 1, 2027: +€20.00",
            "You used 100 kWh less: −€10.00",
            "VAT is 12 % instead of 21 %: −€3.60",
            "VAT on all that: +€2.10",
        ]
        assert told(known).summary == "It is €8.50 more than the bill before."

    def test_the_rows_lead_from_one_total_to_the_other(self, known):
        first, *_causes, last = told(known).rows
        assert (first.amount, last.amount) == (known.before.total, known.after.total)
        assert first.label == "Bill BE2027-000001, Jan 1, 2027 – Jan 31, 2027"

    def test_small_changes_are_told_together_and_one_by_one(self, known):
        short = told(known, most=1)
        assert [(row.label, row.amount) for row in short.rows[1:-1]] == [
            (told(known).causes[0].text, "+€20.00"),
            ("2 smaller changes", "−€13.60"),
            ("VAT on all that", "+€2.10"),
        ]  # fmt: skip
        assert [row.amount for row in short.smaller] == ["−€10.00", "−€3.60"]

    @pytest.mark.parametrize("language", ["es", "hu", "it", "lv", "uk"])
    def test_every_language_has_its_own_words(self, known, language):
        english, other = told(known), told(known, language)
        assert [one.cause for one in other.causes] == [one.cause for one in english.causes]
        for one, same in zip(other.causes, english.causes, strict=True):
            assert one.text != same.text
        assert other.summary != english.summary


def test_the_same_period_of_last_year_is_another_comparison(home):
    first = bill(2026, 2)
    home.read(last_day(2027, 1), 3_760)
    home.read(last_day(2027, 2), 3_960)
    before, facts = bill(2027, 1), bill(2027, 2)

    year, month = explained(facts, Against.LAST_YEAR), explained(facts)
    assert year.earlier_number == first["number"]
    assert month.earlier_number == before["number"]
    assert "You used 80 kWh less: −€8.00" in sentences(year)
    assert "than the bill for the same period last year" in told(year).summary


def test_an_estimate_and_what_sets_it_right(home):
    estimated = bill(2027, 1)
    home.read(last_day(2027, 2), 4_000)
    known = explained(bill(2027, 2))

    (used,) = [one for one in told(known).causes if one.cause.kind is K.VOLUME]
    assert used.note.endswith("the earlier bill was estimated, this one is by a reading")
    (right,) = [one for one in known.causes if one.kind is K.CORRECTION]
    assert (right.corrects, right.corrects_end) == (date(2027, 1, 1), date(2027, 2, 1))
    texts = [one.text for one in told(known).causes]
    assert "Correction of the estimate for Jan 1, 2027 – Jan 31, 2027" in texts
    assert estimated["contracts"][0]["registers"][0]["source"] == "ESTIMATE"


@pytest.mark.usefixtures("home")
class TestNothingToCompare:
    def test_a_first_bill(self):
        assert comparisons(bill_id=pk_of(bill(2026, 1))) == {}

    def test_a_bill_that_nobody_knows(self):
        assert comparisons(bill_id=10**9) == {}

    def test_an_earlier_bill_whose_facts_are_deleted(self):
        first, second = bill(2026, 1), bill(2026, 2)
        assert comparisons(bill_id=pk_of(second)) == {Against.PREVIOUS: pk_of(first)}
        Bill.objects.filter(pk=pk_of(first)).update(facts="", facts_deleted_at=world.at(2036, 1, 1))
        assert comparisons(bill_id=pk_of(second)) == {}
        # It was deleted after it was found.
        assert explanation(facts=second, against=Against.PREVIOUS, earlier_id=pk_of(first)) is None

    def test_a_cancelled_bill(self):
        first, second = bill(2026, 1), bill(2026, 2)
        Bill.objects.filter(pk=pk_of(first)).update(state="CANCELLED")
        assert comparisons(bill_id=pk_of(second)) == {}


def test_an_earlier_bill_that_was_tampered_with_is_not_told(home):
    first, second = bill(2026, 1), bill(2026, 2)
    text = Bill.objects.get(pk=pk_of(first)).facts
    Bill.objects.filter(pk=pk_of(first)).update(facts=text.replace("L", "M", 1))
    with pytest.raises(FactsTampered):
        explanation(facts=second, against=Against.PREVIOUS, earlier_id=pk_of(first))
