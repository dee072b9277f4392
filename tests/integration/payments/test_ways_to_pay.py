"""Several ways to pay: their order, fees, parts, the next one where one is silent, and limits."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY, MemoryGateway

pytestmark = pytest.mark.usefixtures("tenant")


class Second(MemoryGateway):
    kind = "liqpay"


@pytest.fixture
def world(monkeypatch):
    from mains.payments import gateways

    cache.clear()
    pair = MemoryGateway(), Second()
    for one in pair:
        monkeypatch.setitem(gateways.GATEWAYS, one.kind, one)
    return World(*pair)


class World:
    """
    A utility with two gateways, and bills to pay there.
    """

    def __init__(self, first, second):
        self.first, self.second = first, second
        self.configure()

    def configure(self, *, parts=False, fee=None, **first):
        from mains.tenancy.tenantfile.money import Fee, Gateway, GatewayKind, Payments

        label = {"lv": "Karte", "en": "Card"}
        payments = Payments(
            guest=True,
            part_payments=parts,
            gateways=(
                Gateway(kind=GatewayKind.SANDBOX, label=label, **first),
                Gateway(kind=GatewayKind.LIQPAY, label=label, fee=fee or Fee()),
            ),
        )
        self.tenant = utilities.configured("balta", payments=payments)
        self.company = self.tenant.file.companies[0].code

    def bill(self, minor=5_000):
        return money.bill(money.account(), minor)

    def start(self, *bills, **wish):
        from mains.journeys import pay_bills
        from mains.payments.models import PaymentAttempt

        facts = {"payer": "user:1", "email": "", "language": "lv", **wish}
        page = pay_bills.start(
            tenant=self.tenant,
            wish=pay_bills.Wish(bill_ids=tuple(bill.pk for bill in bills), **facts),
            company=self.company,
            now=NOW,
            today=TODAY,
        )
        return PaymentAttempt.objects.get(page_url=page)

    def settle(self, attempt, minor=None):
        from mains.payments import settling

        gateway = {"sandbox": self.first, "liqpay": self.second}[attempt.gateway]
        gateway.pay(attempt.token, minor)
        settling.settle(notice=gateway.notice(attempt.token), now=NOW, today=TODAY)

    def owed(self, bill):
        from mains.payments.allocating import outstanding_minor

        return outstanding_minor(bill_ids=[bill.pk])[bill.pk]

    def fees(self):
        from mains.customers.models import Company
        from mains.ledger import actions, queries

        account = actions.company_account(
            company=Company.objects.get(code=self.company), kind="FEE", detail="payments",
            currency="EUR",
        )  # fmt: skip
        return -queries.summed_minor(ledger_account_id=account.pk)


@pytest.mark.seed("S3.12")
class TestTheNextOne:
    def test_is_asked_where_the_first_is_silent(self, world):
        world.first.silent = True
        bill = world.bill()
        attempt = world.start(bill)
        assert attempt.gateway == "liqpay"
        world.settle(attempt)
        assert world.owed(bill) == 0

    def test_is_asked_first_for_a_while_then(self, world):
        world.first.silent = True
        world.start(world.bill())
        world.first.silent = False
        assert world.start(world.bill()).gateway == "liqpay"
        cache.clear()
        assert world.start(world.bill()).gateway == "sandbox"

    def test_is_not_asked_where_it_costs_more_or_another_was_chosen(self, world):
        from mains.payments.gateways.base import GatewayUnavailable
        from mains.tenancy.tenantfile.money import Fee

        world.first.silent = True
        with pytest.raises(GatewayUnavailable):
            world.start(world.bill(), gateway="sandbox")
        world.configure(fee=Fee(percent=Decimal(2)))
        with pytest.raises(GatewayUnavailable):
            world.start(world.bill())

    def test_money_on_the_page_of_the_silent_one_is_not_lost(self, world):
        from mains.payments.models import PaymentAttempt

        world.first.silent = True
        bill = world.bill()
        attempt = world.start(bill)
        world.first.silent = False
        world.settle(attempt)
        silent = PaymentAttempt.objects.get(parts__bill=bill, gateway="sandbox")
        assert (silent.state, silent.failure) == ("EXPIRED", "replaced")
        world.settle(silent)
        from mains.ledger import queries

        assert world.owed(bill) == 0
        assert queries.balance_minor(account_id=bill.account_id) == -5_000

    def test_one_that_is_switched_off_is_not_offered(self, world):
        from mains.journeys.pay_bills import PaymentsOff

        world.configure(available=False)
        assert world.start(world.bill()).gateway == "liqpay"
        with pytest.raises(PaymentsOff):
            world.start(world.bill(), gateway="sandbox")


class TestFees:
    def fee(self):
        from mains.tenancy.tenantfile.money import Fee

        return Fee(percent=Decimal("1.5"), fixed=Decimal("0.25"))

    def test_are_asked_for_on_top_and_booked_apart(self, world):
        world.configure(fee=self.fee())
        bill = world.bill()
        attempt = world.start(bill, gateway="liqpay")
        assert (attempt.amount_minor, attempt.fee_minor) == (5_100, 100)
        before = world.fees()
        world.settle(attempt)
        assert (world.owed(bill), world.fees() - before) == (0, 100)

    @pytest.mark.parametrize(("paid", "owed", "kept"), [(5_050, 0, 50), (4_990, 10, 0)])
    def test_what_falls_short_falls_short_of_the_fee_first(self, world, paid, owed, kept):
        world.configure(fee=self.fee())
        bill = world.bill()
        before = world.fees()
        world.settle(world.start(bill, gateway="liqpay"), paid)
        assert (world.owed(bill), world.fees() - before) == (owed, kept)

    def test_stands_beside_what_was_paid_and_what_of_it_went_back(self, world):
        from mains.notifications.models import Message
        from mains.payments import received, refunding
        from mains.payments.models import Payment

        world.configure(fee=self.fee())
        bill = world.bill()
        attempt = world.start(bill, gateway="liqpay", email="payer@example.org")
        world.settle(attempt, 5_100)
        payment = Payment.objects.get(attempt=attempt)
        for _ in range(2):
            refunding.refund(
                payment_id=payment.pk, amount_minor=1_100, request_key="k", by="staff:1",
                now=NOW, today=TODAY,
            )  # fmt: skip
            refunding.sweep(now=NOW, today=TODAY)
        (row,) = received.payments(account_ids=[bill.account_id])
        told = Message.objects.get(kind="payment-refunded", recipient="payer@example.org")
        assert (told.values["amount"], told.values["number"]) == ("11,00\u00a0€", bill.number)
        found = (row.amount.minor, row.fee.minor, row.credit.minor, row.went_back.minor)
        left = world.owed(bill)
        assert found == (5_000, 100, 0, left)
        assert left > 0

    @pytest.mark.parametrize(("typed", "count"), [("51.00", 1), ("50.00", 1), ("49.00", 0)])
    def test_is_in_neither_sum_that_leads_to_a_payment(self, world, typed, count):
        from mains.journeys import payment_repair

        world.configure(fee=self.fee())
        world.settle(world.start(world.bill(), gateway="liqpay"), 5_100)
        assert len(payment_repair.search(text=typed, language="en")) == count


class TestParts:
    def test_of_a_bill_are_paid_where_the_utility_takes_them(self, world):
        world.configure(parts=True)
        bill = world.bill()
        world.settle(world.start(bill, parts={bill.pk: 1_500}))
        assert world.owed(bill) == 3_500

    @pytest.mark.parametrize("minor", [0, -1, 5_001])
    def test_have_to_be_owed(self, world, minor):
        from mains.payments.actions import UnfitPart

        world.configure(parts=True)
        bill = world.bill()
        with pytest.raises(UnfitPart):
            world.start(bill, parts={bill.pk: minor})

    def test_are_refused_where_whole_bills_are_paid_only(self, world):
        from mains.journeys.pay_bills import NoParts

        bill = world.bill()
        with pytest.raises(NoParts):
            world.start(bill, parts={bill.pk: 1})


class TestAPageThatIsOpen:
    def test_is_not_that_of_other_parts_of_the_same_sum(self, world):
        world.configure(parts=True)
        one, other = world.bill(), world.bill()
        world.start(one, other, parts={one.pk: 1_000, other.pk: 4_000})
        world.settle(world.start(one, other, parts={one.pk: 4_000, other.pk: 1_000}))
        assert (world.owed(one), world.owed(other)) == (1_000, 4_000)

    def test_is_not_that_of_a_receipt_to_a_mistyped_address(self, world):
        bill = world.bill()
        world.start(bill, email="ana@example.org")
        assert world.start(bill, email="anna@example.org").email == "anna@example.org"

    def test_at_a_gateway_that_is_there_no_more_keeps_nobody_from_paying(self, world):
        from mains.tenancy.tenantfile.money import Gateway, GatewayKind, Payments

        bill = world.bill()
        earlier = world.start(bill)
        only = Gateway(kind=GatewayKind.LIQPAY, label={"lv": "Karte", "en": "Card"})
        world.tenant = utilities.configured("balta", payments=Payments(gateways=(only,)))
        attempt = world.start(bill, payer="user:2")
        earlier.refresh_from_db()
        assert (attempt.gateway, earlier.state) == ("liqpay", "EXPIRED")

    def test_control_is_the_same_for_the_same(self, world):
        bill = world.bill()
        assert world.start(bill, email="a@example.org") == world.start(bill, email="a@example.org")


@pytest.mark.seed("S1.25")
class TestGuests:
    def test_who_open_page_after_page_are_stopped(self, world):
        from mains.journeys.pay_bills import TooManyPages

        for _ in range(10):
            world.start(world.bill(), guest="192.0.2.1")
        with pytest.raises(TooManyPages):
            world.start(world.bill(), guest="192.0.2.1")
        assert world.start(world.bill(), guest="192.0.2.2")

    def test_many_on_one_bill_are_stopped(self, world):
        from mains.journeys.pay_bills import TooManyPages

        bill = world.bill()
        for number in range(20):
            world.start(bill, guest=f"192.0.2.{number}", payer=f"guest:{number}")
        with pytest.raises(TooManyPages):
            world.start(bill, guest="192.0.2.99", payer="guest:99")

    def test_control_who_is_signed_in_is_not(self, world):
        for _ in range(12):
            assert world.start(world.bill())


class TestTwoWaysOfOneKind:
    """
    Money goes to the account of the way that was chosen, never to that of another of its kind.
    """

    def ways(self, *ways):
        from mains.tenancy.tenantfile.money import Gateway, GatewayKind, Payments

        gateways = tuple(
            Gateway(kind=GatewayKind.LIQPAY, label={"it": "Carta", "en": "Card"}, **one)
            for one in ways
        )
        payments = Payments(gateways=gateways, direct_debit=True, autopay=True)
        return utilities.configured("fiamma", payments=payments)

    def test_for_two_services_are_each_their_companys(self):
        from mains.payments.merchants import UNNAMED, merchant

        tenant = self.ways(
            {"account": "i_gas", "services": ("gas",)},
            {"account": "i_power", "services": ("electricity",)},
        )
        found = {
            company: merchant(
                tenant=tenant, kind="liqpay", company=company, account=UNNAMED
            ).account
            for company in ("gas", "luce")
        }
        assert found == {"gas": "i_gas", "luce": "i_power"}

    def test_of_which_one_is_switched_off_are_the_other(self):
        from mains.payments.merchants import UNNAMED, merchant

        tenant = self.ways({"account": "i_old", "available": False}, {"account": "i_new"})
        assert (
            merchant(tenant=tenant, kind="liqpay", company="gas", account=UNNAMED).account
            == "i_new"
        )

    def test_control_one_that_is_switched_off_still_settles(self):
        from mains.payments.merchants import UNNAMED, merchant

        tenant = self.ways({"account": "i_old", "available": False})
        assert (
            merchant(tenant=tenant, kind="liqpay", company="gas", account=UNNAMED).account
            == "i_old"
        )

    def test_are_in_use_by_what_was_begun_and_stored_there(self):
        from mains.customers.models import Mandate
        from mains.journeys import ways_changing, ways_desk

        tenant = self.ways({"companies": ("luce",)})
        assert not ways_desk.way(tenant=tenant, position=1).health.is_used
        account = money.account()
        assert account.company.code == "gas"
        Mandate.objects.create(
            account=account, reference=f"CARD-{money.key()}", scheme="CARD", holder="P",
            gateway="liqpay", card="good", signed_date=TODAY, start_date=TODAY,
        )  # fmt: skip
        with pytest.raises(ways_changing.InUse):
            ways_changing.removed(tenant=tenant, position=1)
        two = self.ways({"companies": ("luce",)}, {"companies": ("gas",)})
        assert not ways_desk.way(tenant=two, position=1).health.is_used
        with pytest.raises(ways_changing.InUse):
            ways_changing.removed(tenant=two, position=2)

    def test_are_tried_each_with_its_own_key(self, monkeypatch):
        from mains.journeys import ways_desk
        from mains.payments import gateways

        tried = []
        liqpay = Second()
        liqpay.try_out = lambda merchant: tried.append(merchant.account) or True
        monkeypatch.setitem(gateways.GATEWAYS, "liqpay", liqpay)
        tenant = self.ways(
            {"account": "i_1", "companies": ("gas",)}, {"account": "i_2", "companies": ("gas",)}
        )
        ways_desk.try_out(tenant=tenant, position=2)
        assert tried == ["i_2"]

    def test_for_another_service_stores_no_card(self, monkeypatch):
        from mains.journeys import autopay
        from mains.payments import gateways

        monkeypatch.setitem(gateways.GATEWAYS, "liqpay", Second())
        tenant = self.ways({"services": ("electricity",)})
        account = money.account()
        assert account.company.code == "gas"
        shown = autopay.standing(tenant=tenant, account_id=account.pk, today=TODAY)
        assert shown.card_gateway == ""
