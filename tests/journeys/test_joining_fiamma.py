"""fiamma: choose the company, state the contract's details; one tax number to a login."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.journeys.conftest import move_clock
from tests.journeys.joining_world import (
    Newcomer,
    account,
    alert_on,
    counted,
    published,
)

from mains.customers.models import Account, Customer, Mandate
from mains.demo.pages import Page
from mains.enrolment.models import AccountLink
from mains.guard.context import inside
from mains.notifications import rendering
from mains.notifications.models import Message
from mains.tenancy import queries
from mains.tenancy.tenantfile.payment_codes import PaymentCodes

SLUG, TENANTS = "fiamma", {"fiamma", "balta"}
pytestmark = pytest.mark.usefixtures("fresh_tries")


def newcomer(company: str = "gas", *, mandate: bool = True) -> Newcomer:
    return Newcomer(SLUG, account(SLUG, company__code=company, mandates__isnull=not mandate))


def at_details(kim: Newcomer, company: str = "") -> Newcomer:
    page = kim.open("/join/")
    kim.submit(page, company=company or kim.account.company.code)
    return kim


def registered(kim: Newcomer) -> Newcomer:
    kim.about_me(at_details(kim).state_facts())
    kim.confirm()
    return kim


@pytest.mark.seed("S4.06")
def test_registration_is_open_to_those_who_pay_by_direct_debit():
    kim = at_details(newcomer())
    page = kim.open("/join/details/?lang=en")
    assert "active direct debit" in page.text
    learn = re.search(r'<a [^>]*href="(/help/#[^"]*)"[^>]*>([^<]*)</a>', page.body.decode())
    assert learn is not None
    assert learn[2].strip() == "How to set up a direct debit"

    registered(kim)
    assert kim.sees_the_account()


@pytest.mark.seed("S4.06")
def test_the_link_leads_to_what_a_direct_debit_is_and_where_there_is_none_nothing_is_said():
    body = newcomer().open("/help/?lang=en").body.decode()
    section = body[body.index('id="direct-debit"') :]
    assert "How direct debit works" in section
    assert "exactly its amount, 14 days after it was issued" in " ".join(section.split())
    assert "Until then pay your bills as before" in section

    assert "direct-debit" not in Newcomer("balta", account("balta")).open("/help/").body.decode()


@pytest.fixture
def mandated():
    """
    Give somebody's direct debit other days for one test; days count from the tenant's today.
    """
    kept = []

    def change(kim: Newcomer, start: int, end: int | None) -> None:
        tenant = queries.tenant(SLUG)
        today = tenant.date_of(tenant.now())
        with inside(SLUG):
            row = Mandate.objects.get(account=kim.account)
            kept.append((row.pk, row.start_date, row.end_date))
            row.start_date = today + timedelta(days=start)
            row.end_date = None if end is None else today + timedelta(days=end)
            row.save()

    yield change
    with inside(SLUG):
        for pk, start, end in kept:
            Mandate.objects.filter(pk=pk).update(start_date=start, end_date=end)


@pytest.mark.seed("S4.06")
@pytest.mark.parametrize(
    ("start", "end"),
    [(-90, -30), (-90, 0), (1, None), (30, 90)],
    ids=["ended", "ended this morning", "begins tomorrow", "begins later"],
)
def test_a_direct_debit_that_is_not_in_force_today_lets_nobody_in(mandated, start, end):
    late, mistaken = at_details(newcomer()), at_details(newcomer())
    mandated(late, start, end)
    before = counted(SLUG)
    refusal = late.state_facts()
    other = mistaken.state_facts(bill_number="FG2020-000001")

    assert (refusal.status, other.status) == (422, 422)
    assert alert_on(refusal) == alert_on(other) != ""
    assert counted(SLUG) == before
    assert late.open("/join/you/").url.endswith("/join/details/"), "nothing is proven"


@pytest.mark.seed("S4.06")
@pytest.mark.parametrize(("start", "end"), [(0, None), (-90, 1), (-1, 30)])
def test_on_its_first_and_on_its_last_day_it_does(mandated, start, end):
    kim = at_details(newcomer())
    mandated(kim, start, end)
    assert kim.state_facts().url.endswith("/join/you/")


@pytest.mark.seed("S4.06")
def test_without_one_the_answer_is_the_same_as_for_wrong_details():
    without, mistaken = at_details(newcomer(mandate=False)), at_details(newcomer())
    before = counted(SLUG)
    refusal = without.state_facts()
    other = mistaken.state_facts(bill_number="FG2020-000001")

    assert (refusal.status, other.status) == (422, 422)
    assert counted(SLUG) == before
    alert = alert_on(refusal)
    assert alert
    assert alert == alert_on(other)


@pytest.mark.seed("S4.07")
def test_four_steps_with_a_message_and_never_a_password_in_it():
    kim = newcomer()
    steps = [kim.open("/join/?lang=en").text]
    page = kim.open("/join/")
    steps.append(kim.submit(page, company="gas").text)
    page = kim.state_facts()
    steps.append(page.text)
    sent = kim.about_me(page, password="a-secret-of-mine-7")
    steps.append(sent.text)

    for number, text in enumerate(steps, start=1):
        assert f"Step {number} of 4" in text
    assert "a-secret-of-mine-7" not in sent.body.decode()
    home = kim.confirm()
    assert home.status == 200
    assert f"Note your credentials: you sign in with {kim.email}" in home.text
    # The welcome says what to sign in with, and where; never with which password.
    kinds = mails_to(kim)
    assert {"confirm-sign-up", "welcome"} <= set(kinds)
    for whole in kinds.values():
        assert "a-secret-of-mine-7" not in whole
        assert "argon2" not in whole
    assert kim.email in kinds["welcome"]
    again = Newcomer(SLUG, kim.account, email=kim.email)
    page = again.open("/account/login/")
    again.submit(page, login=kim.email, password="a-secret-of-mine-7")
    assert again.sees_the_account()


def mails_to(kim: Newcomer) -> dict[str, str]:
    """
    Return everything of each message to somebody: what is stored, and as it is sent.
    """
    with inside(SLUG):
        sender = rendering.sender()
        found = {}
        for row in Message.objects.filter(recipient=kim.email):
            sent = rendering.render(row, sender=sender)
            found[row.kind] = f"{row.values} {sent.subject} {sent.text} {sent.html}"
        return found


@pytest.mark.seed("S4.07")
def test_a_used_link_is_explained_and_makes_nothing():
    kim = registered(newcomer())
    before = counted(SLUG)

    again = kim.browser.get(kim.link_of("confirm-sign-up"))
    assert "/account/login/" in again.body.decode()
    assert counted(SLUG) == before


def on_every_step(kim: Newcomer) -> Iterator[tuple[str, Page]]:
    """
    Walk through every page of the way in, with its refusals, and yield each as it is open.
    """
    yield "company", kim.open("/join/")
    yield "company refused", kim.submit(kim.open("/join/company/"), company="")
    yield "details", kim.submit(kim.open("/join/company/"), company="gas")
    yield "details refused", kim.state_facts(bill_number="FG2020-000001")
    form = (page := kim.open("/join/details/")).form()
    form.action = "/join/later/"
    yield "later refused", kim.browser.submit(page, form, email="")
    yield "put aside", kim.browser.submit(page, form, email=kim.email)
    yield "letter", kim.open("/join/letter/")
    yield "you", (page := kim.state_facts())
    yield "you refused", kim.about_me(page, email="no-address")
    yield "sent", kim.about_me(page)
    link = kim.link_of("confirm-sign-up")
    yield "confirm", kim.browser.get(link)
    yield "unknown", kim.open("/join/nobody-ever-got-this-token/")
    yield "invitation over", kim.open("/join/invitation/nobody-ever-got-this-token/")
    yield "resume over", kim.open("/join/resume/nobody-ever-got-this-token/")
    now = queries.tenant(SLUG).now()
    move_clock(SLUG, now + timedelta(hours=25))
    yield "late", kim.browser.get(link)
    move_clock(SLUG, now)
    kim.confirm()
    yield "used", Newcomer(SLUG, kim.account, kim.browser).browser.get(link)


@pytest.mark.seed("S4.08")
def test_every_step_offers_help_with_the_request_s_own_reference_and_nothing_of_the_person():
    kim = newcomer()
    with inside(SLUG):
        street = kim.account.contracts.select_related("supply_point")[0].supply_point.street
    customer, references = kim.account.customer, []
    of_the_person = {
        *(text for text in kim.paper.values() if text),
        *(kim.email, "New Person", customer.name, customer.email, street),
        *(str(pk) for pk in (kim.account.pk, customer.pk)),
    }
    for step, page in on_every_step(kim):
        found = re.findall(r"<p[^>]*>([^<]*<b>([0-9a-f]*)</b>)</p>", page.body.decode())
        assert len(found) == 1, (step, page.url, page.status)
        line, reference = found[0]
        assert "+39 02 7000 0100" in line, step
        assert "assistenza@fiamma.example" in line, step
        assert reference == kim.browser.request_id, step
        references.append(reference)
        words = set(re.split(r"[\s,;:()<>/]+", line.replace(reference, "")))
        assert not words & of_the_person, step
        assert not [text for text in of_the_person if len(text) > 4 and text in line], step
    assert len(set(references)) == len(references) == 16


@pytest.mark.seed("S4.08")
def test_every_step_says_whom_to_ask_with_a_reference_that_tells_nothing_of_the_person():
    kim = newcomer()
    pages = [kim.open("/join/")]
    pages.append(kim.submit(pages[0], company="gas"))
    pages.append(kim.state_facts(bill_number="FG2020-000001"))
    pages.append(kim.state_facts())
    pages.append(kim.about_me(pages[-1]))

    for page in pages:
        assert "+39 02 7000 0100" in page.text
        reference = page.body.decode().rsplit("<b>", 1)[1].split("</b>")[0]
        assert len(reference) == 16
        assert int(reference, 16), "it is the request's own id"


@pytest.mark.seed("S4.14")
def test_the_e_mail_of_the_login_is_the_one_that_was_confirmed_and_stays():
    kim = registered(newcomer())
    page = kim.open("/me/")

    assert kim.email in page.text
    assert kim.open("/me/email/").status == 404


@pytest.mark.seed("S4.16")
def test_a_contract_of_another_tax_number_is_not_shown_in_the_same_login():
    kim = registered(newcomer())
    first = kim.account
    kim.account = newcomer().account
    assert kim.account.customer.tax_id != first.customer.tax_id
    before = counted(SLUG)
    refusal = kim.state_facts("/accounts/link/")

    assert refusal.status == 409
    assert counted(SLUG) == before
    assert not kim.sees_the_account()


@pytest.mark.seed("S4.16")
def test_when_the_tax_number_is_corrected_the_account_follows():
    kim = registered(newcomer())
    with inside(SLUG):
        twin = Account.objects.exclude(pk=kim.account.pk).get(customer=kim.account.customer_id)
        other = Customer.objects.create(
            kind="PERSON", name="Another", tax_id="RSSMRA99A01F205X", language="it"
        )
    own, kim.account = kim.account, twin
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    assert kim.sees_the_account()

    with inside(SLUG):
        Account.objects.filter(pk=twin.pk).update(customer=other)
    try:
        assert not kim.sees_the_account()
        with inside(SLUG):
            bill = twin.bills.first()
            assert AccountLink.objects.filter(account=twin, ended_at=None).exists()
        assert kim.open(f"/bills/{bill.pk}/").status == 404
    finally:
        with inside(SLUG):
            Account.objects.filter(pk=twin.pk).update(customer=own.customer_id)
    assert kim.sees_the_account()


@pytest.mark.seed("S4.18")
def test_the_company_is_chosen_first_and_a_link_can_choose_it():
    kim = newcomer()
    page = kim.open("/join/")
    assert page.url.endswith("/join/company/")
    assert "Fiamma Gas" in page.text
    assert "Fiamma Luce" in page.text

    linked = Newcomer(SLUG, kim.account).open("/join/?company=gas")
    assert linked.url.endswith("/join/details/")
    wrong = Newcomer(SLUG, kim.account).open("/join/?company=other")
    assert wrong.url.endswith("/join/company/")


def companies_on(page: Page) -> list[str]:
    return re.findall(r'name="company" value="([^"]*)"', page.body.decode())


@pytest.mark.seed("S4.18")
def test_the_chooser_lists_the_groups_public_companies_and_nothing_else():
    kim = newcomer()
    assert companies_on(kim.open("/join/")) == ["gas", "luce"]

    file = queries.tenant(SLUG).file
    inner = file.companies[0].model_copy(
        update={
            "code": "rete", "name": "Fiamma Rete S.r.l.", "series": "FR", "public": False,
            "payment_codes": PaymentCodes(),
        }
    )  # fmt: skip
    with published(SLUG, companies=(*file.companies, inner)):
        page = kim.open("/join/")
        assert companies_on(page) == ["gas", "luce"]
        assert "Rete" not in page.body.decode()
        assert "Balta" not in page.body.decode()
        before = counted(SLUG)
        assert kim.submit(page, company="rete").status == 422
        linked = Newcomer(SLUG, kim.account).open("/join/?company=rete")
        assert linked.url.endswith("/join/company/")
        assert companies_on(linked) == ["gas", "luce"]
        assert counted(SLUG) == before


@pytest.mark.seed("S4.18")
def test_facts_of_a_company_that_is_not_public_prove_nothing_though_no_choice_is_left():
    file = queries.tenant(SLUG).file
    gas, luce = file.companies
    with published(SLUG, companies=(gas, luce.model_copy(update={"public": False}))):
        kim = newcomer("luce")
        page = kim.open("/join/?company=luce")
        assert page.url.endswith("/join/details/"), "one company is no choice"
        before = counted(SLUG)
        assert kim.state_facts().status == 422
        assert counted(SLUG) == before
        assert newcomer("gas").state_facts().url.endswith("/join/you/")


@pytest.mark.seed("S4.18")
def test_no_company_answers_for_the_customers_of_another():
    kim = at_details(newcomer("gas"), company="luce")
    before = counted(SLUG)

    assert kim.state_facts().status == 422
    assert counted(SLUG) == before


@pytest.mark.seed("S4.19")
def test_contracts_are_added_later():
    kim = registered(newcomer("gas"))
    with inside(SLUG):
        kim.account = Account.objects.select_related("customer", "company").get(
            customer=kim.account.customer_id, company__code="luce"
        )
    before = counted(SLUG)
    assert kim.state_facts("/accounts/link/", tax_id="RSSMRA00A01F205F").status == 422
    assert counted(SLUG) == before
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    assert kim.sees_the_account()


def test_a_mistyped_tax_number_is_said_so_and_is_no_try():
    kim = at_details(newcomer())
    typed = kim.paper["tax_id"]
    other = "A" if typed[-1] != "A" else "B"
    page = kim.state_facts(tax_id=typed[:-1] + other)

    assert page.status == 422
    with inside(SLUG):
        from mains.enrolment.models import TryCount

        assert not TryCount.objects.exists()
