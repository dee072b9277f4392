"""balta: an invitation opens one account, once, to one address, for so long as the tenant says."""

import re
from datetime import datetime, timedelta

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.conftest import move_clock
from tests.journeys.joining_world import (
    BOXES,
    Newcomer,
    messages,
    newcomer,
    published,
    stored,
)

from mains.customers.models import Account
from mains.demo import logins
from mains.demo.pages import Page
from mains.demo.people import Staff
from mains.enrolment.models import AccountLink, Invitation
from mains.guard.context import inside
from mains.identity.models import User
from mains.tenancy import queries

SLUG, TENANTS = "balta", {"balta", "tavho"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S0.03")]
GONE = 410


@pytest.fixture(scope="module")
def staff(demo_tenants):
    member = Staff(queries.tenant(SLUG), ClientBrowser())
    member.sign_in()
    return member


def send(staff: Staff, *lines: str) -> Page:
    page = staff.browser.get(f"{staff.home}/invitations/?lang=en")
    answered = staff.browser.submit(page, page.form(), lines="\n".join(lines))
    assert answered.status == 200, answered.text[:300]
    return answered


def invited(staff: Staff, kim: Newcomer) -> str:
    """
    Invite somebody from the console and return the link in the message.
    """
    send(staff, f"{kim.account.number}, {kim.email}")
    return kim.link_of("invitation")


def accepted(kim: Newcomer, link: str) -> Page:
    done = kim.about_me(kim.browser.get(link))
    assert done.url.rstrip("/") == "http://balta.localhost", done.text
    return done


def filled(page: Page) -> dict[str, str]:
    """
    Return everything that the open page would send, filled in and ticked.
    """
    asked = {name: values[0] for name, values in page.form().fields.items()}
    return {**asked, **BOXES, "name": "New Person", "password": logins.PASSWORD}


def is_over(who: Newcomer, link: str, typed: dict[str, str]) -> None:
    """
    Open a link that has ended and send its form all the same: neither does anything.
    """
    before = stored(SLUG)
    assert who.browser.get(link).status == GONE
    assert who.post(link, **typed).status == GONE
    assert stored(SLUG) == before


def links_of(kim: Newcomer) -> int:
    with inside(SLUG):
        return AccountLink.objects.filter(account=kim.account, ended_at=None).count()


@pytest.mark.seed("S0.02")
def test_an_invitation_makes_a_login_that_sees_its_account(staff):
    kim = newcomer(SLUG)
    link = invited(staff, kim)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert len(token) >= 22, "128 bits are 22 characters of base64"
    with inside(SLUG):
        row = Invitation.objects.get(email=kim.email)
        assert re.fullmatch(r"[0-9a-f]{64}", row.token_hash)
        assert token not in str(vars(row))
    accepted(kim, link)

    assert kim.sees_the_account()
    assert links_of(kim) == 1


def test_it_works_once_and_forwarded_it_opens_nothing(staff):
    kim = newcomer(SLUG)
    link = invited(staff, kim)
    typed = filled(kim.browser.get(link))
    accepted(kim, link)

    is_over(Newcomer(SLUG, kim.account), link, typed)
    is_over(kim, link, typed)
    assert links_of(kim) == 1


def test_sent_again_the_older_link_ends_and_the_newer_holds(staff):
    kim = newcomer(SLUG)
    first = invited(staff, kim)
    typed = filled(kim.browser.get(first))
    second = invited(staff, kim)
    assert first != second

    is_over(kim, first, typed)
    accepted(kim, second)


@pytest.mark.parametrize("days", [3, 30])
def test_it_ends_after_so_many_days_as_the_tenant_says(staff, days):
    with published(SLUG, registration={"invitation_days": days}):
        kim = newcomer(SLUG)
        link = invited(staff, kim)
        assert messages(SLUG, "invitation")[-1].values["days"] == str(days)
        typed = filled(kim.browser.get(link))
        sent: datetime = messages(SLUG, "invitation")[-1].created_at

        move_clock(SLUG, sent + timedelta(days=days, minutes=-5))
        assert kim.browser.get(link).status == 200
        move_clock(SLUG, sent + timedelta(days=days, minutes=1))
        is_over(kim, link, typed)
        with inside(SLUG):
            assert not User.objects.filter(email=kim.email).exists()


def test_in_another_tenant_it_is_unknown(staff):
    kim = newcomer(SLUG)
    link = invited(staff, kim)
    typed = filled(kim.browser.get(link))
    foreign, there = link.replace("balta.", "tavho."), stored("tavho")

    assert foreign != link
    assert kim.browser.get(foreign).status == GONE
    assert kim.post(foreign, **typed).status == GONE
    assert stored("tavho") == there
    accepted(kim, link)


def test_somebody_else_who_is_signed_in_can_neither_open_nor_take_it(staff):
    other = newcomer(SLUG)
    other.about_me(other.state_facts())
    other.confirm()
    kim = newcomer(SLUG)
    link = invited(staff, kim)
    before = stored(SLUG)

    assert other.browser.get(link).status == 403
    assert other.post(link).status == 403
    assert stored(SLUG) == before
    assert links_of(kim) == 0
    accepted(kim, link)


def test_who_has_a_login_signs_in_and_links_the_account_to_it(staff):
    kim = newcomer(SLUG)
    kim.about_me(kim.state_facts())
    kim.confirm()
    own, kim.account = kim.account, newcomer(SLUG).account
    link = invited(staff, kim)
    visitor = Newcomer(SLUG, kim.account)
    typed, before = filled(visitor.browser.get(link)), stored(SLUG)
    assert "/account/login/" in visitor.post(link, **typed).url
    assert stored(SLUG) == before, "nobody gets a second login for the address"
    kim.submit(kim.browser.get(link))

    assert kim.sees_the_account()
    kim.account = own
    assert kim.sees_the_account()


def test_a_whole_list_is_answered_line_by_line_and_a_bad_line_stops_none(staff):
    one, two = newcomer(SLUG), newcomer(SLUG)
    with inside(SLUG):
        two.account = Account.objects.exclude(links__isnull=False).order_by("-pk")[0]
    page = send(
        staff, f"{one.account.number}; {one.email}", "99999999, x@people.example",
        f"{two.account.number}\t{two.email}", f"{one.account.number}, no-address",
    )  # fmt: skip
    body = page.body.decode().split("<tbody", 1)[1].split("</tbody>", 1)[0]
    rows = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in body.split("<tr ")[1:]]
    told = [[re.sub(r"<.*?>", "", cell).strip() for cell in row] for row in rows]

    assert [(row[0], row[3]) for row in told] == [
        ("1", "Sent"),
        ("2", "No account has this number"),
        ("3", "Sent"),
        ("4", "An e-mail address has the form name@example.com."),
    ]
    sent = [message.recipient for message in messages(SLUG, "invitation")]
    assert sent[-2:] == [one.email, two.email]
    with inside(SLUG):
        assert not Invitation.objects.filter(email__in=["x@people.example", "no-address"]).exists()


def test_staff_can_end_an_invitation(staff):
    kim = newcomer(SLUG)
    link = invited(staff, kim)
    typed = filled(kim.browser.get(link))
    with inside(SLUG):
        row = Invitation.objects.get(email=kim.email)
    page = staff.browser.get(f"{staff.home}/invitations/")
    staff.browser.submit(page, page.form(f"{row.pk}/revoke/"))

    is_over(kim, link, typed)
    with inside(SLUG):
        assert not User.objects.filter(email=kim.email).exists()
