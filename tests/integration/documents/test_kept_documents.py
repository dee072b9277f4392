"""A bill's document is kept with its hash, and made again from its facts where it is not there."""

import pytest


@pytest.fixture
def balta(tenant):
    from tests.factories import utilities

    return utilities.billed("balta")


@pytest.fixture
def given(balta):
    from django.utils import timezone

    return {"bill_id": balta.bills[0].pk, "tenant": balta.tenant, "now": timezone.now()}


def made(monkeypatch) -> list[int]:
    """
    Return a list that grows by each document that is set.
    """
    from mains.billing.documents import pdf

    seen: list[int] = []
    original = pdf._made
    monkeypatch.setattr(
        pdf, "_made", lambda facts, pk, tenant: seen.append(pk) or original(facts, pk, tenant)
    )
    return seen


@pytest.fixture
def outside(monkeypatch):
    """
    Let a document be kept within the transaction of a test.
    """
    from mains.documents import keeping

    monkeypatch.setattr(keeping, "_note", keeping._note.__wrapped__)


def test_the_second_time_it_is_not_set_again(outside, given, monkeypatch):
    from mains.billing.documents import pdf

    seen = made(monkeypatch)
    first = pdf.kept_pdf(**given)
    assert pdf.kept_pdf(**given) == first
    assert pdf.pdf(bill_id=given["bill_id"], tenant=given["tenant"]) == first
    assert seen == [given["bill_id"]]


def test_a_changed_file_is_not_given_out(outside, given, monkeypatch):
    from mains.billing.documents import pdf
    from mains.documents import storage
    from mains.documents.models import StoredFile

    first = pdf.kept_pdf(**given)
    row = StoredFile.objects.get(kind="bill")
    name = row.key.partition("/")[2].partition("/")[2]
    storage.put(name=name, data=b"%PDF forged", content_type="application/pdf")
    seen = made(monkeypatch)

    assert pdf.pdf(bill_id=given["bill_id"], tenant=given["tenant"]) == first
    assert seen

    # Control: with the forged file's hash noted, it would be given out.
    import hashlib

    StoredFile.objects.update(sha256=hashlib.sha256(b"%PDF forged").hexdigest())
    assert pdf.pdf(bill_id=given["bill_id"], tenant=given["tenant"]) == b"%PDF forged"


def test_with_the_store_down_it_is_made_from_the_facts(outside, given, monkeypatch):
    from mains.billing.documents import pdf
    from mains.documents import storage
    from mains.documents.models import StoredFile

    def down(**_given):
        raise storage.StorageDown("x")

    monkeypatch.setattr(storage, "put", down)
    first = pdf.kept_pdf(**given)
    assert first.startswith(b"%PDF")
    assert not StoredFile.objects.filter(kind="bill").exists()

    monkeypatch.undo()


def test_a_lost_file_is_made_again(outside, given, monkeypatch):
    from mains.billing.documents import pdf
    from mains.documents import storage
    from mains.documents.models import StoredFile

    first = pdf.kept_pdf(**given)
    row = StoredFile.objects.get(kind="bill")
    storage.delete(name=row.key.partition("/")[2].partition("/")[2])

    assert pdf.kept_pdf(**given) == first
    assert pdf.kept_pdf(**given) == first


def test_it_ends_with_its_facts(outside, given):
    from mains.billing.documents import pdf
    from mains.documents.models import StoredFile

    pdf.kept_pdf(**given)
    bill = given["bill_id"]
    from mains.billing.models import Bill

    pdf.forget(bills=list(Bill.objects.filter(pk=bill).values_list("pk", "facts_hash")))
    assert not StoredFile.objects.filter(kind="bill").exists()


@pytest.mark.usefixtures("balta")
class TestLinks:
    """
    On a folder of this machine an address is signed, and good for a minute.
    """

    def address(self) -> str:
        from mains.documents import storage

        storage.put(name="one.pdf", data=b"1", content_type="application/pdf")
        return storage.link(
            name="one.pdf", file_name="Bill.pdf", content_type="application/pdf", seconds=60
        )

    def fetch(self, path: str, host: str = "alder.localhost") -> int:
        from django.test import Client

        return Client().get(path, headers={"host": host}).status_code

    def test_it_opens_for_a_minute(self, monkeypatch):
        from django.core import signing

        path = self.address()
        assert self.fetch(path) == 200
        now = signing.time.time()
        monkeypatch.setattr(signing.time, "time", lambda: now + 61)
        assert self.fetch(path) == 404

    def test_a_forged_one_opens_nothing(self):
        path = self.address()
        assert self.fetch(path[:-3] + "abc") == 404
        assert self.fetch("/files/nothing") == 404
