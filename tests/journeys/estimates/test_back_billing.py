"""Use that is too long ago to be charged for: given back, never claimed."""

from collections.abc import Iterator

import pytest
from tests.journeys.estimates import world
from tests.journeys.estimates.world import bill, last_day, lines

from mains.billing.documents import proofs
from mains.billing.models import Bill
from mains.billing.rules.back_billing import months_claimed
from mains.billing.rules.verifying import verify
from mains.tenancy.tenantfile import parse


@pytest.fixture
def limited(unblocked) -> Iterator:
    """
    A home whose utility claims nothing more for use longer ago than half a year.
    """
    content = world.file_of().model_dump(mode="json", exclude_none=True)
    content["billing"]["back_billing_months"] = 6
    with world.opened(parse(content, source="test")) as home:
        yield home


def late_by_a_year(home, used: int) -> dict:
    """
    Estimate the twelve months of 2027, then read; the last bill is made on February 4, 2028.
    """
    for number in range(1, 13):
        bill(2027, number)
    home.read(last_day(2028, 1), 3_460 + used)
    return bill(2028, 1)


def corrected(facts: dict) -> list[str]:
    return sorted({line["corrects"][0] for line in facts["lines"] if "corrects" in line})


class TestTooOld:
    # 13 months were expected to use 2,760: as much in 2027 as in 2026, and 300 in January.
    MORE, LESS = 4_140, 1_380

    def test_nothing_more_is_claimed(self, limited):
        facts = late_by_a_year(limited, self.MORE)
        # What began before August 4, 2027 is too old.
        assert corrected(facts) == [f"2027-{month:02}-01" for month in range(9, 13)]
        found = facts["contracts"][0]["corrections"]
        written_off = [one["period"][0] for one in found if one.get("written_off")]
        assert written_off == [f"2027-{month:02}-01" for month in range(1, 9)]

    def test_what_was_paid_too_much_is_given_back_however_old(self, limited):
        facts = late_by_a_year(limited, self.LESS)
        assert corrected(facts) == [f"2027-{month:02}-01" for month in range(1, 13)]

    def test_control_without_a_limit_all_of_it_is_claimed(self, home):
        facts = late_by_a_year(home, self.MORE)
        assert corrected(facts) == [f"2027-{month:02}-01" for month in range(1, 13)]

    def test_the_next_bill_does_not_claim_it_either(self, limited):
        late_by_a_year(limited, self.MORE)
        limited.read(last_day(2028, 2), 3_460 + self.MORE + 100)
        facts = bill(2028, 2)
        assert corrected(facts) == []
        assert lines(facts)[1][1] == "100"

    def test_the_proof_of_such_a_bill_holds(self, limited):
        late_by_a_year(limited, self.MORE)
        last = Bill.objects.order_by("-period_end").first()
        assert verify(proofs.proof(bill_id=last.pk)).findings == ()


@pytest.mark.parametrize(
    ("country", "chosen", "expected"),
    [("GB", None, 12), ("GB", 24, 12), ("GB", 6, 6), ("LV", None, None), ("LV", 36, 36)],
)
def test_a_utility_may_claim_less_than_the_law_lets_it_and_not_more(country, chosen, expected):
    assert months_claimed(country=country, chosen=chosen) == expected
