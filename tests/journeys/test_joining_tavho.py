"""tavho: three details from an invoice less than a year old, beside user name, e-mail, password."""

from datetime import timedelta

import pytest
from tests.journeys.conftest import NOW as MORNING
from tests.journeys.conftest import move_clock
from tests.journeys.joining_world import (
    Newcomer,
    counted,
    forget_tries,
    newcomer,
    published,
)  # fmt: skip

from mains.billing.models import Bill
from mains.demo import logins
from mains.enrolment.models import AccountLink, SignUp, TryCount
from mains.guard.context import inside
from mains.identity.models import User
from mains.tenancy import queries

SLUG, TENANTS = "tavho", {"tavho"}
# Well inside an hour: budgets are counted by the hour.
NOW = MORNING + timedelta(minutes=10)
pytestmark = pytest.mark.usefixtures("fresh_tries")


def registered(kim: Newcomer, **changes: str) -> Newcomer:
    kim.about_me(kim.state_facts(**changes))
    kim.confirm()
    return kim


def refused(kim: Newcomer, **changes: str) -> bool:
    """
    Tell whether a try is refused and leaves nothing behind.
    """
    before = counted(SLUG)
    page = kim.state_facts(**changes)
    return page.status == 422 and counted(SLUG) == before


@pytest.mark.seed("S2.12")
def test_three_details_and_user_name_e_mail_and_password():
    kim = newcomer(SLUG)
    page = kim.open("/join/")
    asked = [name for name in page.form().fields if name.startswith("fact-")]
    assert asked == ["fact-customer_code", "fact-bill_number", "fact-bill_amount"]

    page = kim.state_facts()
    assert {"username", "email", "password"} <= set(page.form().fields)
    kim.about_me(page, username="tavhos.kim")
    kim.confirm()

    assert kim.sees_the_account()
    with inside(SLUG):
        assert User.objects.get(email=kim.email).username == "tavhos.kim"


@pytest.mark.seed("S2.12")
@pytest.mark.parametrize(
    "change",
    [
        {"customer_code": "U99999"},
        {"bill_number": "TH2020-000001"},
        {"bill_amount": "12 345 Ft"},
    ],
)
def test_all_three_have_to_be_right(change):
    assert refused(newcomer(SLUG), **change)


@pytest.mark.seed("S2.13")
@pytest.mark.parametrize(("days", "proves"), [(364, True), (365, False)])
def test_the_invoice_is_less_than_a_year_old(days, proves):
    kim = newcomer(SLUG)
    with inside(SLUG):
        issued = Bill.objects.get(number=kim.paper["bill_number"]).issue_date
    move_clock(SLUG, NOW + (issued - NOW.date()) + timedelta(days=days))

    if proves:
        assert kim.state_facts().url.endswith("/join/you/")
    else:
        assert refused(kim)


@pytest.mark.seed("S2.14")
@pytest.mark.parametrize("typed", ["{}", "  {} ", "u-{digits}", "U {spaced}", "U{look_alike}"])
def test_the_code_is_a_u_and_five_digits_however_it_is_typed(typed):
    kim = newcomer(SLUG)
    code = kim.paper["customer_code"]
    assert code[0] == "U"
    assert len(code) == 6
    digits = code[1:]
    typed = typed.format(
        code, digits=digits, spaced=" ".join(digits), look_alike=digits.replace("0", "O")
    )

    assert kim.state_facts(customer_code=typed).url.endswith("/join/you/")


@pytest.mark.seed("S2.14")
@pytest.mark.parametrize("typed", ["10042", "UU1004", "U1004", "X10042"])
def test_a_code_of_another_form_is_said_so_and_is_no_try(typed):
    kim = newcomer(SLUG)
    before = counted(SLUG)
    page = kim.state_facts(customer_code=typed)

    assert page.status == 422
    assert "U10042" in page.text
    assert counted(SLUG) == before
    with inside(SLUG):
        assert not TryCount.objects.exists()


@pytest.mark.seed("S2.15")
def test_the_invoice_number_is_compared_without_case_and_separators():
    kim = newcomer(SLUG)
    typed = kim.paper["bill_number"].lower().replace("-", " - ")

    assert kim.state_facts(bill_number=typed).url.endswith("/join/you/")


@pytest.mark.seed("S2.16")
def test_the_amount_is_read_as_hungarians_write_it():
    kim = newcomer(SLUG)
    whole = f"{int(float(kim.paper['bill_amount'])):,}".replace(",", " ")

    assert kim.state_facts(bill_amount=f"{whole} Ft").url.endswith("/join/you/")


