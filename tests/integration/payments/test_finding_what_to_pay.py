"""What a bill prints leads back to it, whichever way somebody pays, and to nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture(autouse=True)
def unspent():
    from django.core.cache import cache

    cache.clear()


class World:
    """
    A utility with a bill that is to be paid, and what the bill prints.
    """

    def __init__(self, name, **changed):
        from tests.factories import utilities

        from mains.billing import queries
        from mains.references.payable import Payable, payee_of

        self.utility = utilities.billed(name, **changed)
        self.tenant, self.now = self.utility.tenant, utilities.NOW
        self.today = self.tenant.date_of(self.now)
        self.bill = next(
            bill
            for bill in self.utility.bills
            if bill.total_minor > 0 and bill.collection_date is None
        )
        self.facts = queries.facts(bill_id=self.bill.pk)
        self.payee = payee_of(self.facts["company"])
        self.payable = Payable(self.bill.number, self.money, self.bill.due_date)

    @property
    def money(self):
        from mains.core.money import Money

        return Money(self.bill.total_minor, self.bill.currency)

    def printed(self, scheme):
        return scheme.printed(self.payable, self.payee)

    def find(self, typed, amount="", today=None):
        from mains.journeys import guest_payment

        asked = self.money.as_decimal() if amount == "" else amount
        found = guest_payment.find(
            typed=typed, amount=asked, visitor="192.0.2.1", today=today or self.today
        )
        return [row.id for row in found.bills]

    def transfer(self, reference, amount=None, key="k1"):
        from mains.journeys import bank_transfer

        return bank_transfer.book(
            reference=reference,
            amount=self.money.as_decimal() if amount is None else amount,
            bank_reference=key,
            value_date=self.today,
            booked_by="staff:1",
            now=self.now,
            today=self.today,
        )

    def owed(self):
        from mains.payments import allocating

        return allocating.outstanding_minor(bill_ids=[self.bill.pk])[self.bill.pk]


def with_731():
    from tests.factories import utilities

    from mains.tenancy.tenantfile.payment_codes import PaymentCodes, Reference731

    file = utilities.file_of("balta", schema_name="alder")
    codes = PaymentCodes(reference_731=Reference731(prefix="47"))
    company = file.companies[0].model_copy(update={"payment_codes": codes})
    return World("balta", companies=(company,))


def texts(world) -> dict[str, str]:
    """
    Return everything on a bill by which it can be named.
    """
    from mains.references import bollettino_896, cuaderno_57, pagopa, reference_731, rf

    found = {"number": world.bill.number, "rf": world.printed(rf).fields["reference"]}
    for scheme, field in (
        (cuaderno_57, ""),
        (cuaderno_57, "reference"),
        (reference_731, "reference"),
        (pagopa, "notice"),
        (pagopa, ""),
        (bollettino_896, "client"),
        (bollettino_896, "line"),
    ):
        printed = world.printed(scheme)
        if printed:
            found[scheme.NAME + field] = printed.fields[field] if field else printed.code
    return found


WORLDS = {
    "aguaviva": (lambda: World("aguaviva"), 4),
    "balta": (with_731, 3),
    "fiamma": (lambda: World("fiamma"), 6),
    "tavho": (lambda: World("tavho"), 2),
    "teplo": (lambda: World("teplo"), 2),
}


@pytest.mark.seed("S1.28")
@pytest.mark.seed("S1.31")
@pytest.mark.parametrize("name", WORLDS)
def test_every_code_of_a_bill_leads_to_it_with_separators_and_without(name):
    make, count = WORLDS[name]
    world = make()
    named = texts(world)
    assert len(named) == count

    for text in named.values():
        spaced = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
        for typed in (text, text.lower(), spaced, text.replace("-", ""), f"–{text}–"):
            assert world.find(typed) == [world.bill.pk], typed


@pytest.mark.parametrize("name", WORLDS)
def test_staff_book_a_transfer_by_every_code_of_a_bill(name):
    world = WORLDS[name][0]()

    for at, text in enumerate(texts(world).values()):
        assert world.transfer(text, key=f"k{at}").bill_id == world.bill.pk
    assert world.owed() == 0


@pytest.mark.seed("S1.31")
def test_a_barcode_needs_no_amount_and_no_other_amount():
    from mains.journeys import guest_payment
    from mains.references import cuaderno_57

    world = World("aguaviva")
    code = world.printed(cuaderno_57).code

    assert world.find(code, amount=None) == [world.bill.pk]
    with pytest.raises(guest_payment.NotFound):
        world.find(code, amount=world.money.as_decimal() + 1)


@pytest.mark.seed("S1.27")
@pytest.mark.seed("S1.28")
def test_the_fields_at_the_foot_of_a_spanish_bill():
    from mains.payments.finding import Fields
    from mains.references import cuaderno_57

    world = World("aguaviva")
    printed = dict(world.printed(cuaderno_57).fields)

    assert world.find(Fields(**printed)) == [world.bill.pk]
    assert world.find(Fields(**{key: text.replace("-", " ") for key, text in printed.items()})) == [
        world.bill.pk
    ]


class TestWhatIsRefused:
    def test_a_mistyped_digit_before_any_bill_is_looked_up(self):
        from mains.references.payable import WrongReference

        world = World("aguaviva")
        for name, text in texts(world).items():
            # Of a reference alone the check digits are those of fields that were not typed.
            if name in {"number", "cuaderno_57reference"}:
                continue
            wrong = text[:-2] + str((int(text[-2]) + 1) % 10) + text[-1]
            with CaptureQueriesContext(connection) as asked, pytest.raises(WrongReference):
                world.find(wrong)
            assert not [query for query in asked if "billing_bill" in query["sql"]]

    def test_control_a_right_code_is_looked_up(self):
        world = World("aguaviva")
        with CaptureQueriesContext(connection) as asked:
            world.find(world.bill.number)
        assert [query for query in asked if "billing_bill" in query["sql"]]

    @pytest.mark.seed("S1.27")
    def test_after_its_last_day_a_code_is_too_late_and_the_number_is_not(self):
        from mains.journeys import guest_payment
        from mains.payments.finding import Fields
        from mains.references import cuaderno_57

        world = World("aguaviva")
        printed = world.printed(cuaderno_57)
        last = cuaderno_57.last_date(world.payable, world.payee)
        late = last + timedelta(days=1)

        for typed in (printed.code, Fields(**printed.fields)):
            assert world.find(typed, today=last) == [world.bill.pk]
            with pytest.raises(guest_payment.TooLate) as refused:
                world.find(typed, today=late)
            assert refused.value.args == (last,)
        assert world.find(world.bill.number, today=late) == [world.bill.pk]

    def test_a_reference_with_other_check_digits_than_the_bill_prints(self):
        from mains.journeys import guest_payment
        from mains.references import cuaderno_57

        world = World("aguaviva")
        right = world.printed(cuaderno_57).fields["reference"]
        for by in range(1, 10):
            wrong = f"{right[:-1]}{(int(right[-1]) + by) % 10}"
            with pytest.raises(guest_payment.NotFound):
                world.find(wrong)

    def test_a_paid_bill_and_any_other_amount(self):
        from mains.journeys import guest_payment

        world = World("aguaviva")
        for amount in (Decimal("0.01"), world.money.as_decimal() + Decimal("0.001"), Decimal(0)):
            with pytest.raises(guest_payment.NotFound):
                world.find(world.bill.number, amount=amount)
        world.transfer(world.bill.number)
        for text in texts(world).values():
            with pytest.raises(guest_payment.NotFound):
                world.find(text)

    def test_of_a_part_paid_bill_the_open_amount_counts(self):
        from mains.journeys import guest_payment
        from mains.references import cuaderno_57

        world = World("aguaviva")
        world.transfer(world.bill.number, amount=Decimal("1.00"))

        with pytest.raises(guest_payment.NotFound):
            world.find(world.printed(cuaderno_57).code, amount=None)
        left = world.money.as_decimal() - 1
        assert world.find(world.bill.number, amount=left) == [world.bill.pk]

    def test_no_amount_where_the_code_says_none(self):
        from mains.journeys import guest_payment

        world = World("aguaviva")
        with pytest.raises(guest_payment.AmountNeeded):
            world.find(world.bill.number, amount=None)

    def test_after_ten_failures_nothing_is_found_any_more(self):
        from mains.journeys import guest_payment

        world = World("aguaviva")
        for _ in range(10):
            with pytest.raises(guest_payment.NotFound):
                world.find("AV2026-999999")
        with pytest.raises(guest_payment.TooManyTries):
            world.find(world.bill.number)

    @pytest.mark.parametrize(
        "text", ["", "?", "9", "99999999999", "20260000001", "٣٤٥", "A" * 120, "RF741"]
    )
    def test_what_names_nothing(self, text):
        from mains.journeys import bank_transfer, guest_payment

        world = World("aguaviva")
        with pytest.raises(guest_payment.NotFound):
            world.find(text)
        with pytest.raises(bank_transfer.UnknownBill):
            world.transfer(text)

    def test_staff_are_told_that_a_mistyped_code_names_nothing(self):
        from mains.journeys import bank_transfer

        world = World("aguaviva")
        with pytest.raises(bank_transfer.UnknownBill):
            world.transfer("RF00AV2026000001")


def test_a_bill_of_a_series_that_the_company_no_longer_uses_is_still_found():
    from tests.factories import utilities

    from mains.references import cuaderno_57

    world = World("aguaviva")
    company = world.tenant.file.companies[0].model_copy(update={"series": "NEW"})
    utilities.configured("aguaviva", companies=(company,))

    assert world.find(world.printed(cuaderno_57).code, amount=None) == [world.bill.pk]


class TestTwoCompanies:
    """
    Both of fiamma's companies number from 1, so their bills have the same eleven digits.
    """

    def bills(self):
        from tests.factories import utilities

        from mains.billing.models import Bill
        from mains.customers.models import Company
        from mains.journeys import bill_run

        world = World("fiamma")
        run = bill_run.start(
            tenant=world.tenant,
            company=Company.objects.get(code="luce"),
            period=utilities.OCTOBER,
            started_by="ana",
            now=world.now,
        )
        run = bill_run.rehearse(tenant=world.tenant, run=run)
        run = bill_run.approve(tenant=world.tenant, run=run, approved_by="bob", now=world.now)
        bill_run.issue(tenant=world.tenant, run=run, now=world.now)
        two = Bill.objects.filter(number__in=["FG2026-000001", "FL2026-000001"])
        two.update(collection_date=None)
        return world, {bill.number[:2]: bill for bill in two.select_related("account__company")}

    def test_a_notice_leads_to_the_bill_of_its_own_company(self):
        from mains.billing import queries
        from mains.core.money import Money
        from mains.journeys import guest_payment
        from mains.references import pagopa
        from mains.references.payable import Payable, payee_of

        world, bills = self.bills()
        assert set(bills) == {"FG", "FL"}
        for bill in bills.values():
            payee = payee_of(queries.facts(bill_id=bill.pk)["company"])
            money = Money(bill.total_minor, "EUR")
            notice = pagopa.printed(Payable(bill.number, money, bill.due_date), payee)
            found = guest_payment.find(
                typed=notice.fields["notice"],
                amount=money.as_decimal(),
                visitor="192.0.2.2",
                today=world.today,
            )
            assert [row.number for row in found.bills] == [bill.number]

    def test_a_short_link_leads_to_the_bill_of_its_own_company(self):
        from mains.billing.documents.paying import link_key
        from mains.payments import finding
        from mains.references import links

        world, bills = self.bills()
        for bill in bills.values():
            code = links.code_of(number=bill.number, key=link_key())
            found = finding.by_link(code=code, key=link_key(), today=world.today)
            assert [row.number for row in found.bills] == [bill.number]
