"""Payments found again on the desk: by who paid, what, when, and by which number or reference."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.journeys import console_world as world
from tests.journeys.test_bank_desk import bills, decide, line, statement, text_of, upload

from mains.guard.context import inside
from mains.tenancy import queries

PLACE = "payments/"
IBAN = "LV97HABA0012345678910"
CARLS, EVAS = 4321, 5432


@pytest.fixture(scope="module")
def desk(django_db_setup, django_db_blocker):
    """
    Four payments: two by hand, one of them counted long before it was booked, one that waits, and
    one on account.
    """
    from tests.factories import utilities

    with django_db_blocker.unblock():
        utilities.billed("aguaviva", schema_name="alder", count=8)
        roles = {"olga@alder.example": ("alder", "OWNER")}
        with world.staffed(roles, django_db_blocker.unblock):
            olga = world.signed_in("olga@alder.example")
            fill(olga)
            yield olga


def fill(olga):
    first, second, third = bills()[:3]
    today = day()
    by_hand(first.number, Decimal("11.11"), "WIRE-77_A", today)
    by_hand(second.number, Decimal("22.22"), "WIRE-78", today - timedelta(days=40))
    content = statement(
        (CARLS, "what for?", "Çarls Ķēniņš", IBAN), (EVAS, "ahead", "Ieva Ozola", "")
    )
    upload(olga, content)
    # Nothing is owed on this account, so all of it stays there.
    by_hand(third.number, Decimal(third.total_minor) / 100, "ALL", today)
    decide(olga, EVAS, "split", target0=third.account.number, amount0=f"{EVAS / 100:.2f}")


def by_hand(reference, amount, bank_reference, value_date):
    from mains.journeys import bank_transfer

    tenant = queries.tenant("alder")
    with inside("alder"):
        bank_transfer.book(
            reference=reference, amount=amount, bank_reference=bank_reference,
            value_date=value_date, booked_by="olga@alder.example", now=tenant.now(), today=day(),
        )  # fmt: skip


def day():
    tenant = queries.tenant("alder")
    return tenant.date_of(tenant.now())


@pytest.fixture
def olga(desk, django_db_blocker):
    with django_db_blocker.unblock():
        yield desk


def amounts(answer):
    """
    Return which of the payments a page lists.
    """
    page = text_of(answer)
    return {one for one in ("11.11", "22.22", "43.21", "54.32") if f"€{one}" in page}


def receipt(minor):
    from mains.payments.models import Payment

    with inside("alder"):
        return f"P{Payment.objects.get(amount_minor=minor).pk:08d}"


def sought(name):
    first, second = bills_booked()
    today = day()
    return {
        "all": ({}, {"11.11", "22.22", "43.21", "54.32"}),
        "a reference begins so": ({"text": "WIRE-77"}, {"11.11"}),
        "no sign stands for any other": ({"text": "WIRE-7__"}, set()),
        "a bill": ({"text": f" {first.lower()} "}, {"11.11"}),
        "another bill": ({"text": second}, {"22.22"}),
        "a receipt": ({"text": receipt(2222)}, {"22.22"}),
        "a payer": ({"text": "carls"}, {"43.21"}),
        "an amount": ({"amount": "43,21"}, {"43.21"}),
        "a day": ({"first": today, "last": today}, {"11.11", "22.22", "43.21", "54.32"}),
        "a value date": (
            {"first": today - timedelta(days=41), "last": today - timedelta(days=39)}, {"22.22"},
        ),
        "between both": (
            {"first": today - timedelta(days=20), "last": today - timedelta(days=10)}, set(),
        ),
        "a method": ({"method": "CARD"}, set()),
        "two things at once": ({"text": "WIRE", "amount": "22.22"}, {"22.22"}),
    }[name]  # fmt: skip


def bills_booked():
    from mains.payments.models import Allocation

    with inside("alder"):
        rows = Allocation.objects.filter(payment__booking_key__contains="WIRE-7")
        return [one.bill.number for one in rows.select_related("bill").order_by("payment_id")]


@pytest.mark.parametrize(
    "name",
    ["all", "a reference begins so", "no sign stands for any other", "a bill", "another bill",
     "a receipt", "a payer", "an amount", "a day", "a value date", "between both", "a method",
     "two things at once"],
)  # fmt: skip
def test_finds_what_was_typed_and_nothing_else(olga, name):
    typed, found = sought(name)

    assert amounts(olga.get(PLACE, lang="en", **typed)) == found


def test_says_what_is_no_amount_and_no_day_and_lists_all_as_before(olga):
    answer = olga.get(PLACE, lang="en", amount="a lot", first="yesterday")

    page = text_of(answer)
    assert "This is no amount" in page
    assert "A day has the form" in page
    assert len(amounts(answer)) == 4


def test_nothing_found_says_what_to_do_next(olga):
    page = text_of(olga.get(PLACE, lang="en", text="nobody's"))

    assert "No payment fits. Leave a field empty, or look among the bank lines." in page


def test_what_waits_leads_to_its_line_and_what_is_on_account_to_the_account(olga):
    page = olga.get(PLACE, lang="en").content.decode()
    account = paid_account()

    assert f'<a href="/alder/payments/bank/{line(CARLS).pk}/">Waits to be placed' in page
    assert f'<a href="/alder/customers/{account.pk}/">On account {account.number}' in page


def paid_account():
    from mains.payments.models import Allocation

    with inside("alder"):
        rows = Allocation.objects.select_related("bill__account")
        return rows.get(payment__booking_key__endswith=":ALL").bill.account


def test_a_long_list_goes_on_with_what_was_sought(olga, monkeypatch):
    from mains.console.payments import views

    monkeypatch.setattr(views, "PAGE", 1)
    first = olga.get(PLACE, lang="en", text="WIRE")
    second = olga.get(PLACE, lang="en", text="WIRE", page="2")

    assert 'href="?text=WIRE&amp;page=2"' in first.content.decode()
    assert {*amounts(first), *amounts(second)} == {"11.11", "22.22"}
    assert 'rel="next"' not in second.content.decode()
    assert amounts(olga.get(PLACE, lang="en", text="WIRE", page="x")) == amounts(first)
