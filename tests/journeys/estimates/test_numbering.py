"""Numbers begin after those of another system, once, upward, and then have no gap."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from tests.journeys.estimates import world
from tests.journeys.estimates.world import at, bill, last_day

from mains.billing import numbering
from mains.billing.models import Bill

pytestmark = pytest.mark.usefixtures("unblocked")


@pytest.fixture
def home(unblocked) -> Iterator:
    with world.opened(world.file_of()) as opened:
        opened.read(last_day(2027, 1), 3_760)
        opened.read(last_day(2027, 2), 4_000)
        yield opened


def begun(number: int, *, code: str = "BE", year: int = 2027) -> bool:
    from mains.journeys import number_desk
    from mains.tenancy import queries

    return number_desk.begin_at(
        tenant=queries.tenant(world.SLUG),
        company_code="balta",
        code=code,
        year=year,
        next_number=number,
        actor="staff:1",
        now=at(2027, 1, 2),
    )


def numbers() -> list[str]:
    return list(Bill.objects.order_by("pk").values_list("number", flat=True))


def test_the_first_bill_follows_the_last_one_of_the_other_system(home):
    assert begun(4_201)
    bill(2027, 1)
    bill(2027, 2)
    assert numbers() == ["BE2027-004201", "BE2027-004202"]


def test_again_changes_nothing_and_is_not_audited_twice(home):
    from mains.audit.models import Entry

    assert begun(4_201)
    assert not begun(4_201)
    (entry,) = Entry.objects.filter(action="numbers.begun")
    assert entry.detail == {"series": "BE2027", "before": 1, "next": 4_201}


def test_only_upward(home):
    begun(4_201)
    with pytest.raises(numbering.NotUpward, match="4201"):
        begun(4_200)
    assert begun(5_000)


def test_not_once_a_number_is_taken(home):
    bill(2027, 1)
    with pytest.raises(numbering.NumbersTaken):
        begun(4_201)
    # What it stands at is no change.
    assert not begun(2)
    bill(2027, 2)
    assert numbers() == ["BE2027-000001", "BE2027-000002"]


def test_every_series_and_year_for_itself(home):
    bill(2027, 1)
    assert begun(77, code="BEC")
    assert begun(900, year=2028)
    with pytest.raises(numbering.NumbersTaken):
        begun(900)


@pytest.mark.parametrize("number", [0, -1, 1_000_000])
def test_only_what_is_a_number(home, number):
    with pytest.raises(numbering.NumberTooLarge):
        begun(number)


def test_only_in_a_series_of_the_company(home):
    from mains.journeys import number_desk

    with pytest.raises(number_desk.UnknownSeries):
        begun(5, code="XX")


def test_from_the_command_line(home):
    from mains.cli import main
    from mains.guard import context

    def run(*arguments: str):
        found = ["billrun", "numbers", "--tenant", world.SLUG, "--company", "balta"]
        try:
            return CliRunner().invoke(main, [*found, "--year", "2027", *arguments])
        finally:
            context.choose(world.SLUG)

    assert "BE2027-000001  not begun" in run().stdout
    assert "BE2027-004201" in run("--series", "BE", "--next", "4201").stdout
    assert run("--series", "BE", "--next", "7").exit_code == 5
    assert run("--series", "XX", "--next", "7").exit_code == 3
    assert run("--next", "7").exit_code == 2
    bill(2027, 1)
    assert "BE2027-004202  begun" in run("--series", "BE").stdout
    assert run("--series", "BE", "--next", "9000").exit_code == 5


def test_a_credit_series_is_nobody_elses(unblocked):
    from mains.tenancy.tenantfile import TenantFileError, parse

    content = world.file_of().model_dump(mode="json", exclude_none=True)
    content["companies"][0]["credit_series"] = content["companies"][0]["series"]
    with pytest.raises(TenantFileError, match="credit_series"):
        parse(content, source="test")
