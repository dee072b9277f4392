"""Several bills paid as one: made once, settled whole, and honest about what was paid since."""

import io
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest

from mains.guard import context

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture(autouse=True)
def unspent():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def world(tenant):
    return World("aguaviva")


class World:
    """
    An account with two unpaid bills, and a way to do everything with them.
    """

    def __init__(self, name, **changed):
        from tests.factories import utilities

        from mains.core.calendars import Period

        self.utility = utilities.billed(name, count=2, **changed)
        self.tenant, self.now = self.utility.tenant, utilities.NOW
        self.today = self.tenant.date_of(self.now)
        september = Period(self.today.replace(month=9, day=1), self.today.replace(month=10, day=1))
        utilities.issued(tenant=self.tenant, period=september)
        self.bills = self.of(self.utility.bills[0].account_id)
        self.account_id = self.bills[0].account_id

    def of(self, account_id):
        from mains.billing.models import Bill

        return list(Bill.objects.filter(account_id=account_id).order_by("due_date", "pk"))

    @property
    def total(self):
        return sum(bill.total_minor for bill in self.bills)

    def create(self, bills=None, *, key="k1", account_id=None):
        from mains.journeys import payment_documents

        return payment_documents.create(
            tenant=self.tenant,
            account_id=account_id or self.account_id,
            bill_ids=[bill.pk for bill in (self.bills if bills is None else bills)],
            request_key=key,
            by="user:1",
            now=self.now,
            today=self.today,
        )

    def row(self, document_id, *, later=0):
        from mains.payments.bills_due import overview

        return overview.document(document_id=document_id, today=self.today + timedelta(days=later))

    def state(self, document_id, *, later=0):
        row = self.row(document_id, later=later)
        return str(row.state), [str(line.change) for line in row.lines]

    def transfer(self, reference, minor, *, key="t1"):
        from mains.journeys import bank_transfer

        return bank_transfer.book(
            reference=reference,
            amount=Decimal(minor) / 100,
            bank_reference=key,
            value_date=self.today,
            booked_by="staff:1",
            now=self.now,
            today=self.today,
        )

    def owed(self):
        from mains.payments import booking

        found = booking.outstanding_minor(bill_ids=[bill.pk for bill in self.bills])
        return [found[bill.pk] for bill in self.bills]

    def balance(self):
        from mains.ledger import queries

        return queries.balance_minor(account_id=self.account_id)

    def pdf(self, document_id, *, later=0):
        from mains.journeys import payment_documents

        return payment_documents.pdf(
            tenant=self.tenant, document=self.row(document_id, later=later)
        )

    def texts(self, document_id):
        """
        Return everything on the document by which it can be named.
        """
        from mains.payments.finding import payees
        from mains.references import cuaderno_57, rf
        from mains.references.payable import Payable

        row, payee = self.row(document_id), payees()[0]
        payable = Payable(row.number, row.total, row.last_date)
        printed = cuaderno_57.printed(payable, payee)
        reference = rf.printed(payable, payee).fields["reference"]
        return [row.number, reference, printed.code, printed.fields["reference"]]

    def find(self, typed, minor, *, later=0):
        from mains.journeys import guest_payment

        return guest_payment.find(
            typed=typed,
            amount=Decimal(minor) / 100,
            visitor="192.0.2.1",
            today=self.today + timedelta(days=later),
        )


def documents():
    from mains.payments.models import PaymentDocument

    return PaymentDocument.objects.count()


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


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
        assert "anulada" in text_of(world.pdf(made))
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
            bill_ids=[bill.id for bill in open_bills],
            payer="guest:1",
            email="",
            language="es",
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


