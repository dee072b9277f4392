"""What happens even if nobody asks: sweeps, the nightly check, runs that start by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.conftest import NOW, move_clock

from mains.billing.models import BillRun
from mains.core.calendars import Period
from mains.customers.companies import all_companies
from mains.demo import facts, logins
from mains.demo.people import Customer
from mains.guard.context import PUBLIC, inside
from mains.journeys import bill_run, configure, sample_customers, tasks, upkeep
from mains.ledger.models import Balance
from mains.notifications.models import Message
from mains.payments.models import Payment, PaymentAttempt
from mains.sandbox import service
from mains.tenancy import queries

pytestmark = pytest.mark.usefixtures("two_tenants")


def test_a_sweep_settles_a_payment_whose_payer_and_webhook_never_came_back():
    anna = Customer(queries.tenant("balta"), ClientBrowser(), logins.customer_email("balta"))
    anna.sign_in()
    bill = facts.latest_bill(slug="balta", company="balta", email=anna.email)
    page = anna.open(f"/pay/?bill={bill.id}")
    anna.browser.submit(page, page.form("/pay/start/"), email=anna.email)
    with inside("balta"):
        token = PaymentAttempt.objects.get(parts__bill_id=bill.id, parts__live=True).token
    reference = service.find(merchant="balta:balta", reference=token)
    assert reference is not None
    with inside(PUBLIC):
        service.pay(token=reference.token, card=service.GOOD_CARD, now=datetime.now(UTC))
    move_clock("balta", NOW + timedelta(minutes=5))

    for _ in range(2):
        tasks.sweep()

    with inside("balta"):
        assert Payment.objects.filter(attempt__token=token).count() == 1
        assert Message.objects.filter(kind="payment-received", recipient=anna.email).exists()
        assert not Message.objects.filter(state="QUEUED").exists()


def test_one_broken_tenant_does_not_keep_the_others_from_being_swept(monkeypatch):
    swept = []

    def sweep(*, schema_name: str) -> None:
        swept.append(schema_name)
        if schema_name == "balta":
            raise RuntimeError(schema_name)

    monkeypatch.setattr(upkeep, "sweep", sweep)
    tasks.sweep()

    assert {"balta", "tavho", PUBLIC} <= set(swept)


def run_of(slug: str, period: Period) -> BillRun | None:
    with inside(slug):
        return BillRun.objects.filter(period_start=period.start).first()


class TestTheDayOnWhichARunStartsByItself:
    @pytest.fixture(autouse=True)
    def _issue_day(self):
        file = queries.tenant("balta").file
        billing = file.billing.model_copy(update={"issue_day": 3})
        configure.publish(file=file.model_copy(update={"billing": billing}), author="test", now=NOW)
        yield
        configure.publish(file=file, author="test", now=NOW)
        move_clock("balta", NOW)

    def test_it_waits_for_the_day_then_starts_once_and_waits_for_approval(self):
        tenant = queries.tenant("balta")
        with inside("balta"):
            period = bill_run.period_before(tenant=tenant, today=datetime(2026, 12, 3).date())  # noqa: DTZ001
            sample_customers.read_everybody(period=period, now=NOW)

        move_clock("balta", datetime(2026, 12, 2, 9, tzinfo=UTC))
        with inside("balta"):
            upkeep.nightly()
        assert run_of("balta", period) is None

        move_clock("balta", datetime(2026, 12, 4, 9, tzinfo=UTC))
        for _ in range(3):
            with inside("balta"):
                upkeep.nightly()
        run = run_of("balta", period)
        assert run is not None
        assert (run.stage, run.started_by) == ("REHEARSED", "calendar")

    def test_without_a_day_nothing_starts_by_itself(self):
        with inside("tavho"):
            before = BillRun.objects.count()
            upkeep.nightly()
            assert BillRun.objects.count() == before
            assert len(all_companies()) == 1


def test_the_nightly_check_tells_of_a_balance_that_differs(monkeypatch):
    told = []
    monkeypatch.setattr(upkeep.log, "error", lambda event, **counts: told.append((event, counts)))
    with inside("tavho"):
        upkeep.nightly()
        assert told == []
        balance = Balance.objects.order_by("pk").first()
        Balance.objects.filter(pk=balance.pk).update(minor=balance.minor + 1)
        upkeep.nightly()
        Balance.objects.filter(pk=balance.pk).update(minor=balance.minor)

    assert told == [("ledger.strays", {"transfers": 0, "balances": 1})]
