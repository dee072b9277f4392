"""fiamma: one tax number to a login, at linking, at each request, and after it is corrected."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.journeys.console_world import Desk, signed_in
from tests.journeys.joining_world import (
    Newcomer,
    account,
    counted,
    deeds,
    forget_tries,
    messages,
    newcomer,
)  # fmt: skip

from mains.audit.models import Entry
from mains.customers.models import Account, Customer, DeliveryPreference
from mains.demo import logins
from mains.enrolment.models import AccountLink
from mains.guard.context import PUBLIC, inside
from mains.identity.models import User
from mains.journeys.sample_people import tax_number
from mains.tenancy import actions as tenancy
from mains.tenancy import queries

SLUG, TENANTS = "fiamma", {"fiamma", "balta"}
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S4.16")]
ANOTHER = tax_number("IT", 77)


@pytest.fixture(autouse=True)
def _as_before(demo_tenants):
    """
    Begin with full budgets, and give every customer its own tax number again after a test.
    """
    forget_tries(SLUG)
    with inside(SLUG):
        stored = dict(Customer.objects.values_list("pk", "tax_id"))
    yield
    with inside(SLUG):
        for pk, number in stored.items():
            Customer.objects.filter(pk=pk).update(tax_id=number)


def registered(**wanted: object) -> Newcomer:
    kim = newcomer(SLUG, **{"company__code": "gas", "mandates__isnull": False, **wanted})
    kim.submit(kim.open("/join/"), company=kim.account.company.code)
    kim.about_me(kim.state_facts())
    kim.confirm()
    return kim


def with_both_companies() -> tuple[Newcomer, Account, Account]:
    """
    Return somebody who sees the gas and the electricity of one customer.
    """
    kim = registered()
    gas = kim.account
    with inside(SLUG):
        kim.account = Account.objects.select_related("customer", "company").get(
            customer=gas.customer_id, company__code="luce"
        )
    assert kim.state_facts("/accounts/link/").url.endswith("/accounts/")
    return kim, gas, kim.account


def staff(slug: str = SLUG) -> Desk:
    return signed_in(logins.staff_email(slug), slug)


def place_of(row: Account) -> str:
    return f"customers/{row.pk}/tax-number/"


def correct(desk: Desk, row: Account, number: str, **changes: str):
    with inside(SLUG):
        seen = Customer.objects.get(pk=row.customer_id).tax_id
    return desk.post(place_of(row), {"tax_id": number, "reason": "typing", "seen": seen, **changes})


def number_of(row: Account) -> str:
    with inside(SLUG):
        return Customer.objects.get(pk=row.customer_id).tax_id


def first_bill(row: Account) -> int:
    with inside(SLUG):
        return row.bills.order_by("pk").first().pk


def written() -> tuple[dict[str, int], int]:
    with inside(SLUG):
        return counted(SLUG), Entry.objects.count()


def numbers_by_api(kim: Newcomer) -> set[str]:
    return {row["number"] for row in kim.api("get", "accounts").json()["data"]}


class TestLinking:
    def test_another_tax_number_is_refused_on_the_page_and_by_the_api(self):
        kim = registered()
        mine, kim.account = kim.account, account(SLUG, company__code="gas")
        assert mine.customer.tax_id != kim.account.customer.tax_id
        before = written()

        page = kim.state_facts("/accounts/link/")
        assert page.status == 409
        facts = {kind: kim.paper[kind] for kind in ("account_number", "bill_number", "tax_id")}
        answer = kim.api("post", "accounts/links", {"facts": facts})
        assert (answer.status_code, answer.json()["code"]) == (409, "another_tax_number")

        assert written() == before
        assert not kim.sees_the_account()
        assert numbers_by_api(kim) == {mine.number}

    def test_with_another_e_mail_the_same_person_registers_for_the_other_number(self):
        kim = registered()
        mine = kim.account
        kim.account = account(SLUG, company__code="gas", mandates__isnull=False)
        assert "another e-mail" in kim.state_facts("/accounts/link/?lang=en").text

        again = registered(pk=kim.account.pk)
        assert again.email != kim.email
        assert again.sees_the_account()
        assert numbers_by_api(again) == {again.account.number}
        assert numbers_by_api(kim) == {mine.number}
        assert again.open(f"/bills/{first_bill(mine)}/").status == 404

    @pytest.mark.parametrize("typed", ["{}", "IT{}", "it {} "])
    def test_a_vat_number_proves_and_filters_however_it_is_typed(self, typed):
        vat = "00743110157"
        one = newcomer(SLUG, company__code="gas", mandates__isnull=False)
        with inside(SLUG):
            Customer.objects.filter(pk=one.account.customer_id).update(tax_id=vat)
        one.submit(one.open("/join/"), company="gas")
        before = counted(SLUG)
        assert one.state_facts(tax_id="00488410010").status == 422, "a good number of another"
        assert one.state_facts(tax_id="00743110158").status == 422, "a mistyped one"
        assert counted(SLUG) == before

        one.about_me(one.state_facts(tax_id=typed.format(vat)))
        one.confirm()
        assert one.sees_the_account()
        one.account = account(SLUG, company__code="gas")
        assert one.state_facts("/accounts/link/").status == 409


class TestCorrecting:
    def test_what_a_login_sees_follows_the_number_everywhere(self):
        kim, gas, luce = with_both_companies()
        bill, desk = first_bill(luce), staff()
        with as_another_customer(luce, ANOTHER) as luce:
            assert numbers_by_api(kim) == {gas.number}
            assert kim.open(f"/bills/{bill}/").status == 404

            assert correct(desk, luce, gas.customer.tax_id).status_code == 302
            assert numbers_by_api(kim) == {gas.number, luce.number}
            assert kim.sees_the_account()
            assert kim.open(f"/bills/{bill}/").status == 200

            assert correct(desk, luce, ANOTHER, reason="document").status_code == 302
            assert numbers_by_api(kim) == {gas.number}
            assert not kim.sees_the_account()
            assert kim.open(f"/bills/{bill}/").status == 404
            assert kim.open(f"/bills/{bill}/bill.pdf").status == 404
            with inside(SLUG):
                assert AccountLink.objects.filter(account=luce, ended_at=None).exists()

    def test_it_is_audited_with_ids_and_a_code_and_no_number(self):
        row = account(SLUG, company__code="gas")
        old, before = row.customer.tax_id, len(deeds(SLUG, "customer.tax_number_corrected"))

        assert correct(staff(), row, ANOTHER, reason="document").status_code == 302

        *_earlier, entry = rows = deeds(SLUG, "customer.tax_number_corrected")
        assert len(rows) == before + 1
        with inside(PUBLIC):
            who = User.objects.get(email=logins.staff_email(SLUG)).pk
        assert (entry.subject, entry.actor) == (f"customer:{row.customer_id}", f"staff:{who}")
        assert entry.detail == {"why": "document"}
        assert old not in str(entry.detail)
        assert number_of(row) == ANOTHER

    def test_twice_changes_it_once(self):
        row, desk = account(SLUG, company__code="gas"), staff()
        seen = row.customer.tax_id
        assert correct(desk, row, ANOTHER).status_code == 302
        before = written()

        assert correct(desk, row, f"IT {ANOTHER}".lower(), seen=seen).status_code == 302
        assert written() == before

    @pytest.mark.parametrize(
        "change",
        [
            {"number": ANOTHER[:-1] + ("A" if ANOTHER[-1] != "A" else "B")},
            {"number": "00743110158"},
            {"number": " "},
            {"reason": ""},
            {"reason": "because"},
            {"seen": "RSSMRA00A01F205F"},
        ],
        ids=["check digit", "check digit of VAT", "empty", "no reason", "no such reason", "late"],
    )
    def test_what_does_not_fit_is_refused_and_writes_nothing(self, change):
        row, before = account(SLUG, company__code="gas"), written()
        number = change.pop("number", ANOTHER)

        answer = correct(staff(), row, number, **change)

        assert answer.status_code == 422
        assert number_of(row) == row.customer.tax_id
        assert written() == before

    def test_only_who_bills_corrects_and_only_in_their_own_tenant(self):
        row, before = account(SLUG, company__code="gas"), written()
        abroad = staff("balta")
        abroad.slug = SLUG
        assert abroad.get(place_of(row)).status_code == 404
        assert correct(abroad, row, ANOTHER).status_code == 404
        desk = staff()
        with inside(PUBLIC):
            who = User.objects.get(email=logins.staff_email(SLUG)).pk
            tenancy.add_member(user_id=who, schema_name=SLUG, role="SERVICE")
        try:
            queries.forget()
            assert desk.get(f"customers/{row.pk}/").status_code == 200
            assert desk.get(place_of(row)).status_code == 403
            assert correct(desk, row, ANOTHER).status_code == 403
            assert "tax-number/" not in desk.get(f"customers/{row.pk}/").content.decode()
        finally:
            with inside(PUBLIC):
                tenancy.add_member(user_id=who, schema_name=SLUG, role="OWNER")
            queries.forget()
        assert number_of(row) == row.customer.tax_id
        assert written() == before

    def test_bills_by_e_mail_return_to_paper_for_a_login_that_no_longer_sees_them(self):
        kim, gas, luce = with_both_companies()
        agree_to_bills_by_mail(kim, luce)
        with as_another_customer(luce, gas.customer.tax_id) as luce:
            assert kim.sees_the_account()
            told = len(messages(SLUG, "delivery-changed"))

            assert correct(staff(), luce, ANOTHER).status_code == 302

            with inside(SLUG):
                chosen = DeliveryPreference.objects.filter(contract__account=luce, end_date=None)
                assert {row.mode for row in chosen} == {"PAPER"}
            assert len(messages(SLUG, "delivery-changed")) > told


@contextmanager
def as_another_customer(row: Account, number: str) -> Iterator[Account]:
    """
    Put an account under a customer of its own with a tax number, as imports do; then back.
    """
    with inside(SLUG):
        other = Customer.objects.create(kind="PERSON", name="Another", tax_id=number, language="it")
        Account.objects.filter(pk=row.pk).update(customer=other)
        changed = Account.objects.select_related("customer").get(pk=row.pk)
    yield changed
    with inside(SLUG):
        Account.objects.filter(pk=row.pk).update(customer=row.customer_id)
        other.delete()


def agree_to_bills_by_mail(kim: Newcomer, row: Account) -> None:
    """
    Agree to bills by e-mail of an account, as the box at sign-up does.
    """
    from django.db import transaction

    from mains.enrolment.actions import consents, sign_ups
    from mains.enrolment.actions.consents import Agreed, ConsentPurpose

    tenant = queries.tenant(SLUG)
    with inside(SLUG), transaction.atomic():
        now, user = tenant.now(), User.objects.get(email=kim.email)
        kept = consents.keep_for_sign_up(
            agreed=[Agreed(ConsentPurpose.ELECTRONIC_BILL, "it", "By e-mail.")],
            address="",
            now=now,
        )
        consents.tie_to_login(remembered=kept, user_id=user.pk, account_id=row.pk)
        today = tenant.date_of(now)
        sign_ups.deliver_electronically(
            account_id=row.pk, user=user, remembered=kept, bills_from=today, now=now, today=today
        )
