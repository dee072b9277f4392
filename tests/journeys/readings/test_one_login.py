"""One login for services that are read, billed and priced differently."""

import html
import re

import pytest
from tests.journeys import sharing_world as world
from tests.journeys.readings.conftest import FIRST
from tests.journeys.readings.forms import register_ids, send
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.metering.models import Reading


def said(page) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html.unescape(page.content.decode())).split())


@pytest.mark.seed("S0.11")
class TestEnteringReadings:
    """
    Meters, enter readings, enter, save: a page, a form, a receipt.
    """

    def test_all_meters_are_on_one_form_with_what_they_showed_last(self, hanna, on):
        on(11, 28)
        page = hanna.get("/readings/").content.decode()
        for service in ("hot_water", "heating", "electricity"):
            for register in register_ids(service, hanna):
                assert f'name="reading-{register}"' in page
        assert page.count("Last reading") == len(re.findall('name="reading-[0-9]+"', page))
        assert page.count("<form") - page.count('action="/readings/reminder/"') <= 3

    def test_an_unusual_value_is_asked_back_before_it_is_saved(self, hanna, on):
        on(11, 28)
        (register, *_others) = register_ids("hot_water", hanna)
        before = count()
        answer = hanna.post("/readings/", key="k" * 20, **{f"reading-{register}": "0"})
        assert answer.status_code == 422
        assert "less than the last reading" in said(answer)
        assert count() == before

    def test_saving_leads_to_a_receipt_and_again_saves_nothing(self, hanna, on):
        on(11, 28)
        (register, *_others) = register_ids("hot_water", hanna)
        before, value = count(), likely(register)
        answer = send(hanna, {f"reading-{register}": value})
        assert answer.status_code == 302
        assert value in said(hanna.get(answer["Location"]))
        assert count() == before + 1


@pytest.mark.seed("S3.02")
class TestTwoCompaniesInOneLogin:
    def test_each_service_is_read_by_its_own_rules(self, hanna, on):
        # Hot water and heating are suspended, electricity is wanted.
        on(12, 3)
        page = said(hanna.get("/readings/"))
        assert page.count("You can send yours again from December 8, 2026.") == 2
        assert "Now is the time: send your reading by December 5, 2026." in page

    def test_what_both_companies_bill_stands_side_by_side_and_apart(self, hanna, on):
        on(12, 3)
        companies = {
            account.company.code: account.company.name
            for account in world.accounts(customer__email=holder())
        }
        assert set(companies) == {"teplo", "energo"}
        page = said(hanna.get("/accounts/"))
        assert all(name in page for name in companies.values())

    def test_one_company_s_account_says_nothing_of_the_other_s(self, hanna, on):
        on(12, 3)
        (heat,) = world.accounts(number=FIRST)
        page = said(hanna.get(f"/accounts/{heat.pk}/contracts/"))
        assert "Hot water" in page
        assert "Electricity" not in page


@pytest.mark.seed("S4.05")
class TestContractCard:
    def test_it_shows_tariff_supply_point_meter_and_days(self, hanna):
        from mains.customers.models import Contract

        (account,) = world.accounts(number=FIRST)
        with inside(SLUG):
            contract = (
                Contract.objects.select_related("supply_point")
                .filter(account=account, service="hot_water")
                .get()
            )
            meter = contract.supply_point.installations.get().meter
        page = said(hanna.get(f"/accounts/{account.pk}/contracts/"))
        assert contract.supply_point.code in page
        assert contract.supply_point.address in page
        assert f"{meter.serial} (m³)" in page
        assert "Tariff Гаряча вода" in page
        assert "Since" in page
        assert f'href="/accounts/{account.pk}/contracts/"' in (
            hanna.get("/accounts/").content.decode()
        )

    @pytest.mark.usefixtures("hanna")
    def test_who_shares_it_without_the_bills_does_not_see_it(self):
        (account,) = world.accounts(number=FIRST)
        friend = world.person("friend@people.example", account, may_pay=False)
        assert friend.get(f"/accounts/{account.pk}/contracts/").status_code == 403
        assert "/contracts/" not in friend.get("/accounts/").content.decode()
        stranger = world.person("stranger@people.example")
        assert stranger.get(f"/accounts/{account.pk}/contracts/").status_code == 404


def count() -> int:
    with inside(SLUG):
        return Reading.objects.count()


def likely(register_id: int) -> str:
    """
    Return a value a little above the last one, as somebody types it.
    """
    with inside(SLUG):
        readings = Reading.objects.filter(register_id=register_id).order_by("-read_date")
        last, before = (one.value for one in readings[:2])
    return f"{(last + (last - before)).normalize():f}"


def holder() -> str:
    (account,) = world.accounts(number=FIRST)
    return str(account.customer.email)
