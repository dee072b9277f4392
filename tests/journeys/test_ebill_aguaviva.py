"""aguaviva: user name, e-mail, and an open box for electronic bills of the contracts chosen."""

import re

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.joining_world import (
    Newcomer,
    messages,
    newcomer,
    published,
    stored,
)
from tests.journeys.logins import PASSWORD, add_login, row

from mains.customers.models import Contract, CustomerKind, DeliveryPreference, SupplyPoint
from mains.demo import logins
from mains.demo.pages import Page
from mains.enrolment.models import AccountLink, Consent
from mains.guard.context import inside
from mains.identity.models import User

SLUG, TENANTS = "aguaviva", {"aguaviva", "tavho"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S1.06")]


def a_person() -> Newcomer:
    kim = newcomer(SLUG, customer__kind=CustomerKind.PERSON)
    kim.submit(kim.open("/join/?lang=en"), type="private")
    return kim


def add_contract(kim: Newcomer, *, contract_class: str = "home") -> int:
    """
    Give an account another contract, on paper, at another supply point.
    """
    with inside(SLUG):
        point = SupplyPoint.objects.create(
            code=f"ES-garden-{kim.account.pk}-{SupplyPoint.objects.count()}",
            street="Calle del Huerto 3", city="Villaclara", post_code="23620",
        )  # fmt: skip
        contract = Contract.objects.create(
            account=kim.account, supply_point=point, service="water",
            contract_class=contract_class, tariff_code="domestic", start_date=NOW.date(),
        )  # fmt: skip
        DeliveryPreference.objects.create(
            contract=contract, mode="PAPER", start_date=NOW.date(), chosen_at=NOW
        )
        return contract.pk


def contracts_of(kim: Newcomer) -> list[int]:
    with inside(SLUG):
        found = Contract.objects.filter(account=kim.account).order_by("service", "pk")
        return list(found.values_list("pk", flat=True))


def modes(kim: Newcomer) -> dict[int, str]:
    """
    Return how the bills of each contract come in the end.
    """
    with inside(SLUG):
        rows = DeliveryPreference.objects.filter(contract__account=kim.account, end_date=None)
        return dict(rows.values_list("contract", "mode"))


def agreed(kim: Newcomer) -> list[Consent]:
    with inside(SLUG):
        user = User.objects.get(email=kim.email)
        rows = Consent.objects.filter(user_id=user.pk, purpose="ebill").select_related("wording")
        return list(rows.order_by("pk"))


def boxes(page: Page) -> list[str]:
    found = re.findall(r"<input[^>]*name=\"ebill\"[^>]*>", page.body.decode())
    assert found
    assert not [box for box in found if "checked" in box]
    return found


class TestOneContract:
    def test_user_name_e_mail_and_an_open_box(self):
        kim = a_person()
        page = kim.state_facts()
        assert {"username", "email"} <= set(page.form().fields)
        assert len(boxes(page)) == 1

        kim.about_me(page, ebill="on", username="Agua.Nueva")
        kim.confirm()
        with inside(SLUG):
            assert User.objects.get(email=kim.email).username == "Agua.Nueva"
            chosen = DeliveryPreference.objects.get(
                contract__account=kim.account, end_date=None, mode="ELECTRONIC"
            )
        (consent,) = agreed(kim)
        assert consent.account_id == kim.account.pk
        assert consent.contracts == contracts_of(kim)
        assert "Aguaviva" in consent.wording.text
        assert chosen.notice == consent.wording.text
        # Not before the holder could object, who is told.
        assert (chosen.start_date - consent.given_at.date()).days >= 3
        told = [
            row for row in messages(SLUG, "delivery-changed") if row.values["email"] == kim.email
        ]
        assert [row.recipient for row in told] == [kim.account.customer.email]

    def test_without_the_tick_bills_stay_on_paper(self):
        kim = a_person()
        kim.about_me(kim.state_facts())
        kim.confirm()
        assert agreed(kim) == []
        assert set(modes(kim).values()) == {"PAPER"}


class TestSeveralContracts:
    def test_each_has_a_box_and_only_the_chosen_ones_change(self):
        kim = a_person()
        garden = add_contract(kim)
        house, _garden = contracts_of(kim)
        page = kim.state_facts()
        assert len(boxes(page)) == 2

        kim.about_me(page, ebill=str(garden))
        kim.confirm()
        (consent,) = agreed(kim)
        assert consent.contracts == [garden]
        assert modes(kim) == {house: "PAPER", garden: "ELECTRONIC"}
        with inside(SLUG):
            point = Contract.objects.select_related("supply_point").get(pk=garden).supply_point
        assert point.code in kim.open("/me/data/?lang=en").text

    def test_another_accounts_contract_is_refused(self):
        other = a_person()
        foreign = contracts_of(other)[0]
        kim = Newcomer(SLUG, _second_account())
        kim.submit(kim.open("/join/?lang=en"), type="private")
        add_contract(kim)
        page = kim.state_facts()
        before = stored(SLUG)

        refused = kim.about_me(page, ebill=str(foreign))
        assert refused.status == 422
        assert "Choose among the contracts of this account." in refused.text
        assert stored(SLUG) == before

    def test_back_to_paper_leaves_those_for_which_the_portal_is_mandatory(self):
        kim = a_person()
        garden = add_contract(kim, contract_class="farm")
        house, _garden = contracts_of(kim)
        with published(SLUG, portal={"mandatory_classes": {"farm": True}}):
            page, before = kim.state_facts(), stored(SLUG)
            assert kim.about_me(page, ebill=str(house)).status == 422
            assert stored(SLUG) == before
            form = page.form()
            form.fields["ebill"] = [str(house), str(garden)]
            kim.browser.submit(
                page, form, name="K", email=kim.email, username=kim.email.split("@", 1)[0],
                **{"agree-terms": "on", "agree-privacy": "on"},
            )  # fmt: skip
            kim.confirm()
            assert set(modes(kim).values()) == {"ELECTRONIC"}
            said = kim.post(f"/me/data/paper/{kim.account.pk}/").text
            assert "except for contracts with bills by e-mail only" in said
            assert modes(kim) == {house: "PAPER", garden: "ELECTRONIC"}
            given, left = agreed(kim)
            assert given.withdrawn_at
            assert (sorted(given.contracts), left.contracts) == (sorted([house, garden]), [garden])
            assert left.withdrawn_at is None
            assert left.given_at == given.given_at
            before = stored(SLUG)
            kim.post(f"/me/data/paper/{kim.account.pk}/")
            assert stored(SLUG) == before

    def test_an_older_consent_about_all_contracts_is_withdrawn_whole(self):
        kim = a_person()
        garden = add_contract(kim)
        page = kim.state_facts()
        form = page.form()
        form.fields["ebill"] = [str(one) for one in contracts_of(kim)]
        kim.browser.submit(
            page, form, name="K", email=kim.email, username=kim.email.split("@", 1)[0],
            **{"agree-terms": "on", "agree-privacy": "on"},
        )  # fmt: skip
        kim.confirm()
        (all_of_them,) = agreed(kim)
        with inside(SLUG):
            # As consents were before contracts could be chosen, and one since.
            Consent.objects.filter(pk=all_of_them.pk).update(contracts=[])
            all_of_them.pk, all_of_them.contracts = None, [garden]
            all_of_them._state.adding = True
            all_of_them.save()

        kim.post(f"/me/data/paper/{kim.account.pk}/")

        assert set(modes(kim).values()) == {"PAPER"}

    def test_leaving_returns_only_what_was_chosen(self):
        kim = a_person()
        garden = add_contract(kim)
        house, _garden = contracts_of(kim)
        kim.about_me(kim.state_facts(), ebill=str(garden))
        kim.confirm()
        with inside(SLUG):
            before = DeliveryPreference.objects.filter(contract=house).count()
        kim.submit(kim.open(f"/accounts/{kim.account.pk}/unlink/"))

        assert modes(kim) == {house: "PAPER", garden: "PAPER"}
        with inside(SLUG):
            assert DeliveryPreference.objects.filter(contract=house).count() == before
        assert [bool(one.withdrawn_at) for one in agreed(kim)] == [True]


def _second_account():
    from mains.customers.models import Account

    with inside(SLUG):
        seen = AccountLink.objects.filter(ended_at=None).values("account_id")
        free = Account.objects.exclude(pk__in=seen).filter(customer__kind=CustomerKind.PERSON)
        return free.select_related("customer", "company").order_by("-pk")[0]


class TestAUserName:
    def test_is_one_whatever_its_capitals(self):
        one, two = a_person(), a_person()
        one.about_me(one.state_facts(), username="Same.Name")
        one.confirm()
        two = a_person()
        page, before = two.state_facts(), stored(SLUG)

        for taken in ("same.name", "SAME.NAME", "Same.Name"):
            refused = two.about_me(page, username=taken)
            assert refused.status == 422
            assert "Somebody has this user name." in refused.text
        assert stored(SLUG) == before

    def test_signs_in_whatever_its_capitals(self):
        kim = a_person()
        kim.about_me(kim.state_facts(), username="Capital.Name")
        kim.confirm()
        later = Newcomer(SLUG, kim.account)
        page = later.open("/account/login/")
        later.submit(page, login="CAPITAL.name", password=logins.PASSWORD)
        assert later.sees_the_account()

    def test_is_free_in_another_tenant(self):
        kim = a_person()
        kim.about_me(kim.state_facts(), username="Both.Tenants")
        kim.confirm()
        other = add_login("both@people.example", schema_name="tavho")
        there = Newcomer("tavho", kim.account)
        there.submit(there.open("/account/login/"), login=other.email, password=PASSWORD)
        there.submit(there.open("/me/details/"), name="B", username="both.tenants")

        assert row(other, schema_name="tavho").username == "both.tenants"
        with inside(SLUG):
            assert User.objects.get(email=kim.email).username == "Both.Tenants"
