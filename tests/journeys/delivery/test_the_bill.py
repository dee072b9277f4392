"""From the choice to the bill: sealed with its way, told as it is issued, to each address."""

import pytest
from tests.journeys import delivery_world as bills
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import HANNA, NOW, SLUG

from mains.guard.context import inside

KITCHEN = "kitchen@home.example"


@pytest.fixture(scope="module")
def account(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), world.opened("teplo", count=4):
        yield bills.begin_anew()


@pytest.mark.seed("S4.12")
@pytest.mark.seed("S4.03")
def test_the_bill_comes_as_was_said_and_each_address_is_told_with_it(account, django_db_blocker):
    from mains.billing import queries as billing
    from mains.billing.models import Bill
    from mains.billing.runs import proving
    from mains.customers.models import DeliveryPreference
    from mains.journeys import bill_run
    from mains.notifications.models import Message
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        hanna, tenant = world.person(HANNA, account), queries.tenant(SLUG)
        page = bills.choose(hanna, account, "ELECTRONIC")
        assert b"It applies from the bill for November 1, 2026" in page.content
        with inside(SLUG):
            # A second address, as another contract of the account would have it.
            rows = DeliveryPreference.objects.filter(contract__account=account, end_date=None)
            rows.update(email=f"{HANNA},{KITCHEN}")
        run = bills.start_run()
        with inside(SLUG):
            run = bill_run.approve(tenant=tenant, run=run, approved_by="bob", now=NOW)
            run = bill_run.issue(tenant=tenant, run=run, now=NOW)
            bill = Bill.objects.get(run=run, account=account)
            assert billing.facts(bill_id=bill.pk)["delivery"] == "ELECTRONIC"
            told = Message.objects.filter(
                kind="bill-issued", key__startswith=f"bill-issued:{bill.pk}"
            )
            assert set(told.values_list("recipient", flat=True)) == {HANNA, KITCHEN}
            assert billing.messages_waiting(run_id=run.pk)
            told.filter(key__endswith="+").update(state="QUEUED")
            Message.objects.exclude(key__endswith="+").update(state="SENT")
            assert billing.messages_waiting(run_id=run.pk), "the second one waits as well"
            issued, rehearsed = (
                proving.issued_hashes(run_id=run.pk),
                proving.rehearsed_hashes(run_id=run.pk),
            )
            assert issued[account.pk] == rehearsed[account.pk]
