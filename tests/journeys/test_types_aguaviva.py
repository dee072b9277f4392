"""aguaviva: three types of customers, each with its own details, terms and proof."""

from datetime import UTC, datetime

import pytest
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import (
    Newcomer,
    forget_tries,
    messages,
    newcomer,
    published,
    stored,
)

from mains.customers.models import CustomerKind
from mains.demo.pages import Page
from mains.enrolment import legal
from mains.enrolment.models import AccountLink, Consent, LinkRole, TryCount
from mains.guard.context import inside
from mains.identity.models import User
from mains.tenancy import queries
from mains.tenancy.tenantfile.identity import CustomerType

SLUG, TENANTS = "aguaviva", {"aguaviva"}
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S1.04")]
KINDS = {
    "private": CustomerKind.PERSON,
    "company": CustomerKind.ORGANISATION,
    "administrator": CustomerKind.PERSON,
}
OTHER_TAX_NUMBER = "B86561412"


@pytest.fixture(autouse=True)
def full_budgets(demo_tenants):
    forget_tries(SLUG)
    with inside(SLUG):
        known = set(AccountLink.objects.values_list("pk", flat=True))
    yield
    move_clock(SLUG, NOW)
    with inside(SLUG):
        # There are few companies among the sample customers: the next test takes the same one.
        AccountLink.objects.exclude(pk__in=known).delete()


def one_of(kind: str, language: str = "en") -> Newcomer:
    """
    Return somebody who has chosen a type, with a bill of an account of that kind.
    """
    kim = newcomer(SLUG, customer__kind=KINDS[kind])
    kim.submit(kim.open(f"/join/?lang={language}"), type=kind)
    return kim


def asked(page: Page) -> list[str]:
    return [name for name in page.form().fields if name.startswith("fact-")]


def terms_of(kim: Newcomer) -> str:
    with inside(SLUG):
        user = User.objects.get(email=kim.email)
        return Consent.objects.get(user_id=user.pk, purpose="terms").wording.text


def tries() -> int:
    with inside(SLUG):
        return TryCount.objects.count()


class TestEachType:
    def test_has_its_own_details(self):
        facts = {kind: asked(one_of(kind).open("/join/details/")) for kind in KINDS}

        assert facts["private"] == ["fact-account_number", "fact-bill_number", "fact-bill_amount"]
        assert facts["company"] == ["fact-account_number", "fact-bill_number", "fact-tax_id"]
        assert facts["administrator"] == [*facts["private"], "fact-tax_id"]

    @pytest.mark.parametrize("language", ["es", "en"])
    def test_has_its_own_terms(self, language):
        file = queries.tenant(SLUG).file
        words = {}
        for kind in KINDS:
            kim = one_of(kind, language)
            page = kim.state_facts()
            assert f"/legal/terms/?type={kind}" in page.body.decode()
            shown = kim.open(f"/legal/terms/?type={kind}").text
            kim.about_me(page)
            kim.confirm()
            words[kind] = terms_of(kim)
            assert " ".join(words[kind].split()) in shown
            wanted = legal.documents(file=file, customer_type=CustomerType(kind), language=language)
            assert words[kind] == wanted[0].text
        assert len(set(words.values())) == 3

    def test_agrees_to_no_other_types_terms(self):
        private, kim = one_of("private"), one_of("company")
        others = private.state_facts().form().fields["shown"][0]
        page, before = kim.state_facts(), stored(SLUG)

        assert kim.about_me(page, shown=others).status == 422
        assert stored(SLUG) == before