@pytest.fixture
def repriced():
    """
    Change the total of somebody's latest bill for one test.
    """
    kept = []

    def change(kim: Newcomer, minor: int) -> None:
        with inside(SLUG):
            bill = Bill.objects.get(number=kim.paper["bill_number"])
            kept.append((bill.pk, bill.total_minor, bill.net_minor))
            Bill.objects.filter(pk=bill.pk).update(
                total_minor=minor, net_minor=minor - bill.vat_minor
            )

    yield change
    with inside(SLUG):
        for pk, total, net in kept:
            Bill.objects.filter(pk=pk).update(total_minor=total, net_minor=net)


@pytest.mark.seed("S2.17")
@pytest.mark.parametrize(("minor", "typed", "proves"), [(0, "0", False), (-900, "-900", True)])
def test_any_invoice_but_one_of_zero_works(repriced, minor, typed, proves):
    kim = newcomer(SLUG)
    repriced(kim, minor)

    if proves:
        assert refused(kim, bill_amount="900"), "a credit proves only with its sign"
        assert kim.state_facts(bill_amount=typed).url.endswith("/join/you/")
    else:
        assert refused(kim, bill_amount=typed)


@pytest.mark.seed("S2.21")
def test_a_registration_nobody_confirms_ends_after_24_hours_by_itself():
    kim = newcomer(SLUG)
    kim.about_me(kim.state_facts(), username="late.kim")
    link = kim.link_of("confirm-sign-up")
    move_clock(SLUG, NOW + timedelta(hours=24, minutes=1))

    late = kim.browser.get(link)
    assert late.status == 410
    with inside(SLUG):
        assert not User.objects.filter(email=kim.email).exists()
        assert SignUp.objects.get(email=kim.email).confirmed_at is None
    # E-mail and user name are free again.
    forget_tries(SLUG)
    again = Newcomer(SLUG, kim.account, email=kim.email)
    again.about_me(again.state_facts(), username="late.kim")
    again.confirm()
    assert again.sees_the_account()
    with inside(SLUG):
        assert User.objects.get(email=kim.email).username == "late.kim"


@pytest.mark.seed("S2.21")
def test_an_ended_registration_leaves_its_user_name_to_whoever_comes_first():
    kim = newcomer(SLUG)
    kim.about_me(kim.state_facts(), username="free.name")
    page = kim.browser.get(kim.link_of("confirm-sign-up"))
    move_clock(SLUG, NOW + timedelta(hours=25))
    forget_tries(SLUG)
    ann = newcomer(SLUG)
    ann.about_me(ann.state_facts(), username="free.name")
    ann.confirm()

    assert ann.sees_the_account()
    before = counted(SLUG)
    assert kim.submit(page).status == 410
    assert counted(SLUG) == before


@pytest.mark.seed("S2.21")
@pytest.mark.parametrize(
    ("left", "holds"),
    [(timedelta(microseconds=1), True), (timedelta(0), False), (timedelta(minutes=-1), False)],
)
def test_the_link_and_its_form_end_with_the_24th_hour(monkeypatch, left, holds):
    kim = newcomer(SLUG)
    kim.about_me(kim.state_facts())
    link = kim.link_of("confirm-sign-up")
    page = kim.browser.get(link)
    with inside(SLUG):
        row = SignUp.objects.get(email=kim.email)
    assert row.expires_at - row.created_at == timedelta(hours=24)
    before = counted(SLUG)
    monkeypatch.setattr(queries.TenantInfo, "now", lambda _tenant: row.expires_at - left)

    assert kim.browser.get(link).status == (200 if holds else 410)
    answer = kim.submit(page)
    if holds:
        assert kim.sees_the_account()
    else:
        assert answer.status == 410
        assert counted(SLUG) == before
        with inside(SLUG):
            assert not User.objects.filter(email=kim.email).exists()
            assert SignUp.objects.get(email=kim.email).confirmed_at is None
        assert "/account/login/" in kim.open("/accounts/").url


@pytest.mark.seed("S2.21")
def test_no_worker_has_to_run_and_the_tenants_hours_count():
    file = queries.tenant(SLUG).file
    registration = file.registration.model_copy(update={"pending_hours": 2})
    with published(SLUG, registration=registration):
        kim = newcomer(SLUG)
        kim.about_me(kim.state_facts())
        move_clock(SLUG, NOW + timedelta(hours=2, minutes=1))
        before = counted(SLUG)
        assert kim.browser.get(kim.link_of("confirm-sign-up")).status == 410
        assert counted(SLUG) == before
        move_clock(SLUG, NOW)


