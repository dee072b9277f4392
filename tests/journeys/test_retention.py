"""The nightly job that deletes what the law no longer wants; it empties every old bill."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.console_world import add_staff, signed_in
from tests.journeys.erasure_world import (
    STATUTORY,
    account_at,
    end_contracts,
    erase,
    places,
    plant,
    tenant,
)

from mains.guard.context import inside

pytestmark = [
    pytest.mark.usefixtures("demo_tenants", "unblocked"),
    pytest.mark.seed("S0.12"),
]
TENANTS = {"balta"}


def test_facts_that_vanish_without_the_retention_job_are_tampering():
    from mains.billing import queries
    from mains.billing.models import Bill

    with inside("balta"):
        bill = Bill.objects.filter(account=account_at(4)).first()
        Bill.objects.filter(pk=bill.pk).update(facts="")
        with pytest.raises(queries.FactsTampered):
            queries.facts(bill_id=bill.pk)


def test_the_retention_job_then_removes_them_and_keeps_the_hash():
    from mains.billing.models import Bill
    from mains.privacy import actions

    word = "sermulis"
    customer_id, account_id, _user_id = plant(2, word)
    end_contracts(account_id)
    done = erase(customer_id)
    gone = max(one.deleted_on for one in done.kept if one.what == "bill")
    privacy = tenant().file.privacy
    with inside("balta"):
        hashes = dict(Bill.objects.filter(account_id=account_id).values_list("pk", "facts_hash"))
        early = datetime(gone.year, gone.month, gone.day, tzinfo=UTC) - timedelta(days=1)
        actions.delete_old(privacy=privacy, today=early.date(), now=NOW)
        assert places(word).keys() == STATUTORY, "too early, nothing went"
        actions.delete_old(privacy=privacy, today=gone, now=NOW)
        after = Bill.objects.filter(account_id=account_id)
        assert dict(after.values_list("pk", "facts_hash")) == hashes
        assert not after.exclude(facts="").exists()
        again = actions.delete_old(privacy=privacy, today=gone, now=NOW)
    assert again["bills"] == 0
    assert places(word) == {}


def test_a_bill_without_facts_is_shown_without_its_document():
    from mains.billing import queries
    from mains.billing.documents import pdf
    from mains.billing.models import Bill

    account = account_at(3)
    add_staff("owner-late@example.org", ("balta", "OWNER"), second_factor=True)
    with inside("balta"):
        bill = Bill.objects.filter(account=account).first()
        Bill.objects.filter(pk=bill.pk).update(facts="", facts_deleted_at=NOW)
        assert queries.facts(bill_id=bill.pk) is None
        with pytest.raises(pdf.NoSuchBill):
            pdf.pdf(bill_id=bill.pk, tenant=tenant())
    page = signed_in("owner-late@example.org", "balta").get(f"bills/{bill.pk}/")
    assert "were deleted when the law" in page.content.decode()
