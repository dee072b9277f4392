"""teplo: the login first, with e-mail and name; the account is connected in a second step."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import (
    Newcomer,
    account,
    counted,
    forget_tries,
)  # fmt: skip

from mains.enrolment.models import AccountLink
from mains.guard.context import inside
from mains.identity.models import User

SLUG, TENANTS = "teplo", {"teplo", "balta"}
pytestmark = pytest.mark.usefixtures("fresh_tries")


def newcomer(company: str = "teplo") -> Newcomer:
    return Newcomer(SLUG, account(SLUG, company__code=company))


def with_login(kim: Newcomer) -> Newcomer:
    kim.about_me(kim.open("/join/"))
    kim.confirm()
    return kim


@pytest.mark.seed("S3.17")
def test_a_login_needs_an_e_mail_that_works_and_a_name():
    kim = newcomer()
    page = kim.open("/join/")
    assert page.url.endswith("/join/you/")
    assert not [name for name in page.form().fields if name.startswith("fact-")]
    before = counted(SLUG)
    for change in ({"email": "no-address"}, {"email": ""}, {"name": ""}):
        assert kim.about_me(page, **change).status == 422
    assert counted(SLUG) == before

    kim.about_me(page)
    with inside(SLUG):
        assert not User.objects.filter(email=kim.email).exists(), "before the link is opened"
    kim.confirm()
    with inside(SLUG):
        user = User.objects.get(email=kim.email)
        assert user.name == "New Person"
        assert not AccountLink.objects.filter(user_id=user.pk).exists()


@pytest.mark.seed("S3.17")
def test_a_link_of_another_tenant_confirms_nothing():
    kim = newcomer()
    kim.about_me(kim.open("/join/"))
    link = kim.link_of("confirm-sign-up")

    page, before = kim.browser.get(link), (counted(SLUG), counted("balta"))

    assert kim.browser.get(link.replace("teplo.", "balta.")).status == 410
    abroad = Newcomer("balta", kim.account)
    form = (other := abroad.open("/account/login/")).form()
    form.action = link.replace("teplo.", "balta.")
    assert abroad.browser.submit(other, form).status == 410

    assert (counted(SLUG), counted("balta")) == before
    for slug in (SLUG, "balta"):
        with inside(slug):
            assert not User.objects.filter(email=kim.email).exists()
    assert kim.submit(page).status == 200, "at home it still works"
    with inside(SLUG):
        assert User.objects.filter(email=kim.email).exists()


@pytest.mark.seed("S3.17")
def test_a_late_link_confirms_nothing_opened_or_sent():
    kim = newcomer()
    kim.about_me(kim.open("/join/"))
    link = kim.link_of("confirm-sign-up")
    page, before = kim.browser.get(link), counted(SLUG)
    move_clock(SLUG, NOW + timedelta(hours=25))
    try:
        assert kim.browser.get(link).status == 410
        assert kim.submit(page).status == 410
    finally:
        move_clock(SLUG, NOW)

    assert counted(SLUG) == before
    with inside(SLUG):
        assert not User.objects.filter(email=kim.email).exists()
    assert "/account/login/" in kim.open("/accounts/").url


@pytest.mark.seed("S3.17")
def test_a_used_link_makes_no_second_login():
    kim = with_login(newcomer())
    before = counted(SLUG)
    again = Newcomer(SLUG, kim.account, email=kim.email)

    assert "/account/login/" in again.browser.get(kim.link_of("confirm-sign-up")).body.decode()
    assert counted(SLUG) == before
    assert "/account/login/" in again.open("/accounts/").url, "a used link signs nobody in"


@pytest.mark.seed("S3.17")
def test_user_name_or_name_and_e_mail_are_asked_and_no_fact_of_a_bill():
    fields = newcomer().open("/join/").form().fields
    assert {"name", "email", "password"} <= set(fields)


@pytest.mark.seed("S3.19")
def test_a_login_without_an_account_sees_nothing():
    kim = with_login(newcomer())
    holder = kim.account.customer

    for place in ("/", "/bills/", "/payments/", "/readings/", "/accounts/"):
        assert "/accounts/link/" in kim.open(place).body.decode(), "each says what to do next"
    for place in ("/", "/bills/", "/payments/", "/readings/", "/accounts/", "/me/"):
        body = kim.open(place).body.decode()
        assert holder.name not in body
        assert kim.account.number not in body
    with inside(SLUG):
        bill = kim.account.bills.first()
    assert kim.open(f"/bills/{bill.pk}/").status == 404
    assert kim.open(f"/bills/{bill.pk}/bill.pdf").status == 404


@pytest.mark.seed("S3.19")
def test_the_api_gives_a_login_without_an_account_nothing():
    ann = with_login(newcomer())
    assert ann.state_facts("/accounts/link/").url.endswith("/accounts/")
    bills = ann.api("get", "bills").json()["data"]
    account_id = ann.api("get", "accounts").json()["data"][0]["id"]
    assert bills, "control: who has an account sees its bills"
    kim = with_login(newcomer())
    before = counted(SLUG)

    for path in ("accounts", "bills", "registers"):
        answer = kim.api("get", path)
        assert answer.status_code == 200
        assert answer.json()["data"] == [], path
        assert ann.account.number not in answer.content.decode()
    for path in (
        f"bills/{bills[0]['id']}",
        f"accounts/{account_id}/people",
        f"accounts/{account_id}/access-log",
    ):
        assert kim.api("get", path).status_code == 404, path
    assert kim.api("delete", f"accounts/{account_id}/link").status_code == 404
    assert kim.api("post", "payments", {"bills": [bills[0]["id"]]}).status_code == 404
    assert counted(SLUG) == before
    assert ann.sees_the_account()


@pytest.mark.seed("S3.19")
def test_a_visitor_sees_less_still():
    kim = newcomer()
    with inside(SLUG):
        bill = kim.account.bills.first().pk
    before = counted(SLUG)
    for place in (
        *("/bills/", "/payments/", "/accounts/", "/me/", "/accounts/link/"),
        *(f"/bills/{bill}/", f"/bills/{bill}/bill.pdf", f"/accounts/{kim.account.pk}/people/"),
    ):
        page = kim.open(place)
        assert "/account/login/" in page.url, place
        assert kim.account.number not in page.body.decode()
        assert kim.account.customer.name not in page.body.decode()
    client = Client()
    for path in ("accounts", "bills", f"bills/{bill}", "registers", "me"):
        answer = client.get(f"/api/v1/{path}", headers={"host": "teplo.localhost"})
        assert answer.status_code == 401, path
    assert counted(SLUG) == before


@pytest.mark.seed("S3.09")
def test_several_accounts_are_on_one_page_each_with_its_company():
    kim = with_login(newcomer("teplo"))
    heat = kim.account
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    kim.account = account(SLUG, company__code="energo")
    before = counted(SLUG)
    for change in (
        {"account_number": "1"},
        {"account_number": heat.number},
        {"bill_number": "DE2020-000001"},
        {"last_payment": "1,00"},
    ):
        assert kim.state_facts("/accounts/link/", **change).status == 422, change
        assert counted(SLUG) == before
    assert not kim.sees_the_account()
    forget_tries(SLUG)
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")

    page = kim.open("/accounts/").text
    assert heat.number in page
    assert kim.account.number in page
    bills = kim.open("/bills/").text
    assert "DT2026" in bills
    assert "DE2026" in bills
    only = kim.open("/bills/?account=" + str(heat.pk)).text
    assert "DE2026" not in only
    # An account of somebody else cannot be chosen, nor brings its bills.
    stranger = account(SLUG, company__code="teplo")
    page = kim.open(f"/bills/?account={stranger.pk}")
    assert page.status == 200
    assert stranger.number not in page.body.decode()
    assert stranger.number not in kim.open("/accounts/").body.decode()
