"""One bill for several contracts goes every way, and to every address, that one of them has."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, SLUG, TODAY, Person

from mains.guard.context import inside

pytestmark = pytest.mark.seed("S4.13")
KITCHEN = "kitchen@home.example"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("teplo", count=4):
        yield


@pytest.fixture
def account(utility, django_db_blocker):
    """
    An account with two contracts, on paper both.
    """
    with django_db_blocker.unblock():
        account = bills.begin_anew()
        assert len(bills.contracts(account)) == 2
        yield account


@pytest.fixture
def hanna(account) -> Person:
    return world.person(HANNA, account)


def way(account, day=TODAY) -> tuple[str, str]:
    from mains.billing.inputs.contracts import holders_of

    with inside(SLUG):
        holder = holders_of(account_ids=[account.pk], issue_date=day)[account.pk]
    return holder.delivery, holder.delivery_email


def test_one_by_email_and_one_on_paper_is_both(hanna, account):
    first, _second = bills.contracts(account)
    bills.choose(hanna, account, "ELECTRONIC", only=first)
    assert way(account) == ("BOTH", HANNA)


def test_two_addresses_get_it(hanna, account):
    first, second = bills.contracts(account)
    bills.choose(hanna, account, "ELECTRONIC", only=first)
    with bills.published(delivery={"per_contract_address": True}):
        bills.choose(hanna, account, "ELECTRONIC", email=KITCHEN, only=second)
    Person(KITCHEN).post(world.link_path("delivery-address", KITCHEN))
    assert way(account) == ("ELECTRONIC", f"{HANNA},{KITCHEN}")


def test_all_on_paper_is_paper_and_the_contact_is_told(account):
    assert way(account) == ("PAPER", account.customer.email)


@pytest.mark.parametrize("ended", [0, 1])
def test_a_contract_that_has_ended_no_longer_counts(hanna, account, ended):
    from mains.customers.models import Contract

    both = bills.contracts(account)
    bills.choose(hanna, account, "ELECTRONIC", only=both[0])
    rows = Contract.objects.filter(pk=both[ended].pk)
    with inside(SLUG):
        rows.update(end_date=TODAY)
    found = way(account)[0]
    with inside(SLUG):
        rows.update(end_date=None)
    assert found == ("PAPER" if ended == 0 else "ELECTRONIC")


def test_once_all_have_ended_the_last_ones_way_is_the_final_bills(hanna, account):
    from mains.customers.models import Contract

    first, second = bills.contracts(account)
    bills.choose(hanna, account, "ELECTRONIC", only=first)
    with inside(SLUG):
        Contract.objects.filter(pk=first.pk).update(end_date=TODAY - timedelta(days=9))
        Contract.objects.filter(pk=second.pk).update(end_date=TODAY)
        found = way(account)
        Contract.objects.filter(pk__in=[first.pk, second.pk]).update(end_date=None)
    assert found[0] == "PAPER"
