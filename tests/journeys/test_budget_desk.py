"""Staff put a contract on a fixed amount, change and stop it, and settle everybody who is due."""

from collections.abc import Iterator
from datetime import date

import pytest
from tests import databases
from tests.journeys import console_world as world
from tests.journeys.test_bill_now import page_of
from tests.journeys.test_console_runs import page

SLUG = "alder"
# Customers are filled on November 2; October is billed first.
OCTOBER = {"company": "balta", "start": "2026-10-01", "last": "2026-10-31"}


@pytest.fixture
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        world.open_for_business(SLUG, "balta")
        world.add_staff("olga@alder.example", (SLUG, "OWNER"))
        world.add_staff("mira@alder.example", (SLUG, "SERVICE"))
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew(*databases.TENANTS)
        queries.forget()


@pytest.fixture
def olga(provider) -> world.Desk:
    return world.signed_in("olga@alder.example")


@pytest.fixture
def mira(provider) -> world.Desk:
    return world.signed_in("mira@alder.example")


def first() -> tuple[int, int]:
    from mains.customers.models import Contract
    from mains.guard.context import inside

    with inside(SLUG):
        return Contract.objects.order_by("account_id", "pk").values_list("account_id", "pk")[0]


def budget() -> dict | None:
    from mains.customers.models import Contract
    from mains.guard.context import inside

    with inside(SLUG):
        return Contract.objects.get(pk=first()[1]).budget


def billed(desk: world.Desk, period: dict[str, str]) -> None:
    place = desk.post("runs/new/", period)["Location"].removeprefix(f"/{SLUG}/")
    for step in ("rehearse", "approve", "issue"):
        desk.post(f"{place}{step}/")


def wish(**changed: str) -> dict[str, str]:
    _account, contract = first()
    return {"contract": str(contract), "amount": "45.45", "since": "2026-11-01"} | changed


class TestPuttingOn:
    def test_what_its_bills_suggest_with_who_and_since_when(self, olga):
        account, contract = first()
        billed(olga, OCTOBER)
        assert 'href="budgets/new/"' in page(olga, f"customers/{account}/")
        offered = page(olga, f"customers/{account}/budgets/new/")
        assert "Suggested by the bills of the last twelve months" in offered
        assert 'value="2026-12-01"' in offered
        answer = olga.post(f"customers/{account}/budgets/new/", wish())
        assert answer.status_code == 302
        shown = page(olga, f"customers/{account}/")
        assert "Fixed monthly amounts" in shown
        for text in ("€45.45", "+ €9.54 VAT", "Nov 1, 2026", "olga@alder.example"):
            assert text in shown
        assert f'href="budgets/{contract}/stop/"' in shown
        # Sent twice, it is one.
        assert olga.post(f"customers/{account}/budgets/new/", wish()).status_code in {302, 422}
        assert budget()["monthly_minor"] == 4_545

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"amount": "0"}, "Type an amount above zero."),
            ({"amount": "much"}, "This is no amount."),
            ({"since": "2026-11-02"}, "No billing period begins on this day. The next one: Dec"),
            ({"since": "2026-10-01"}, "Days from then on are billed. Choose Nov 1, 2026"),
            ({"contract": ""}, "Choose which contract pays a fixed amount."),
        ],
    )
    def test_a_mistake_is_said_in_its_field(self, olga, changed, said):
        account, _contract = first()
        billed(olga, OCTOBER)
        answer = olga.post(f"customers/{account}/budgets/new/", wish(**changed))
        assert answer.status_code == 422
        assert said in page_of(answer)
        assert budget() is None

    def test_only_billing_may_and_the_others_see_it(self, olga, mira):
        account, contract = first()
        assert olga.post(f"customers/{account}/budgets/new/", wish()).status_code == 302
        shown = page(mira, f"customers/{account}/")
        assert "€45.45" in shown
        assert "budgets/new/" not in shown
        for place in ("new/", f"{contract}/", f"{contract}/stop/"):
            assert mira.get(f"customers/{account}/budgets/{place}").status_code == 403
            assert mira.post(f"customers/{account}/budgets/{place}", wish()).status_code == 403
        assert mira.get("runs/settle/").status_code == 403