class TestByShortLink:
    def page(self, world, made):
        from mains.billing.documents.paying import link_of
        from mains.journeys import guest_payment

        link = link_of(number=world.row(made).number, tenant=world.tenant)
        return guest_payment.open_link(
            tenant=world.tenant,
            code=link.split("/p/")[1],
            visitor="192.0.2.3",
            today=world.today,
        )

    def test_it_tells_what_is_still_owed(self, world):
        made = world.create()
        page = self.page(world, made)
        assert (page.owed.minor, page.is_stale, len(page.bills)) == (world.total, False, 2)

        world.transfer(world.bills[0].number, world.bills[0].total_minor)
        page = self.page(world, made)
        left = world.bills[1].total_minor
        assert (page.owed.minor, page.is_stale, len(page.bills)) == (left, True, 1)

        world.transfer(world.row(made).number, left, key="t2")
        page = self.page(world, made)
        assert (page.owed.minor, page.is_stale, page.bills) == (0, False, ())

    def test_a_credited_and_a_collected_bill_are_told_in_words_only(self, world):
        from mains.billing.documents.paying import link_of
        from mains.billing.models import Bill
        from mains.journeys import crediting, guest_payment

        credited, collected = world.bills
        crediting.credit(
            tenant=world.tenant,
            bill_id=credited.pk,
            reason="wrong meter",
            credited_by="olga",
            actor="staff:1",
            now=world.now,
        )
        Bill.objects.filter(pk=collected.pk).update(collection_date=world.today)
        pages = [
            guest_payment.open_link(
                tenant=world.tenant,
                code=link_of(number=bill.number, tenant=world.tenant).split("/p/")[1],
                visitor="192.0.2.3",
                today=world.today,
            )
            for bill in world.bills
        ]

        assert [(page.is_credited, page.is_collected) for page in pages] == [
            (True, False),
            (False, True),
        ]
        assert [page.bills for page in pages] == [(), ()]

    def test_where_guests_cannot_pay_it_leads_nowhere(self, world):
        from tests.factories import utilities

        from mains.billing.documents.paying import link_of
        from mains.journeys import guest_payment

        made = world.create()
        code = link_of(number=world.row(made).number, tenant=world.tenant).split("/p/")[1]
        payments = utilities.file_of("aguaviva", schema_name="alder").payments
        closed = utilities.configured(
            "aguaviva", payments=payments.model_copy(update={"guest": False})
        )

        with pytest.raises(guest_payment.NotFound):
            guest_payment.open_link(
                tenant=closed, code=code, visitor="192.0.2.3", today=world.today
            )


class TestOnPaper:
    @pytest.mark.seed("S1.22")
    def test_it_holds_every_bill_the_total_the_code_and_the_last_day(self, world):
        made = world.create()
        pdf = world.pdf(made)
        text = text_of(pdf)

        for bill in world.bills:
            assert bill.number in text
        assert f"9{made:010d}" in text
        assert world.texts(made)[2] in text  # Below the barcode.
        assert "18 de noviembre de 2026" in text
        assert f"{world.total // 100},{world.total % 100:02d}" in text.replace("\xa0", " ")

    def test_the_same_bytes_twice_and_others_once_a_bill_is_paid(self, world):
        made = world.create()
        first = world.pdf(made)

        assert world.pdf(made) == first
        world.transfer(world.bills[0].number, world.bills[0].total_minor)
        stale = world.pdf(made)
        assert stale != first
        assert "Parcialmente desfasado" in text_of(stale)
        assert "pagada el 4 de noviembre de 2026" in text_of(stale)

    def test_over_it_has_no_codes_any_more(self, world):
        made = world.create()
        code = world.texts(made)[2]

        expired = text_of(world.pdf(made, later=15))

        assert code not in expired
        assert "era válido hasta" in expired

    def test_it_is_archivable_and_accessible(self, world):
        reader = pypdf.PdfReader(io.BytesIO(world.pdf(world.create())))
        meta = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()

        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert reader.trailer["/Root"]["/Lang"] == "es"
        assert "<pdfaid:part>3</pdfaid:part>" in meta.replace("\n", "")
        assert "<pdfuaid:part>1</pdfuaid:part>" in meta.replace("\n", "")

    @pytest.mark.parametrize("name", ["balta", "teplo", "tavho", "fiamma"])
    def test_each_utility_prints_it_in_its_own_language_with_its_own_codes(self, name):
        from tests.factories import utilities

        from mains.billing.models import Bill

        payments = utilities.file_of(name, schema_name="alder").payments
        world = World(name, payments=payments.model_copy(update={"payment_documents": True}))
        Bill.objects.update(collection_date=None)
        made = world.create([bill for bill in world.bills if bill.total_minor > 0])

        text = text_of(world.pdf(made))

        assert f"9{made:010d}" in "".join(text.split())
        assert "Payment document" not in text