class TestATenantOffersAnySubset:
    def test_of_two_only_those_are_offered_and_the_third_is_refused(self):
        with published(SLUG, registration={"customer_types": ["private", "company"]}):
            kim = newcomer(SLUG)
            page = kim.open("/join/")
            assert page.url.endswith("/join/type/")
            body = page.body.decode()
            assert 'value="private"' in body
            assert 'value="company"' in body
            assert 'value="administrator"' not in body
            before = stored(SLUG)

            assert kim.submit(page, type="administrator").status == 422
            assert kim.open("/join/details/").url.endswith("/join/type/")
            assert stored(SLUG) == before

    def test_one_alone_is_not_asked_for(self):
        with published(SLUG, registration={"customer_types": ["private"]}):
            kim = newcomer(SLUG, customer__kind=CustomerKind.PERSON)
            assert kim.open("/join/").url.endswith("/join/details/")
            assert asked(kim.open("/join/details/"))[-1] == "fact-bill_amount"
            kim.about_me(kim.state_facts())
            kim.confirm()
            assert kim.sees_the_account()

    def test_a_type_chosen_before_it_was_taken_away_is_asked_again(self):
        kim = one_of("administrator")
        with published(SLUG, registration={"customer_types": ["private", "company"]}):
            assert kim.open("/join/details/").url.endswith("/join/type/")


class TestACompany:
    def test_registers_with_its_tax_number(self):
        kim = one_of("company")
        kim.about_me(kim.state_facts())
        kim.confirm()

        assert kim.sees_the_account()

    def test_with_the_tax_number_of_another_is_refused(self):
        kim = one_of("company")
        assert kim.account.customer.tax_id != OTHER_TAX_NUMBER
        before = stored(SLUG)

        refused = kim.state_facts(tax_id=OTHER_TAX_NUMBER)
        assert refused.status == 422
        assert "These details do not belong together." in refused.text
        assert kim.open("/join/you/").url.endswith("/join/details/")
        assert stored(SLUG) == before

    def test_with_a_mistyped_one_is_told_so_and_it_counts_as_no_try(self):
        kim = one_of("company")
        before, counted = stored(SLUG), tries()
        mistyped = f"{OTHER_TAX_NUMBER[:-1]}3"

        refused = kim.state_facts(tax_id=mistyped)
        assert refused.status == 422
        assert "the check digit does not fit" in refused.text
        assert (stored(SLUG), tries()) == (before, counted)

    def test_of_a_company_nobody_takes_the_easier_form(self):
        kim = newcomer(SLUG, customer__kind=CustomerKind.ORGANISATION)
        kim.submit(kim.open("/join/"), type="private")
        before = stored(SLUG)

        assert kim.state_facts().status == 422
        assert stored(SLUG) == before


class TestAnAdministrator:
    def test_names_an_authority_that_ends_and_the_holder_is_told(self):
        kim = one_of("administrator")
        page = kim.state_facts()
        assert {"authority", "until_date"} <= set(page.form().fields)
        assert "ebill" not in page.body.decode()
        before = stored(SLUG)
        for wrong in (
            {"until_date": "2020-01-01"},
            {"until_date": "2036-01-01"},
            {"until_date": ""},
            {"authority": ""},
        ):
            assert kim.about_me(page, **wrong).status == 422
        assert stored(SLUG) == before
        kim.about_me(page, authority="Poder 7/2026", until_date="2027-03-31")
        kim.confirm()

        with inside(SLUG):
            link = AccountLink.objects.get(account=kim.account, ended_at=None)
            assert (link.role, link.authority) == (LinkRole.ADMINISTRATOR, "Poder 7/2026")
            assert str(link.until_date) == "2027-04-01"
        assert kim.account.customer.email in {m.recipient for m in messages(SLUG, "account-linked")}

    def test_sees_the_account_through_the_last_day_and_not_on_the_next(self):
        kim = one_of("administrator")
        kim.about_me(kim.state_facts(), until_date="2027-03-31")
        kim.confirm()
        bill = kim.paper["bill_number"]
        assert bill in kim.open("/bills/").text

        # The last minute of that day in Madrid, two hours before UTC after the change of clocks.
        move_clock(SLUG, datetime(2027, 3, 31, 21, 55, tzinfo=UTC))
        assert kim.sees_the_account()
        move_clock(SLUG, datetime(2027, 3, 31, 22, 5, tzinfo=UTC))
        assert not kim.sees_the_account()
        assert bill not in kim.open("/bills/").text