@pytest.mark.seed("S2.21")
def test_a_waiting_registration_keeps_nobody_out():
    real = newcomer(SLUG)
    attacker = Newcomer(SLUG, real.account)
    attacker.about_me(attacker.state_facts(), username="wanted.name")

    real.about_me(real.state_facts(), username="wanted.name")
    real.confirm()

    assert real.sees_the_account()


def test_confirmed_twice_it_is_one_login_and_one_link():
    kim = newcomer(SLUG)
    kim.about_me(kim.state_facts())
    link = kim.link_of("confirm-sign-up")
    page = kim.browser.get(link)
    as_it_was = {host: dict(jar) for host, jar in kim.browser.cookies.items()}
    first = kim.submit(page)
    # A double click: the second request left before the first was answered.
    kim.browser.cookies = as_it_was
    second = kim.submit(page)

    assert (first.status, second.status) == (200, 200)
    with inside(SLUG):
        assert User.objects.filter(email=kim.email).count() == 1
        assert AccountLink.objects.filter(account=kim.account, ended_at=None).count() == 1


def test_finish_later_goes_on_with_what_was_typed_and_proves_nothing():
    kim = newcomer(SLUG)
    page = kim.open("/join/details/")
    typed = kim.facts_on(page)
    form = page.form()
    form.action = "/join/later/"
    saved = kim.browser.submit(page, form, **typed, email=kim.email)
    assert saved.url.endswith("/join/saved/")

    other = Newcomer(SLUG, kim.account, email=kim.email)
    resumed = other.browser.get(kim.link_of("sign-up-saved"))
    assert resumed.url.endswith("/join/details/")
    assert resumed.form().fields["fact-bill_number"] == [kim.paper["bill_number"]]
    assert other.open("/join/you/").url.endswith("/join/details/"), "nothing is proven"
    move_clock(SLUG, NOW + timedelta(hours=25))
    assert other.browser.get(kim.link_of("sign-up-saved")).status == 410


def put_aside(kim: Newcomer) -> str:
    """
    Put the steps aside after typing the facts, and return the link that goes on with them.
    """
    page = kim.open("/join/details/")
    typed = kim.facts_on(page)
    form = page.form()
    form.action = "/join/later/"
    kim.browser.submit(page, form, **typed, email=kim.email)
    return kim.link_of("sign-up-saved")


class TestStepsPutAside:
    def saved(self, kim: Newcomer) -> int:
        """
        Return how many rows still hold what was typed.
        """
        with inside(SLUG):
            return SignUp.objects.filter(answers__icontains=kim.paper["bill_number"]).count()

    @pytest.mark.parametrize("other_address", [False, True])
    def test_their_link_ends_with_the_login_and_nothing_typed_is_kept(self, other_address):
        kim = newcomer(SLUG)
        # Earlier tests put the same bill's steps aside, and never came back for them.
        before = self.saved(kim)
        link = put_aside(kim)
        other = Newcomer(SLUG, kim.account, email=f"x{kim.email}" if other_address else kim.email)
        resumed = other.browser.get(link)
        page = other.submit(resumed, **other.facts_on(resumed))
        other.about_me(page)
        # Not before: the message may be lost, or its link too late.
        assert Newcomer(SLUG, kim.account).browser.get(link).url.endswith("/join/details/")
        assert self.saved(kim) == before + 1
        other.confirm()

        again = Newcomer(SLUG, kim.account).browser.get(link)
        assert again.status == 200
        assert "/join/resume/" in again.url
        assert "Bejelentkezés" in again.text
        assert kim.paper["bill_number"] not in again.text
        assert self.saved(kim) == before

    def test_those_of_somebody_else_stay(self):
        kim, ann = newcomer(SLUG), newcomer(SLUG)
        link = put_aside(kim)
        ann.about_me(ann.state_facts())
        ann.confirm()
        assert kim.browser.get(link).url.endswith("/join/details/")


@pytest.mark.parametrize("name", ["ab", "---", ".kim", "kim@people.example", "a b c"])
def test_a_user_name_is_of_the_form_that_the_profile_takes(name):
    kim = newcomer(SLUG)
    page = kim.state_facts()
    before = counted(SLUG)
    refused = kim.about_me(page, username=name)

    assert refused.status == 422
    assert counted(SLUG) == before
    assert kim.about_me(refused, username="kim.of.tavho").url.endswith("/join/sent/")


def test_a_password_that_everybody_has_is_refused():
    kim = newcomer(SLUG)
    before = counted(SLUG)
    page = kim.state_facts()

    assert kim.about_me(page, password="password123").status == 422
    assert counted(SLUG) == before
    assert kim.about_me(page, password=logins.PASSWORD).url.endswith("/join/sent/")
