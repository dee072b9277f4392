"""A bill is never edited: a credit note takes it back, and its days are billed again."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from tests.journeys.estimates import world
from tests.journeys.estimates.test_apart import apart_bill
from tests.journeys.estimates.test_moves import used
from tests.journeys.estimates.world import at, bill, last_day, lines

from mains.billing import crediting
from mains.billing.documents import proofs
from mains.billing.models import Bill, BillLine, BillRun
from mains.billing.rules.status import BillStatus
from mains.billing.rules.verifying import verify
from mains.billing.runs import apart
from mains.tenancy.tenantfile import parse

pytestmark = pytest.mark.usefixtures("unblocked", "home")
TODAY = date(2027, 2, 10)


@pytest.fixture
def home(unblocked) -> Iterator:
    """
    A home that is read through January 2027 and billed for it: 300 kWh, 5.00 + 30.00 and 21 %.
    """
    with world.opened(world.file_of()) as opened:
        opened.read(last_day(2027, 1), 3_760)
        bill(2027, 1)
        yield opened


def tenant():
    from mains.tenancy import queries

    return queries.tenant(world.SLUG)


def credited(bill_id: int, *, by: str = "ana", reason: str = "wrong reading") -> Bill:
    from mains.journeys import crediting as journey

    note_id = journey.credit(
        tenant=tenant(),
        bill_id=bill_id,
        reason=reason,
        credited_by=by,
        actor="staff:1",
        now=at(TODAY.year, TODAY.month, TODAY.day),
    )
    return Bill.objects.get(pk=note_id)


def again(bill_id: int) -> BillRun:
    from mains.journeys import crediting as journey

    run_id = journey.bill_again(
        tenant=tenant(), bill_id=bill_id, started_by="ana", actor="staff:1", now=at(2027, 2, 10)
    )
    return BillRun.objects.select_related("company").get(pk=run_id)


def made_again(bill_id: int) -> Bill:
    return Bill.objects.get(run=world.issued(again(bill_id)))


def row(bill_id: int):
    from mains.payments import queries

    return queries.bill(bill_id=bill_id, today=TODAY)


def balance(home) -> int:
    from mains.ledger import queries

    assert queries.strays() == queries.Strays(0, 0)
    return queries.balance_minor(account_id=home.account.pk)


def pay(bill_id: int, minor: int) -> None:
    from mains.payments import booking

    booking.book_bank_transfer(
        bill_id=bill_id,
        amount_minor=minor,
        bank_reference=f"B-{bill_id}-{minor}",
        value_date=TODAY,
        booked_by="ana",
        now=at(2027, 2, 9),
    )


class TestTheNote:
    def test_it_takes_back_every_line_under_a_number_of_its_own(self, home):
        old = Bill.objects.get()
        note = credited(old.pk)
        assert note.number == "BEC2027-000001"
        assert (note.kind, note.total_minor) == ("CREDIT", -old.total_minor)
        facts = json.loads(note.facts)
        assert lines(facts) == [("connection", "-1", "-5.00"), ("energy", "-300", "-30.00")]
        assert (facts["net"], facts["tax"], facts["total"]) == ("-35.00", "-7.35", "-42.35")
        assert facts["credits"] == {"number": old.number, "issue_date": "2027-02-04"}
        assert sum(BillLine.objects.values_list("net", flat=True)) == 0
        old.refresh_from_db()
        assert old.state == "CANCELLED"
        # It stays to read.
        assert json.loads(old.facts)["total"] == "42.35"
        assert balance(home) == 0

    def test_nothing_is_owed_on_either(self, home):
        old = Bill.objects.get()
        note = credited(old.pk)
        from mains.payments import queries

        assert row(old.pk).status is BillStatus.CANCELLED
        assert row(old.pk).outstanding.minor == 0
        assert row(note.pk).status is BillStatus.CREDIT
        assert row(note.pk).credits_id == old.pk
        assert queries.payable(account_ids=[home.account.pk], today=TODAY) == []

    def test_the_customer_is_told(self):
        from mains.notifications.models import Message

        old = Bill.objects.get()
        note = credited(old.pk)
        message = Message.objects.get(key=f"bill-credited:{note.pk}")
        assert (message.values["number"], message.values["note"]) == (old.number, note.number)

    def test_proof_and_document_hold_for_it_and_for_the_bill(self):
        from mains.billing.documents import pdf

        old = Bill.objects.get()
        note = credited(old.pk)
        for one in (old, note):
            proof = proofs.proof(bill_id=one.pk)
            assert verify(proof).findings == ()
            assert pdf.pdf(bill_id=one.pk, tenant=tenant()).startswith(b"%PDF")
        # A note whose sums do not hold is found out.
        proof["facts"] = proof["facts"].replace('"-42.35"', '"-42.36"')
        assert {one.place for one in verify(proof).findings} == {"facts_hash", "total"}


class TestOrder:
    def test_twice_is_the_same_note(self, home):
        old = Bill.objects.get()
        assert credited(old.pk) == credited(old.pk)
        assert Bill.objects.count() == 2
        assert balance(home) == 0

    def test_a_note_is_not_credited(self):
        note = credited(Bill.objects.get().pk)
        with pytest.raises(crediting.NotCreditable):
            credited(note.pk)

    def test_not_without_a_reason(self):
        from mains.billing.runs.holding import ReasonMissing

        with pytest.raises(ReasonMissing):
            credited(Bill.objects.get().pk, reason=" ")
        assert Bill.objects.get().state == "ISSUED"

    def test_not_in_a_closed_month(self, home):
        from mains.ledger import actions as ledger

        ledger.close_month(
            company_id=home.account.company_id, month=TODAY, closed_by="ana", now=at(2027, 2, 9)
        )
        with pytest.raises(ledger.ClosedMonth):
            credited(Bill.objects.get().pk)
        assert Bill.objects.count() == 1

    def test_not_while_its_run_is_being_issued(self):
        BillRun.objects.update(stage="APPROVED")
        with pytest.raises(crediting.RunAtWork):
            credited(Bill.objects.get().pk)

    def test_numbers_of_notes_have_no_gap(self, home):
        home.read(last_day(2027, 2), 3_900)
        bill(2027, 2)
        numbers = [credited(one.pk).number for one in Bill.objects.order_by("-pk")]
        assert numbers == ["BEC2027-000001", "BEC2027-000002"]


class TestSecondPerson:
    @pytest.fixture
    def home(self, unblocked) -> Iterator:  # noqa: ARG002
        content = world.file_of().model_dump(mode="json", exclude_none=True)
        content["billing"]["second_person_approves"] = True
        with world.opened(parse(content, source="test")) as opened:
            opened.read(last_day(2027, 1), 3_760)
            bill(2027, 1)
            yield opened

    def ask(self, by: str) -> None:
        crediting.ask(
            bill_id=Bill.objects.get().pk, reason="wrong reading", asked_by=by, actor="staff:1",
            now=at(2027, 2, 9),
        )  # fmt: skip

    def test_one_asks_and_another_does_it(self):
        old = Bill.objects.get()
        with pytest.raises(crediting.SecondPersonNeeded):
            credited(old.pk)
        self.ask("ana")
        self.ask("bob")
        with pytest.raises(crediting.SecondPersonNeeded):
            credited(old.pk, by="ana")
        assert credited(old.pk, by="bob", reason="").credits_id == old.pk
        old.refresh_from_db()
        assert (old.credit_asked_by, old.credit_reason) == ("ana", "wrong reading")

    def test_a_wish_is_taken_back(self):
        old = Bill.objects.get()
        self.ask("ana")
        for _ in range(2):
            crediting.withdraw(bill_id=old.pk, actor="staff:1", now=at(2027, 2, 9))
        with pytest.raises(crediting.SecondPersonNeeded):
            credited(old.pk, by="bob")


class TestMoney:
    def test_what_was_paid_is_credit_and_pays_the_corrected_bill(self, home):
        from mains.metering.models import Reading
        from mains.payments import received

        old = Bill.objects.get()
        pay(old.pk, 4_235)
        credited(old.pk)
        assert balance(home) == -4_235
        (paid,) = received.payments(account_ids=[home.account.pk])
        assert paid.credit.minor == 4_235
        # 250 kWh after all.
        Reading.objects.filter(read_date=last_day(2027, 1)).update(value=3_710)
        new = made_again(old.pk)
        assert new.total_minor == 3_630
        assert row(new.pk).status is BillStatus.PAID
        (paid,) = received.payments(account_ids=[home.account.pk])
        assert paid.credit.minor == 4_235 - 3_630
        assert balance(home) == 3_630 - 4_235

    def test_more_than_was_paid_is_left_to_pay(self, home):
        from mains.metering.models import Reading

        old = Bill.objects.get()
        pay(old.pk, 4_235)
        credited(old.pk)
        Reading.objects.filter(read_date=last_day(2027, 1)).update(value=3_860)
        new = made_again(old.pk)
        assert row(new.pk).outstanding.minor == new.total_minor - 4_235 == balance(home)

    def test_what_arrives_for_a_bill_that_was_taken_back_is_credit(self, home):
        from mains.payments.models import Allocation

        old = Bill.objects.get()
        credited(old.pk)
        pay(old.pk, 4_235)
        assert balance(home) == -4_235
        assert Allocation.objects.count() == 0

    def test_using_credit_again_takes_nothing_more(self):
        from mains.payments import releasing

        old = Bill.objects.get()
        pay(old.pk, 5_000)
        credited(old.pk)
        new = made_again(old.pk)
        assert releasing.use_credit(bill_id=new.pk) == 0
        assert releasing.use_credit(bill_id=old.pk) == 0
        assert row(new.pk).outstanding.minor == 0


class TestBilledAgain:
    def test_its_days_once(self):
        old = Bill.objects.get()
        with pytest.raises(apart.NotCredited):
            again(old.pk)
        credited(old.pk)
        first = again(old.pk)
        assert again(old.pk) == first
        new = Bill.objects.get(run=world.issued(first))
        assert (new.kind, new.period_start, new.period_end) == (
            "CORRECTION", old.period_start, old.period_end,
        )  # fmt: skip
        assert json.loads(new.facts)["lines"] == json.loads(old.facts)["lines"]
        with pytest.raises(apart.NothingLeft):
            again(old.pk)
        assert verify(proofs.proof(bill_id=new.pk)).findings == ()

    def test_it_can_be_credited_and_made_again_as_well(self, home):
        old = Bill.objects.get()
        credited(old.pk)
        new = made_again(old.pk)
        credited(new.pk)
        assert balance(home) == 0
        assert made_again(new.pk).total_minor == old.total_minor

    def test_the_rehearsal_sets_it_beside_the_bill_that_was_taken_back(self):
        from mains.billing.runs import overview
        from mains.metering.models import Reading

        old = Bill.objects.get()
        credited(old.pk)
        Reading.objects.filter(read_date=last_day(2027, 1)).update(value=3_710)
        (outcome,) = overview.accounts_in(run_id=again(old.pk).pk)
        assert (outcome.before_minor, outcome.total_minor) == (4_235, 3_630)
        assert outcome.bucket == "volume"

    def test_the_next_regular_bill_goes_on_from_it(self, home):
        old = Bill.objects.get()
        credited(old.pk)
        made_again(old.pk)
        home.read(last_day(2027, 2), 4_000)
        facts = bill(2027, 2)
        assert (used(facts), facts["period"]) == (240, ["2027-02-01", "2027-03-01"])

    def test_a_final_bill_leaves_its_days_free_until_it_is_made_again(self, home):
        home.contract.end_date = date(2027, 2, 11)
        home.contract.save()
        home.read(date(2027, 2, 11), 3_900)
        apart_bill(home, "FINAL", date(2027, 2, 11))
        final = Bill.objects.get(kind="FINAL")
        credited(final.pk)
        new = made_again(final.pk)
        assert used(json.loads(new.facts)) == 140
        with pytest.raises(apart.NothingLeft):
            apart_bill(home, "FINAL", date(2027, 2, 11))


class TestEstimates:
    def test_what_it_estimated_is_estimated_or_read_again(self, home):
        facts = bill(2027, 2)
        assert used(facts) == 280
        old = Bill.objects.get(period_start=date(2027, 2, 1))
        home.read(date(2027, 2, 27), 3_900)
        credited(old.pk)
        assert [one[2] for one in home.estimated()] == ["REPLACED"]
        assert used(json.loads(made_again(old.pk).facts)) == 140

    def test_what_it_set_right_is_set_right_again(self, home):
        bill(2027, 2)
        home.read(last_day(2027, 3), 3_760 + 1_040)
        facts = bill(2027, 3)
        old = Bill.objects.get(period_start=date(2027, 3, 1))
        credited(old.pk)
        new = json.loads(made_again(old.pk).facts)
        assert lines(new, corrects="2027-02-01") == lines(facts, corrects="2027-02-01") != []
        assert lines(new) == lines(facts)
        bills = Bill.objects.charging()
        assert sum(used(json.loads(one.facts)) for one in bills) == 300 + 1_040

    def test_not_under_a_later_bill_that_goes_on_from_them(self):
        bill(2027, 2)
        bill(2027, 3)
        with pytest.raises(crediting.LaterBill):
            credited(Bill.objects.get(period_start=date(2027, 2, 1)).pk)
        credited(Bill.objects.get(period_start=date(2027, 3, 1)).pk)
        credited(Bill.objects.get(period_start=date(2027, 2, 1)).pk)
