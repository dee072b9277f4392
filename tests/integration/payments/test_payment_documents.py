"""Several bills paid as one: made once, settled whole, and honest about what was paid since."""

from datetime import timedelta

import pytest

from mains.guard import context

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture(autouse=True)
def unspent():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def world(tenant):
    from tests.factories.bills_due import World

    return World("aguaviva")


def documents():
    from mains.payments.models import PaymentDocument

    return PaymentDocument.objects.count()


class TestMaking:
    @pytest.mark.seed("S1.20")
    def test_its_amounts_are_those_of_the_day_and_stay(self, world):
        made = world.create()

        row = world.row(made)
        assert row.number == f"9{made:010d}"
        assert [line.asked.minor for line in row.lines] == [b.total_minor for b in world.bills]
        assert (row.total.minor, row.owed.minor) == (world.total, world.total)
        assert row.last_date == world.today + timedelta(days=14)
        world.transfer(world.bills[0].number, 100)
        assert world.row(made).total.minor == world.total

    @pytest.mark.seed("S1.21")
    def test_sent_twice_it_is_one(self, world):
        assert world.create() == world.create() == world.create(list(reversed(world.bills)))
        assert documents() == 1

    def test_another_wish_is_another_document(self, world):
        assert world.create(key="k1") != world.create(key="k2")
        assert documents() == 2

    def test_the_same_key_with_other_bills_makes_nothing(self, world):
        from mains.journeys.payment_documents import KeyUsed

        world.create()
        with pytest.raises(KeyUsed):
            world.create(world.bills[:1])
        assert documents() == 1

    def test_only_unpaid_bills_of_the_account(self, world):
        from mains.billing.models import Bill
        from mains.journeys.payment_documents import NotPayable

        other = Bill.objects.exclude(account_id=world.account_id).first()
        paid, collected = world.bills
        for bills in ([], [other], [paid, other]):
            with pytest.raises(NotPayable):
                world.create(bills)
        world.transfer(paid.number, paid.total_minor)
        Bill.objects.filter(pk=collected.pk).update(collection_date=world.today)
        for bills in ([paid], [collected], [paid, collected]):
            with pytest.raises(NotPayable):
                world.create(bills)
        assert documents() == 0

    def test_late_sent_again_after_it_was_paid_it_is_still_the_same(self, world):
        made = world.create()
        world.transfer(world.row(made).number, world.total)

        assert world.create() == made

    def test_where_it_is_switched_off_none_is_made(self, world):
        from tests.factories import utilities

        from mains.journeys import payment_documents

        made = world.create()
        file = utilities.file_of("aguaviva", schema_name="alder")
        off = file.payments.model_copy(update={"payment_documents": False})
        world.tenant = utilities.configured("aguaviva", payments=off)

        with pytest.raises(payment_documents.DocumentsOff):
            world.create(key="k2")
        found = payment_documents.document(tenant=world.tenant, document_id=made, today=world.today)
        assert found is None

    def test_it_is_written_down_who_made_it(self, world):
        from mains.audit.models import Entry

        made = world.create()

        entry = Entry.objects.get(action="payment_document.created")
        assert (entry.actor, entry.detail) == ("user:1", {"document": made, "bills": 2})


