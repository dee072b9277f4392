"""The console's desk for direct debits, and the one for payments that do not fit."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import money
from tests.journeys import console_world as world
from tests.journeys.repair_world import SLUG, begun, follow, owed, text

from mains.guard.context import inside
from mains.tenancy import queries

IBAN = "IT60X0542811101000000123456"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        world.open_for_business(SLUG, "fiamma")
    with world.staffed({"olga@alder.example": (SLUG, "OWNER")}, django_db_blocker.unblock):
        yield


@pytest.fixture
def olga(utility, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("olga@alder.example", slug=SLUG)


def due_bill():
    """
    Make a bill that is collected today from an account with a direct debit, and announce it.
    """
    from mains.payments import mandates
    from mains.payments.autopay import announcing

    tenant = queries.tenant(SLUG)
    now = tenant.now()
    today = tenant.date_of(now)
    with inside(SLUG):
        account = money.account()
        account.customer.email = f"{account.number}@example.org"
        account.customer.save()
        mandates.give(
            account_id=account.pk, signed=mandates.Signed(holder="Rossi Anna", iban=IBAN),
            by="user:1", now=now, today=today - timedelta(days=14),
        )  # fmt: skip
        bill = money.bill(account, 4_512, collection_date=today)
        announcing.announce_due(tenant=tenant, now=now - timedelta(days=14))
        return bill


def files():
    from mains.payments.direct_debits import filing

    with inside(SLUG):
        return filing.files(now=queries.tenant(SLUG).now())


class TestDirectDebits:
    def test_a_file_is_prepared_handed_in_and_settled(self, olga):
        bill = due_bill()
        page = text(follow(olga, olga.post("payments/debits/prepare/")))
        assert "1 file is prepared" in page
        assert "No bill is due" in text(follow(olga, olga.post("payments/debits/prepare/")))
        (file,) = [one for one in files() if one.step == "PREPARED"]
        xml = olga.get(f"payments/debits/{file.name}/file.xml")
        assert xml.headers["Content-Disposition"].endswith(f'"{file.message_id}.xml"')
        step = f"payments/debits/{file.name}/step/"
        assert "Noted" in text(follow(olga, olga.post(step, {"deed": "hand-in"})))
        assert "something else" in text(follow(olga, olga.post(step, {"deed": "withdraw"})))
        follow(olga, olga.post(step, {"deed": "settle"}))
        follow(olga, olga.post(step, {"deed": "settle"}))
        assert owed(bill) == 0
        assert "Settled" in text(olga.get("payments/debits/"))

    def test_a_debit_that_no_bank_takes_is_said_and_nothing_is_prepared(self, olga):
        from mains.customers.models import Mandate

        bill, before = due_bill(), len(files())
        with inside(SLUG):
            Mandate.objects.filter(account=bill.account).update(holder="")
        try:
            page = text(follow(olga, olga.post("payments/debits/prepare/")))
            assert "No bank would take one of the debits (name)" in page
            assert len(files()) == before
        finally:
            with inside(SLUG):
                Mandate.objects.filter(account=bill.account).update(holder="Rossi Anna")

    def test_nobody_is_asked_about_a_debit_that_is_at_the_bank(self, olga):
        from mains.payments.models import PaymentAttempt

        bill = due_bill()
        olga.post("payments/debits/prepare/")
        with inside(SLUG):
            debit = PaymentAttempt.objects.get(parts__bill=bill)
        # It is no card payment that is not finished.
        assert debit.token not in text(olga.get("payments/"))
        assert debit.token in text(olga.get("payments/repair/", q=bill.number))
        place = f"payments/repair/{debit.token}/"
        page = text(olga.get(place))
        assert "Ask the gateway" not in page
        assert f"payments/debits/#{debit.file_name}" in page
        # Pages that stayed open, or addresses that were typed, change nothing either.
        for deed in (f"{place}recheck/", f"payments/ask/{debit.token}/"):
            assert olga.post(deed).status_code == 302
        # Nobody comes back from there, and the token stands on bank statements.
        visitor = Client(headers={"host": f"{SLUG}.localhost"})
        for page in ("result", "transfer"):
            assert visitor.get(f"/pay/{page}/{debit.token}/").status_code == 404
        with inside(SLUG):
            assert PaymentAttempt.objects.get(pk=debit.pk).state == "CREATED"

    def test_an_answer_that_is_none_is_said(self, olga):
        due_bill()
        olga.post("payments/debits/prepare/")
        file = next(one for one in files() if one.step == "PREPARED")
        olga.post(f"payments/debits/{file.name}/step/", {"deed": "hand-in"})
        place = f"payments/debits/{file.name}/answer/"
        page = olga.post(place, {"file": SimpleUploadedFile("a.xml", b"<nothing/>")})
        assert page.status_code == 422
        assert "no answer to a direct debit" in text(page)
        assert olga.get("payments/debits/nobody/answer/").status_code == 404

    def test_mandates_come_over_from_a_table(self, olga):
        with inside(SLUG):
            account = money.account()
        rows = f"account;reference;holder;iban;signed\n{account.number};OLD-9;A;{IBAN};2024-01-01"
        upload = {"file": SimpleUploadedFile("m.csv", rows.encode())}
        page = text(follow(olga, olga.post("payments/debits/mandates/", upload)))
        assert "1 new, 0 were there" in page
        wrong = {"file": SimpleUploadedFile("m.csv", rows.replace(IBAN, "IT00").encode())}
        page = olga.post("payments/debits/mandates/", wrong)
        assert page.status_code == 422
        assert "Row 2" in text(page)


class TestRepair:
    @pytest.mark.parametrize("typed", ["48,19", "stuck@payer.example", "the bill"])
    def test_a_stuck_payment_is_found_and_put_right_once(self, olga, typed):
        bill, token = begun(email="stuck@payer.example")
        asked = bill.number if typed == "the bill" else typed
        assert f"payments/repair/{token}/" in text(olga.get("payments/repair/", q=asked))
        page = text(olga.get(f"payments/repair/{token}/"))
        assert "Paid there, not booked here" in page
        place = f"payments/repair/{token}/recheck/"
        assert "Put right" in text(follow(olga, olga.post(place)))
        assert "says nothing new" in text(follow(olga, olga.post(place)))
        assert owed(bill) == 0

    def test_what_was_closed_here_and_paid_there_is_booked(self, olga):
        from mains.payments import settling
        from mains.payments.models import AttemptState, PaymentAttempt

        bill, token = begun(email="closed@payer.example")
        with inside(SLUG):
            attempt = PaymentAttempt.objects.get(token=token)
            settling.close(attempt_id=attempt.pk, state=AttemptState.EXPIRED, failure="expired")
        follow(olga, olga.post(f"payments/repair/{token}/recheck/"))
        assert owed(bill) == 0

    def test_nothing_paid_changes_nothing(self, olga):
        bill, token = begun(email="unpaid@payer.example", pays=False)
        page = text(follow(olga, olga.post(f"payments/repair/{token}/recheck/")))
        assert "says nothing new" in page
        assert owed(bill) == 4_819

    def test_a_refund_sent_twice_gives_back_once(self, olga):
        bill, token = begun(email="back@payer.example")
        olga.post(f"payments/repair/{token}/recheck/")
        place = f"payments/repair/{token}/refund/"
        for _ in range(2):
            follow(olga, olga.post(place, {"amount": "10,00", "key": "k1"}))
        assert owed(bill) == 1_000
        for typed in ("38,20", "0", "-1"):
            answer = olga.post(place, {"amount": typed, "key": "k2"})
            assert answer.status_code == 422
            assert "Type an amount from €0.01 to €38.19." in text(answer)
        follow(olga, olga.post(place, {"amount": "38,19", "key": "k3"}))
        assert owed(bill) == 4_819
        late = text(follow(olga, olga.post(place, {"amount": "1", "key": "k4"})))
        assert "More than what is left" in late

    @pytest.mark.parametrize("waiting", [0, 2])
    def test_everything_fits_only_where_nothing_waits(self, olga, monkeypatch, waiting):
        desk = "mains.console.payments.repair"
        monkeypatch.setattr(f"{desk}.suspense.waiting", lambda: [object()] * waiting)
        monkeypatch.setattr(f"{desk}.payment_repair.stuck", lambda **_now: [])
        monkeypatch.setattr(f"{desk}.payment_repair.strange_events", list)
        page = text(olga.get("payments/repair/"))
        assert ("Everything fits" in page) is (waiting == 0)
        assert ("2 payments wait" in page) is (waiting == 2)

    def test_the_amount_to_give_back_is_written_as_its_reader_types_it(self, olga):
        _bill, token = begun(email="comma@payer.example")
        olga.post(f"payments/repair/{token}/recheck/")
        for language, proposed in (("it", "48,19"), ("en", "48.19")):
            page = text(olga.get(f"payments/repair/{token}/", lang=language))
            assert f'name="amount" value="{proposed}"' in page

    def test_nobody_finds_what_is_not_there(self, olga):
        assert "No payment fits" in text(olga.get("payments/repair/", q="nobody@example.org"))
        assert olga.get("payments/repair/nothing/").status_code == 404
        assert olga.post("payments/repair/nothing/recheck/").status_code == 404
