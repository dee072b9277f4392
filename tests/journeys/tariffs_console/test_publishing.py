"""Published from the console: once, in time, for everybody whom it concerns, and for good."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.journeys.tariffs import world
from tests.journeys.tariffs_console import desk

pytestmark = pytest.mark.usefixtures("unblocked")
PRICES = [
    {"kind": "unit", "code": "water", "quantity": "water", "unit": "m3", "vat": "10",
     "price": "0.35"},
    {"kind": "fixed", "code": "social", "price": "-2", "vat": "10", "classes": ["vulnerable"]},
]  # fmt: skip
TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=40)


@pytest.fixture
def utility(unblocked) -> Iterator[tuple]:
    file = world.file_of(*PRICES, price_changes={"notice_days": 30})
    with desk.opened(file) as (home, staff):
        yield home, staff


def draft_of(staff, **typed: str) -> desk.Draft:
    draft = desk.begun(staff)
    draft.type({"start_date": SOON.isoformat(), "c0-price": "0.40", **typed})
    return draft


def tell() -> None:
    """
    Do what the worker does.
    """
    from mains.guard.context import inside
    from mains.journeys import tariff_notices
    from mains.tenancy import queries

    queries.forget()
    tenant = queries.tenant(world.SLUG)
    with inside(world.SLUG):
        tariff_notices.tell_waiting(tenant=tenant, now=tenant.now())


def told() -> list:
    from mains.guard.context import inside
    from mains.notifications.models import Message

    with inside(world.SLUG):
        return list(Message.objects.filter(kind="tariff-changed").order_by("pk"))


def versions() -> list[tuple[date, str]]:
    from mains.guard.context import inside
    from mains.tariffs.models import TariffVersion

    with inside(world.SLUG):
        rows = TariffVersion.objects.filter(published_at__isnull=False).order_by("start_date")
        return [(one.start_date, one.components[0]["price"]) for one in rows]


def configuration() -> tuple[int, list[date]]:
    from mains.tenancy import queries

    queries.forget()
    tenant = queries.tenant(world.SLUG)
    return tenant.version, [one.start_date for one in tenant.file.tariffs[0].versions]


class TestOnce:
    def test_it_is_in_the_file_and_in_force_from_its_day(self, utility):
        _home, staff = utility
        draft = draft_of(staff)
        assert desk.published(staff, draft)["Location"] == "/willow/tariffs/of/home/"
        assert versions() == [(date(2009, 1, 1), "0.35"), (SOON, "0.40")]
        assert configuration()[1] == [date(2009, 1, 1), SOON]
        assert staff.get(draft.place).status_code == 404
        page = staff.get("tariffs/of/home/", lang="en").content.decode()
        assert "olga@willow.example" in page

    def test_customers_are_told_in_their_language_what_changes_for_them(self, utility):
        home, staff = utility
        desk.published(staff, draft_of(staff, **{"c1-price": "-3"}))
        tell()
        (message,) = told()
        assert (message.recipient, message.language) == ("anna@home.example", "en")
        assert message.values["changes"] == "Water: €0.35 per m³ → €0.40 per m³"
        assert message.values["url"].endswith(f"/accounts/{home.account.pk}/contracts/")
        from mains.guard.context import inside
        from mains.notifications import rendering

        with inside(world.SLUG):
            mail = rendering.render(message, sender=rendering.sender())
        assert mail.subject.startswith("New prices from")
        assert "€0.35 per m³ → €0.40 per m³" in mail.text

    def test_whoever_has_no_address_of_that_kind_gets_a_letter(self, utility):
        from django.db import transaction

        from mains.customers.models import Customer
        from mains.guard.context import inside

        _home, staff = utility
        with inside(world.SLUG), transaction.atomic():
            Customer.objects.update(email="", language="lv")
        desk.published(staff, draft_of(staff))
        tell()
        (message,) = told()
        assert (message.channel, message.language) == ("LETTER", "lv")
        assert message.recipient.startswith("Anna Ozola\n")

    def test_with_two_contracts_it_is_one_message_of_what_changes_for_either(self, utility):
        from django.db import transaction
        from tests.factories import meters

        from mains.customers.models import Contract
        from mains.guard.context import inside

        home, staff = utility
        with inside(world.SLUG), transaction.atomic():
            Contract.objects.create(
                account=home.account, service="supply", contract_class="vulnerable",
                tariff_code="home", supply_point=meters.supply_point("SP-2"),
                start_date=date(2009, 1, 1),
            )  # fmt: skip
        desk.published(staff, draft_of(staff, **{"c1-price": "-3"}))
        tell()
        (message,) = told()
        assert message.values["changes"].splitlines() == [
            "Water: €0.35 per m³ → €0.40 per m³",
            "Social: -€2.00 a month → -€3.00 a month",
        ]

    def test_what_is_charged_otherwise_is_told_as_well(self, utility):
        _home, staff = utility
        desk.published(staff, draft_of(staff, **{"c0-price": "0.35", "c0-vat": "21"}))
        tell()
        (message,) = told()
        line = message.values["changes"].replace("\N{NO-BREAK SPACE}", " ")
        assert line.count("\n") == 0
        assert line.startswith("Water: A price for each unit of water. VAT 10 % → ")
        assert line.endswith("VAT 21 %")

    def test_whom_nothing_changes_for_is_not_told(self, utility):
        _home, staff = utility
        desk.published(staff, draft_of(staff, **{"c0-price": "0.35", "c1-price": "-3"}))
        tell()
        assert told() == []


class TestTwice:
    def test_sent_twice_it_is_published_and_told_once(self, utility):
        _home, staff = utility
        draft = draft_of(staff)
        place = f"{draft.place}publish/"
        form = desk.form_on(staff.get(place), with_field="based_on")
        assert staff.post(place, form).status_code == 302
        version = configuration()[0]
        assert staff.post(place, form).status_code == 404
        for _ in range(2):
            tell()
        assert len(told()) == 1
        assert len(versions()) == 2
        assert configuration()[0] == version

    def test_interrupted_between_the_file_and_the_draft_it_is_finished_the_next_time(
        self, utility, monkeypatch
    ):
        from mains.tariffs import drafts

        _home, staff = utility
        draft = draft_of(staff)
        monkeypatch.setattr(drafts, "finish", lambda **_values: None)
        desk.published(staff, draft)
        assert staff.get(draft.place).status_code == 200
        monkeypatch.undo()
        assert draft.problems() == []
        version = configuration()[0]
        assert desk.published(staff, draft).status_code == 302
        assert staff.get(draft.place).status_code == 404
        assert (configuration()[0], len(versions())) == (version, 2)
        tell()
        assert len(told()) == 1


class TestLate:
    def test_sooner_than_the_notice_it_is_refused_with_the_first_day(self, utility):
        _home, staff = utility
        staff.get("tariffs/", lang="en")
        draft = draft_of(staff, start_date=(TODAY + timedelta(days=20)).isoformat())
        assert len(draft.problems()) == 1
        assert "Customers are told in time only of prices from" in draft.problems()[0]
        answer = staff.post(f"{draft.place}publish/", {"based_on": configuration()[0]})
        assert answer["Location"].endswith(draft.place)
        assert len(versions()) == 1

    @pytest.mark.usefixtures("utility")
    def test_a_file_with_such_a_version_is_refused_as_well(self):
        from mains.journeys import configure
        from mains.tariffs.notices import NoticeTooShort
        from mains.tenancy import queries
        from mains.tenancy.tenantfile import parse

        file = queries.tenant(world.SLUG).file
        data = file.model_dump(mode="json")
        data["price_changes"]["notice_days"] = 0
        again = {**data["tariffs"][0]["versions"][0], "start_date": TODAY.isoformat()}
        data["tariffs"][0]["versions"].append(again)
        with pytest.raises(NoticeTooShort):
            configure.publish(
                file=parse(data, source="t"), author="t", approved=True, now=datetime.now(UTC)
            )
        assert len(versions()) == 1

    def test_control_the_last_day_that_keeps_the_notice_is_taken(self, utility):
        from mains.tenancy import queries

        _home, staff = utility
        tenant = queries.tenant(world.SLUG)
        day = tenant.date_of(tenant.now()) + timedelta(days=30)
        draft = draft_of(staff, start_date=day.isoformat())
        assert draft.problems() == []
        desk.published(staff, draft)
        assert len(versions()) == 2

    def test_prices_that_others_have_replaced_already_are_told_to_nobody(self):
        with desk.opened(world.file_of(*PRICES)) as (_home, staff):
            desk.published(staff, draft_of(staff, start_date="2020-01-01"))
            tell()
            assert len(told()) == 1
            desk.published(staff, draft_of(staff, start_date="2015-01-01"))
            tell()
            assert len(told()) == 1


class TestWrongOrder:
    def test_another_version_of_the_file_meanwhile_is_looked_at_first(self, utility):
        _home, staff = utility
        draft = draft_of(staff)
        place = f"{draft.place}publish/"
        form = desk.form_on(staff.get(place), with_field="based_on")
        other = draft_of(staff, start_date=(SOON + timedelta(days=30)).isoformat())
        desk.published(staff, other)
        answer = staff.post(place, form)
        assert answer.status_code == 200
        assert len(versions()) == 2
        assert desk.published(staff, draft).status_code == 302
        assert len(versions()) == 3

    def test_published_prices_never_change(self, utility):
        _home, staff = utility
        first, second = draft_of(staff), draft_of(staff, **{"c0-price": "0.50"})
        desk.published(staff, first)
        second.type({})
        assert len(second.problems()) == 1
        staff.post(f"{second.place}publish/", {"based_on": configuration()[0]})
        assert versions()[1] == (SOON, "0.40")

    def test_deleting_what_is_published_deletes_nothing(self, utility):
        _home, staff = utility
        draft = draft_of(staff)
        desk.published(staff, draft)
        staff.post(f"{draft.place}delete/")
        assert len(versions()) == 2


class TestNever:
    def test_without_a_worker_the_sweep_tells_them(self, utility):
        from mains.guard.context import inside
        from mains.journeys import upkeep

        _home, staff = utility
        desk.published(staff, draft_of(staff))
        assert told() == []
        with inside(world.SLUG):
            upkeep.sweep(schema_name=world.SLUG)
        assert len(told()) == 1

    @pytest.mark.usefixtures("utility")
    def test_prices_that_are_not_in_the_published_file_are_told_to_nobody(self):
        from django.db import transaction

        from mains.guard.context import inside
        from mains.tariffs.models import Tariff, TariffVersion

        with inside(world.SLUG), transaction.atomic():
            TariffVersion.objects.create(
                tariff=Tariff.objects.get(), start_date=SOON, components=[], notice_cursor=0,
                published_at=datetime.now(UTC),
            )  # fmt: skip
        tell()
        assert told() == []
        with inside(world.SLUG):
            assert not TariffVersion.objects.filter(notice_cursor__isnull=False).exists()

    @pytest.mark.usefixtures("utility")
    def test_a_tariff_that_is_new_tells_nobody(self):
        tell()
        assert told() == []

    def test_killed_between_two_chunks_nobody_is_left_out_or_told_twice(self, utility, monkeypatch):
        from django.db import transaction
        from tests.factories import meters

        from mains.customers.models import Account, Contract
        from mains.guard.context import inside
        from mains.journeys import tariff_notices
        from mains.tenancy import queries

        home, staff = utility
        with inside(world.SLUG), transaction.atomic():
            for number in range(4):
                account = Account.objects.create(
                    number=f"2000000{number}", customer=home.account.customer, currency="EUR",
                    company=home.account.company, postal_address="Iela 2",
                )  # fmt: skip
                Contract.objects.create(
                    account=account, service="supply", contract_class="home", tariff_code="home",
                    supply_point=meters.supply_point(f"SP-{number}"), start_date=date(2009, 1, 1),
                    end_date=SOON if number == 3 else None,
                )  # fmt: skip
        desk.published(staff, draft_of(staff))
        monkeypatch.setattr(tariff_notices, "AT_ONCE", 2)
        queries.forget()
        tenant = queries.tenant(world.SLUG)
        with inside(world.SLUG):
            from mains.tariffs import notices

            (version_id,) = notices.waiting()
            assert tariff_notices.tell_next(tenant=tenant, version_id=version_id, now=tenant.now())
        assert len(told()) == 2
        tell()
        tell()
        accounts = [message.values["account"] for message in told()]
        # Whose contract ends on the first day pays nothing by the new prices.
        assert accounts == ["10000001", "20000000", "20000001", "20000002"]
