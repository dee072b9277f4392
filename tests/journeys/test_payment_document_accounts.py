"""Payment documents where a login has several accounts, or shares one; and all at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import DORA, HANNA, NOW, SLUG, TODAY

from mains.guard.context import inside
from mains.journeys import payment_documents
from mains.payments.models import PaymentDocument
from mains.tenancy import queries


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker):
    from tests.factories import utilities

    with django_db_blocker.unblock(), world.opened("balta", count=4):
        payments = utilities.file_of("balta", schema_name=SLUG).payments
        utilities.configured(
            "balta", payments=payments.model_copy(update={"payment_documents": True})
        )
        yield


@pytest.fixture
def accounts(utility, django_db_blocker):
    with django_db_blocker.unblock():
        world.forget_people()
        yield world.accounts()
        with inside(SLUG):
            PaymentDocument.objects.all().delete()


def made() -> list[PaymentDocument]:
    with inside(SLUG):
        return list(PaymentDocument.objects.all())


def create(account, *, key: str) -> int:
    with inside(SLUG):
        return payment_documents.create(
            tenant=queries.tenant(SLUG),
            account_id=account.pk,
            bill_ids=[world.bill_of(account).pk],
            request_key=key,
            by="user:1",
            now=NOW,
            today=TODAY,
        )


@pytest.mark.seed("S1.20")
def test_the_account_is_chosen_first_and_only_its_bills_are_offered(accounts):
    one, two = accounts[:2]
    hanna = world.person(HANNA, one, two)

    first = hanna.get("/bills/due/").content.decode()
    second = hanna.get("/bills/due/", of=str(two.pk)).content.decode()

    assert f'href="?of={one.pk}"' in first
    assert f'href="?of={two.pk}"' in first
    assert world.bill_of(one).number not in first
    assert world.bill_of(two).number in second
    assert world.bill_of(one).number not in second


def test_a_bill_of_the_other_account_does_not_get_onto_it(accounts):
    one, two = accounts[:2]
    hanna = world.person(HANNA, one, two)

    page = hanna.client.get(
        f"/bills/due/confirm/?of={one.pk}&bill={world.bill_of(one).pk}&bill={world.bill_of(two).pk}",
        headers={"host": hanna.host},
    ).content.decode()

    assert world.bill_of(one).number in page
    assert world.bill_of(two).number not in page


def test_without_a_bill_one_is_asked_for(accounts):
    hanna = world.person(HANNA, accounts[0])

    page = hanna.client.get(
        f"/bills/due/confirm/?of={accounts[0].pk}", headers={"host": hanna.host}, follow=True
    )

    assert "Choose at least one" in page.content.decode()
    assert made() == []


def test_whoever_may_only_see_an_account_makes_and_reads_none(accounts):
    one = accounts[0]
    hanna = world.person(HANNA, one)
    dora = world.share(hanna, one)
    document_id = create(one, key="k1")

    asked = f"?of={one.pk}&bill={world.bill_of(one).pk}"
    for path in (f"confirm/{asked}", f"{document_id}/", f"{document_id}/bills-due.pdf"):
        assert dora.get(f"/bills/due/{path}").status_code == 403
    posted = dora.post(
        "/bills/due/confirm/", of=str(one.pk), bill=str(world.bill_of(one).pk), key="k2"
    )
    assert posted.status_code == 403
    assert dora.email == DORA
    assert len(made()) == 1
    assert hanna.get(f"/bills/due/{document_id}/").status_code == 200


@pytest.mark.seed("S1.21")
def test_sent_twenty_times_at_the_same_moment_it_is_one(accounts, django_db_blocker):
    from django.db import connection

    account = accounts[0]

    def once(_number: int) -> int:
        try:
            return create(account, key="the same")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        ids = list(pool.map(once, range(20)))

    assert len(set(ids)) == 1
    assert len(made()) == 1


def test_control_with_other_keys_they_are_as_many(accounts):
    for at in range(3):
        create(accounts[0], key=f"key {at}")

    assert len(made()) == 3
