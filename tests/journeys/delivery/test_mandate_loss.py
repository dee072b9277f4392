"""Bills by e-mail take a mandate (S4.02): once it has ended the provider's rule decides."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, NOW, SLUG, TODAY, Person

from mains.guard.context import inside

pytestmark = pytest.mark.seed("S4.02")
NEEDS = {"electronic_requires_mandate": True, "default_mode": "paper"}


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    """
    An account under a mandate.
    """
    from mains.customers.models import Mandate

    with django_db_blocker.unblock():
        account = bills.begin_anew()
        with inside(SLUG):
            Mandate.objects.all().delete()
            Mandate.objects.create(
                account=account, reference="M-1", holder="H", iban="LV60", start_date=TODAY,
                signed_date=TODAY,
            )  # fmt: skip
        yield account


@pytest.fixture
def hanna(account) -> Person:
    """
    Its holder, whose bills come by e-mail.
    """
    person = world.person(HANNA, account)
    bills.choose(person, account, "ELECTRONIC")
    return person


def end_mandate(account, day: date) -> None:
    from mains.customers.models import Mandate

    with inside(SLUG):
        Mandate.objects.filter(account=account).update(
            start_date=day - timedelta(days=300), end_date=day
        )


def apply() -> int:
    from mains.journeys import mandate_loss
    from mains.tenancy import queries

    with inside(SLUG):
        return mandate_loss.apply(tenant=queries.tenant(SLUG), now=NOW)


def decided(policy: str):
    return bills.published(delivery={**NEEDS, "on_mandate_loss": policy})


def start() -> object:
    """
    Start the run for November as the calendar does.
    """
    from mains.billing.models import BillRun
    from mains.core.calendars import Period
    from mains.journeys import bill_run
    from mains.tenancy import queries

    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        company = BillRun.objects.select_related("company").order_by("pk")[0].company
        return bill_run.start(
            tenant=tenant, company=company, period=Period.month_of(TODAY), started_by="calendar",
            now=NOW,
        )  # fmt: skip


@pytest.mark.usefixtures("hanna")
class TestPaper:
    def test_the_run_finds_the_bills_on_paper_although_no_night_came_between(self, account):
        end_mandate(account, TODAY)
        with decided("paper"):
            run = start()
        assert bills.on(account, run.issue_date) == {("PAPER", "")}

    def test_while_the_mandate_runs_nothing_changes(self, account):
        end_mandate(account, TODAY + timedelta(days=1))
        with decided("paper"):
            assert apply() == 0
        assert bills.on(account) == {("ELECTRONIC", HANNA)}

    def test_where_no_mandate_is_asked_for_nothing_changes(self, account):
        end_mandate(account, TODAY)
        assert apply() == 0
        assert bills.on(account) == {("ELECTRONIC", HANNA)}

    def test_the_holder_is_told_why_once_and_the_consent_has_ended(self, hanna, account):
        end_mandate(account, TODAY)
        with decided("paper"):
            assert apply() == 1
            assert apply() == 0
        told = [one["what"] for one in world.mailed("delivery-changed", account.customer.email)]
        assert told[-1:] == ["mandate"]
        assert told.count("mandate") == 1
        assert bills.consents(hanna) == []
        assert world.texts("delivery-changed")

    def test_after_the_run_took_the_choices_it_is_for_the_next(self, account):
        run = bills.start_run()
        end_mandate(account, TODAY)
        with decided("paper"):
            apply()
        assert bills.taken(run, account) == ("ELECTRONIC", HANNA)
        assert bills.on(account, TODAY) == {("ELECTRONIC", HANNA)}
        assert bills.on(account, TODAY + timedelta(days=1)) == {("PAPER", "")}

    def test_where_there_is_no_paper_the_bills_go_on(self, account):
        end_mandate(account, TODAY)
        with bills.published(delivery=NEEDS, portal={"mandatory": True}):
            assert apply() == 0
        assert bills.on(account) == {("ELECTRONIC", HANNA)}

    def test_with_a_new_mandate_they_may_come_by_email_again(self, hanna, account):
        end_mandate(account, TODAY)
        with decided("paper"):
            apply()
            assert bills.choose(hanna, account, "ELECTRONIC").status_code == 422
            end_mandate(account, TODAY + timedelta(days=90))
            bills.choose(hanna, account, "ELECTRONIC")
        assert bills.on(account) == {("ELECTRONIC", HANNA)}

    def test_the_nightly_job_does_so(self, account):
        from mains.journeys import upkeep

        end_mandate(account, TODAY)
        delivery = {**NEEDS, "on_mandate_loss": "paper"}
        with bills.published(delivery=delivery, billing={"issue_day": None}), inside(SLUG):
            upkeep.nightly()
        assert bills.on(account) == {("PAPER", "")}


@pytest.mark.usefixtures("hanna")
class TestGrace:
    def test_one_more_bill_comes_by_email_and_it_is_told_once(self, account):
        end_mandate(account, TODAY)
        with decided("grace"):
            assert apply() == 0
            assert apply() == 0
        assert bills.on(account) == {("ELECTRONIC", HANNA)}
        told = world.mailed("mandate-ended", account.customer.email)
        assert [one["what"] for one in told] == ["grace"]
        assert world.texts("mandate-ended")

    def test_after_it_they_come_on_paper(self, account):
        # The bill for October was issued on 4 November, after the mandate had ended.
        end_mandate(account, date(2026, 11, 1))
        with decided("grace"):
            assert apply() == 1
        assert bills.on(account) == {("PAPER", "")}

    def test_a_bill_from_before_it_ended_does_not_count(self, account):
        end_mandate(account, date(2026, 11, 5))
        with decided("grace"):
            assert apply() == 0
        assert bills.on(account) == {("ELECTRONIC", HANNA)}


@pytest.mark.usefixtures("hanna")
def test_kept_they_go_on_and_it_is_told(account):
    end_mandate(account, date(2026, 11, 1))
    with decided("keep"):
        assert apply() == 0
    assert bills.on(account) == {("ELECTRONIC", HANNA)}
    told = world.mailed("mandate-ended", account.customer.email)
    assert [one["what"] for one in told] == ["keep"]


def test_who_has_paper_is_told_nothing(account):
    end_mandate(account, TODAY)
    with decided("paper"):
        assert apply() == 0
    assert world.mailed("mandate-ended") == []
    assert world.mailed("delivery-changed") == []


def test_a_default_by_email_that_takes_a_mandate_is_no_configuration():
    from tests.factories import utilities

    from mains.tenancy.tenantfile import TenantFileError, parse

    data = utilities.file_of("balta", schema_name=SLUG).model_dump(mode="json")
    data["delivery"] |= {"electronic_requires_mandate": True, "default_mode": "electronic"}
    with pytest.raises(TenantFileError, match="default_mode"):
        parse(data, source="test")