class TestChanging:
    @pytest.fixture
    def place(self, olga) -> str:
        account, contract = first()
        billed(olga, OCTOBER)
        olga.post(f"customers/{account}/budgets/new/", wish())
        return f"customers/{account}/budgets/{contract}/"

    def test_counts_from_the_next_bill(self, olga, place):
        assert 'value="45.45"' in page(olga, place)
        assert olga.post(place, {"amount": "50"}).status_code == 302
        assert budget()["monthly_minor"] == 5_000
        assert olga.post(place, {"amount": "-1"}).status_code == 422

    def test_stopping_before_it_began_takes_it_back(self, olga, place):
        said = olga.post(f"{place}stop/", {"until": "2026-11-03"})
        assert (said.status_code, "No billing period begins" in page_of(said)) == (422, True)
        assert olga.post(f"{place}stop/", {"until": "2026-11-01"}).status_code == 302
        assert budget() is None
        # Nothing is left to change or stop.
        assert olga.get(place).status_code == 404

    def test_stopping_later_shows_until_when(self, olga, place):
        assert olga.post(f"{place}stop/", {"until": "2026-12-01"}).status_code == 302
        assert budget()["until"] == "2026-12-01"
        account, _contract = first()
        assert "Dec 1, 2026" in page(olga, f"customers/{account}/")
        answer = olga.post(place, {"amount": "50"})
        assert (answer.status_code, "pays no fixed amount any more" in page_of(answer)) == (
            422, True,
        )  # fmt: skip


class TestSettling:
    def test_nobody_is_due(self, olga):
        assert 'href="settle/"' in page(olga, "runs/")
        shown = page(olga, "runs/settle/")
        assert "Everybody is settled up to Dec 31, 2025" in shown
        assert "Everybody is settled next after Dec 31, 2026" in shown
        assert "Rehearse the settlement" not in shown
        answer = olga.post("runs/settle/", {"company": "balta"})
        assert answer.status_code == 422
        assert "Nobody of this company is due" in page_of(answer)

    def test_a_contract_that_ended_is_due_and_its_run_is_like_any_other(self, olga):
        from mains.billing.models import Bill
        from mains.customers.models import Contract
        from mains.guard.context import inside

        account, contract = first()
        olga.post(f"customers/{account}/budgets/new/", wish(since="2026-10-01"))
        billed(olga, OCTOBER)
        with inside(SLUG):
            fixed = Bill.objects.get(account_id=account)
            assert (fixed.kind, fixed.net_minor) == ("REGULAR", 4_545)
            Contract.objects.filter(pk=contract).update(end_date=date(2026, 11, 1))
        assert "€45.45" in page(olga, f"customers/{account}/")
        answer = olga.post("runs/settle/", {"company": "balta"})
        assert answer.status_code == 302
        run = answer["Location"].removeprefix(f"/{SLUG}/")
        assert "Settlement" in page(olga, run)
        assert olga.post("runs/settle/", {"company": "balta"})["Location"] == answer["Location"]
        for step in ("approve", "issue"):
            olga.post(f"{run}{step}/")
        with inside(SLUG):
            settled = Bill.objects.get(account_id=account, kind="SETTLEMENT")
        assert "Settlement" in page(olga, f"bills/{settled.pk}/")
        assert "Less fixed amounts billed" in page(olga, f"bills/{settled.pk}/") or (
            "Atskaitīti izrakstītie fiksētie maksājumi" in page(olga, f"bills/{settled.pk}/")
        )
        # Taken back the wrong way round it is refused, and the page says what to do.
        refused = olga.post(f"bills/{fixed.pk}/credit/", {"reason": "wrong"})
        assert refused.status_code == 422
        assert "Credit the settlement first." in page_of(refused)


def test_a_utility_without_them_has_neither_page_nor_button(django_db_setup, django_db_blocker):
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        world.open_for_business(SLUG, "teplo")
        world.add_staff("olga@alder.example", (SLUG, "OWNER"))
        queries.forget()
        try:
            desk = world.signed_in("olga@alder.example")
            account, contract = first()
            assert "budgets/new/" not in page(desk, f"customers/{account}/")
            assert "settle/" not in page(desk, "runs/")
            for place in ("budgets/new/", f"budgets/{contract}/", f"budgets/{contract}/stop/"):
                assert desk.get(f"customers/{account}/{place}").status_code == 404
                assert desk.post(f"customers/{account}/{place}", wish()).status_code == 404
            assert desk.get("runs/settle/").status_code == 404
        finally:
            context.choose(None)
            connection.close()
            databases.renew(*databases.TENANTS)
            queries.forget()