class TestPaying:
    @pytest.mark.seed("S1.23")
    def test_one_transfer_settles_all_of_it(self, world):
        made, before = world.create(), world.balance()

        booked = world.transfer(world.row(made).number, world.total)

        assert booked.bill_id == world.bills[0].pk
        assert world.owed() == [0, 0]
        assert world.state(made) == ("PAID", ["PAID", "PAID"])
        assert world.balance() == before - world.total

    @pytest.mark.seed("S1.23")
    def test_every_code_of_it_names_it(self, world):
        made = world.create()
        for at, text in enumerate(world.texts(made)):
            found = world.find(text, world.total)
            assert [row.id for row in found.bills] == [bill.pk for bill in world.bills]
            assert world.transfer(text, 1, key=f"t{at}").bill_id == world.bills[0].pk

    def test_twice_is_once(self, world):
        made, before = world.create(), world.balance()
        number = world.row(made).number

        first = world.transfer(number, world.total)
        again = world.transfer(number, world.total)

        assert (first.before, again.before) == (False, True)
        assert world.balance() == before - world.total

    def test_the_same_bank_reference_for_something_else_is_refused(self, world):
        from mains.payments import booking

        made = world.create()
        world.transfer(world.row(made).number, world.total)
        with pytest.raises(booking.AlreadyBooked):
            world.transfer(world.bills[0].number, world.total)
        with pytest.raises(booking.AlreadyBooked):
            world.transfer(world.row(made).number, world.total - 1)

    def test_too_little_pays_the_oldest_first(self, world):
        made = world.create()

        world.transfer(world.row(made).number, world.bills[0].total_minor + 1)

        assert world.owed() == [0, world.bills[1].total_minor - 1]
        assert world.state(made) == ("STALE", ["PAID", "PART_PAID"])

    @pytest.mark.seed("S1.23")
    def test_in_the_wrong_order_what_is_too_much_stays_as_credit(self, world):
        made, before = world.create(), world.balance()
        world.transfer(world.bills[0].number, world.bills[0].total_minor, key="single")
        assert world.state(made) == ("STALE", ["PAID", ""])

        world.transfer(world.row(made).number, world.total)

        assert world.owed() == [0, 0]
        assert world.balance() == before - world.total - world.bills[0].total_minor

    @pytest.mark.seed("S1.23")
    def test_a_bill_that_was_taken_back_is_told_and_the_other_is_paid(self, world):
        from mains.journeys import crediting

        made, (credited, left) = world.create(), world.bills
        crediting.credit(
            tenant=world.tenant,
            bill_id=credited.pk,
            reason="wrong meter",
            credited_by="olga",
            actor="staff:1",
            now=world.now,
        )
        assert world.state(made) == ("STALE", ["CREDITED", ""])
        before = world.balance()

        world.transfer(world.row(made).number, left.total_minor)

        assert world.state(made) == ("PAID", ["CREDITED", "PAID"])
        assert world.balance() == before - left.total_minor

    def test_after_its_last_day_money_is_booked_all_the_same(self, world):
        made = world.create()
        assert world.state(made, later=14)[0] == "OPEN"
        assert world.state(made, later=15)[0] == "EXPIRED"
        world.today += timedelta(days=40)

        world.transfer(world.row(made).number, world.total)

        assert world.owed() == [0, 0]
        assert world.state(made) == ("PAID", ["PAID", "PAID"])

    def test_when_everything_was_paid_already_all_of_it_is_credit(self, world):
        made, before = world.create(), world.balance()
        for bill in world.bills:
            world.transfer(bill.number, bill.total_minor, key=bill.number)

        world.transfer(world.row(made).number, world.total)

        assert world.balance() == before - 2 * world.total

    def test_never_it_expires_and_its_bills_stay_open(self, world):
        made = world.create()

        assert world.state(made, later=100) == ("EXPIRED", ["", ""])
        assert world.owed() == [bill.total_minor for bill in world.bills]

    def test_nothing_and_less_than_nothing_are_no_payment(self, world):
        from mains.payments import booking

        made = world.create()
        for minor in (0, -1):
            with pytest.raises(booking.WrongAmount):
                world.transfer(world.row(made).number, minor)
        assert world.owed() == [bill.total_minor for bill in world.bills]

    def test_by_card_what_is_still_owed_is_paid(self, world):
        from datetime import UTC, datetime

        from mains.journeys import pay_bills
        from mains.payments.models import PaymentAttempt
        from mains.sandbox import service

        made = world.create()
        world.transfer(world.bills[0].number, world.bills[0].total_minor)
        open_bills = world.row(made).open_bills
        page = pay_bills.start(
            tenant=world.tenant,
            wish=pay_bills.Wish(
                bill_ids=tuple(bill.id for bill in open_bills),
                payer="guest:1",
                email="",
                language="es",
            ),
            company=world.tenant.file.companies[0].code,
            now=world.now,
            today=world.today,
        )
        with context.inside("public"):
            token = page.rstrip("/").split("/")[-1]
            service.pay(token=token, card="4242424242424242", now=datetime.now(UTC))
        attempt = PaymentAttempt.objects.get(page_url=page)
        pay_bills.confirm(token=attempt.token, now=world.now, today=world.today)

        assert attempt.amount_minor == world.bills[1].total_minor
        assert world.owed() == [0, 0]
        assert world.state(made)[0] == "PAID"


class TestFindingAsAGuest:
    def test_with_its_amount_and_no_other(self, world):
        from mains.journeys import guest_payment

        made = world.create()
        number = world.row(made).number

        assert world.find(number, world.total).document.id == made
        for minor in (world.total - 1, world.bills[0].total_minor):
            with pytest.raises(guest_payment.NotFound):
                world.find(number, minor)

    def test_partly_stale_it_leads_to_what_is_left(self, world):
        made = world.create()
        world.transfer(world.bills[0].number, world.bills[0].total_minor)

        found = world.find(world.row(made).number, world.total)

        assert found.is_stale
        assert [row.id for row in found.bills] == [world.bills[1].pk]

    def test_expired_or_paid_it_leads_nowhere(self, world):
        from mains.journeys import guest_payment

        made = world.create()
        texts = world.texts(made)
        for text in texts:
            with pytest.raises(guest_payment.TooLate):
                world.find(text, world.total, later=15)
        world.transfer(texts[0], world.total)
        for text in texts:
            with pytest.raises(guest_payment.NotFound):
                world.find(text, world.total)
