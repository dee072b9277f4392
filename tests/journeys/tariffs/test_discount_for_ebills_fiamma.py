"""The discount for e-bills by direct debit: a line with its reason, while both are in force."""

from collections.abc import Iterator
from datetime import date

import pytest
from tests.journeys.tariffs import world

pytestmark = pytest.mark.usefixtures("unblocked")
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def home() -> Iterator[world.Home]:
    """
    A home under the prices of fiamma's gas: bills go out on the 5th of the month that follows.
    """
    from tests.factories import utilities

    tariff = utilities.file_of("fiamma", schema_name=world.SLUG).tariffs[0]
    rows = [
        {**one.model_dump(mode="json", exclude_none=True), "label": {"lv": "L", "en": "E"}}
        for one in tariff.versions[-1].components
    ]
    with world.opened(world.file_of(*rows)) as home:
        home.hang("gas", unit="m3")
        for day, value in ((MAY, "100"), (JUNE, "150"), (JULY, "200")):
            home.read("gas", day, value)
        yield home


def choose(home: world.Home, mode: str, start: date, end: date | None = None) -> None:
    from mains.customers.models import DeliveryPreference

    DeliveryPreference.objects.create(
        contract=home.contract, mode=mode, email="anna@home.example", start_date=start,
        end_date=end, chosen_at=world.at(start), notice="Bills by e-mail",
    )  # fmt: skip


def mandate(home: world.Home, start: date, end: date | None = None) -> None:
    from mains.customers.models import Mandate

    Mandate.objects.create(
        account=home.account, reference=f"M{start}", iban="IT60X0542811101000000123456",
        signed_date=start, start_date=start, end_date=end,
    )  # fmt: skip


@pytest.mark.seed("S4.04")
class TestDiscount:
    def test_is_a_line_while_both_are_in_force(self, home):
        choose(home, "ELECTRONIC", MAY)
        mandate(home, MAY)
        facts = home.bill(MAY, JUNE)
        assert world.nets(facts) == {"standing": "6.50", "gas": "44.73", "e_bill": "-1.00"}
        # 10 % on 50.23 is 5.02.
        assert world.sums(facts) == ("50.23", "5.02", "55.25")
        line = facts["lines"][-1]
        assert line["label"] == "E"
        assert facts["contracts"][0]["rated"][0]["conditions"] == ["electronic", "mandate"]

    @pytest.mark.parametrize("mode", ["PAPER", "BOTH"])
    def test_is_not_given_with_paper(self, home, mode):
        choose(home, mode, MAY)
        mandate(home, MAY)
        assert "e_bill" not in world.nets(home.bill(MAY, JUNE))

    def test_is_not_given_without_a_mandate(self, home):
        choose(home, "ELECTRONIC", MAY)
        assert "e_bill" not in world.nets(home.bill(MAY, JUNE))

    def test_counts_from_the_bill_that_is_made_after_the_choice(self, home):
        choose(home, "PAPER", MAY, date(2026, 6, 6))
        choose(home, "ELECTRONIC", date(2026, 6, 6))
        mandate(home, MAY)
        # May's bill is made on June 5.
        assert "e_bill" not in world.nets(home.bill(MAY, JUNE))
        assert world.nets(home.bill(JUNE, JULY))["e_bill"] == "-1.00"

    def test_stops_with_the_mandate_and_takes_nothing_back(self, home):
        choose(home, "ELECTRONIC", MAY)
        mandate(home, MAY, date(2026, 6, 20))
        assert world.nets(home.bill(MAY, JUNE))["e_bill"] == "-1.00"
        facts = home.bill(JUNE, JULY)
        assert world.nets(facts) == {"standing": "6.50", "gas": "44.73"}


def test_who_chose_nothing_gets_what_is_usual(home):
    """
    The utility of this test sends bills without paper unless somebody chose otherwise.
    """
    mandate(home, MAY)
    assert world.nets(home.bill(MAY, JUNE))["e_bill"] == "-1.00"
