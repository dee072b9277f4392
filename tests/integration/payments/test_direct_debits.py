"""Direct debits: files for the bank, its answers, its credits and what comes back."""

from datetime import date, timedelta

import pytest
from lxml import etree
from tests.factories import money, utilities
from tests.factories.money import NOW, TODAY

pytestmark = pytest.mark.usefixtures("tenant")
IBAN, OTHER = "IT60X0542811101000000123456", "IT37Y0542811101000000123457"
OTHER_BANK = "DE89370400440532013000"
REJECTED = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId>
</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}-1</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>{debit}</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"""


def in_one(deed):
    """
    Do something in one transaction, as a bank line does.
    """
    from django.db import transaction

    return transaction.atomic(deed)


@pytest.fixture
def world():
    return World(utilities.configured("fiamma"))


class World:
    """
    Two accounts with a mandate each and a bill that is collected in two weeks.
    """

    def __init__(self, tenant):
        from mains.customers.models import Company

        self.tenant, self.day = tenant, TODAY + timedelta(days=14)
        self.company = Company.objects.order_by("pk")[0]
        self.people = [self.person(), self.person()]
        self.bills = [money.bill(one, 5_000 + n, collection_date=self.day)
                      for n, one in enumerate(self.people)]  # fmt: skip
        self.at(0)
        self.at(13)

    def person(self):
        from mains.payments import mandates

        account = money.account()
        account.customer.email = f"{account.number}@example.org"
        account.customer.save()
        mandates.give(
            account_id=account.pk, signed=mandates.Signed(holder="Rossi Anna", iban=IBAN),
            by="user:1", now=NOW, today=TODAY,
        )  # fmt: skip
        return account

    def at(self, days):
        from mains.journeys import collections

        self.now = NOW + timedelta(days=days)
        self.today = self.tenant.date_of(self.now)
        collections.sweep(tenant=self.tenant, now=self.now)

    def prepare(self):
        from mains.payments.direct_debits import filing

        return filing.prepare(
            tenant=self.tenant, company_id=self.company.pk, scheme="CORE", by="staff:1",
            now=self.now,
        )  # fmt: skip

    def handed_in(self):
        from mains.payments.direct_debits import filing

        name = self.prepare()
        filing.hand_in(name=name, by="staff:1", now=self.now)
        return name

    def xml(self, name):
        from mains.documents import waiting

        return etree.fromstring(waiting.content(name=name))

    def values(self, name, tag):
        return [one.text for one in self.xml(name).iter("{*}" + tag)]

    def attempt(self, bill, name=None):
        from mains.payments.models import PaymentAttempt

        rows = PaymentAttempt.objects.filter(parts__bill=bill)
        return (rows.filter(file_name=name) if name else rows).get()

    def credit(self, name, minor=None, *, key="c1", texts=None):
        from mains.payments.direct_debits import collecting, filing

        file = filing.one_file(name=name, now=self.now)
        return in_one(collecting.credited)(
            company_id=self.company.pk,
            texts=(f"SDD {file.message_id}",) if texts is None else texts,
            amount_minor=file.total_minor if minor is None else minor, currency="EUR", key=key,
            value_date=file.collection_date, now=self.now, today=self.today,
        )  # fmt: skip

    def come_back(self, bill, reason, *, minor=None, key="r1"):
        from mains.payments.direct_debits import returning

        attempt = self.attempt(bill)
        return in_one(returning.take_in)(
            end_to_end_id=attempt.token, reason=reason,
            amount_minor=minor or attempt.amount_minor, currency="EUR", key=key,
            company_id=self.company.pk, now=self.now, today=self.today,
        )  # fmt: skip

    def owed(self):
        from mains.payments.allocating import outstanding_minor

        found = outstanding_minor(bill_ids=[bill.pk for bill in self.bills])
        return [found[bill.pk] for bill in self.bills]

    def plan(self, bill):
        bill.refresh_from_db()
        return bill.collection_date, bill.collection_hold

    def ledger(self, kind, detail):
        from mains.ledger import actions, queries

        account = actions.company_account(
            company=self.company, kind=kind, detail=detail, currency="EUR"
        )
        strays = queries.strays()
        assert (strays.transfers_without_account, strays.wrong_balances) == (0, 0)
        return queries.summed_minor(ledger_account_id=account.pk)


class TestAFile:
    def test_has_what_is_owed_once_on_a_day_of_the_bank(self, world):
        from mains.payments.direct_debits import filing

        name = world.prepare()
        file = filing.one_file(name=name, now=world.now)
        tokens = [world.attempt(bill).token for bill in world.bills]
        assert world.values(name, "EndToEndId") == tokens
        assert world.values(name, "InstdAmt") == ["50.00", "50.01"]
        assert world.values(name, "SeqTp") == ["RCUR"]
        assert set(world.values(name, "MndtId")) == {
            mandate
            for one in world.people
            for mandate in one.mandates.values_list("reference", flat=True)
        }
        assert file.collection_date == date(2026, 11, 18)
        assert (file.hand_in_by, file.count, file.total_minor) == (date(2026, 11, 17), 2, 10_001)
        with pytest.raises(filing.NothingToCollect):
            world.prepare()

    def test_leaves_out_what_was_paid_and_takes_less_where_a_part_was(self, world):
        from mains.payments import booking

        for bill, minor in zip(world.bills, (5_000, 1), strict=True):
            booking.book_bank_transfer(
                bill_id=bill.pk, amount_minor=minor, bank_reference=money.key(),
                value_date=TODAY, booked_by="staff:1", now=NOW,
            )  # fmt: skip
        assert world.values(world.prepare(), "InstdAmt") == ["50.00"]

    def test_that_is_withdrawn_lets_its_bills_go(self, world):
        from mains.payments.direct_debits import filing

        name = world.prepare()
        for _ in range(2):
            filing.withdraw(name=name, by="staff:1", now=world.now)
        with pytest.raises(filing.WrongStep):
            filing.hand_in(name=name, by="staff:1", now=world.now)
        assert len(world.values(world.prepare(), "EndToEndId")) == 2

    def test_that_was_handed_in_is_not_withdrawn(self, world):
        from mains.payments.direct_debits import filing

        name = world.handed_in()
        filing.hand_in(name=name, by="staff:1", now=world.now)
        with pytest.raises(filing.WrongStep):
            filing.withdraw(name=name, by="staff:1", now=world.now)

    def test_keeps_everybody_else_from_its_bills(self, world):
        from mains.payments.settling import BeingCollected

        world.handed_in()
        with pytest.raises(BeingCollected):
            money.started([world.bills[0]])

    def test_tells_the_bank_of_another_account_once(self, world):
        from mains.payments import mandates

        first, second = (one.mandates.get() for one in world.people)
        facts = {"by": "user:1", "now": NOW, "today": TODAY}
        assert mandates.change_account(mandate_id=first.pk, iban=OTHER, **facts)
        assert mandates.change_account(mandate_id=second.pk, iban=OTHER_BANK, **facts)
        name = world.handed_in()
        assert world.values(name, "AmdmntInd") == ["true", "true"]
        assert IBAN in world.values(name, "IBAN")
        assert "SMNDA" in world.values(name, "Id")
        first.refresh_from_db()
        assert first.old_iban == ""

    def test_of_a_company_that_cannot_collect_is_refused(self, world):
        from mains.payments.direct_debits import filing

        world.company.creditor_id = ""
        world.company.save()
        with pytest.raises(filing.NoCreditor):
            world.prepare()

    def test_never_takes_what_was_not_told(self, world):
        from mains.notifications.models import Message
        from mains.payments.direct_debits import filing

        Message.objects.filter(kind="collection-announced").delete()
        with pytest.raises(filing.NothingToCollect):
            world.prepare()

    def test_is_made_by_itself_each_night(self, world):
        from mains.journeys import collections
        from mains.payments.direct_debits import filing

        for _ in range(2):
            collections.nightly(tenant=world.tenant, now=world.now)
        assert [one.count for one in filing.files(now=world.now)] == [2]


class TestTheBanksCredit:
    def test_settles_the_file_that_it_names_once(self, world):
        name = world.handed_in()
        assert world.credit(name)
        world.credit(name)
        assert world.owed() == [0, 0]
        assert world.ledger("BANK", "main") == 10_001
        assert world.ledger("CLEARING", "sepa") == 0

    def test_without_a_name_is_found_by_its_sum(self, world):
        name = world.handed_in()
        assert not world.credit(name, 10_000, texts=("SDD",))
        assert world.credit(name, texts=("SDD",))
        assert world.owed() == [0, 0]

    def test_of_a_file_that_was_never_handed_in_is_not_taken(self, world):
        name = world.prepare()
        assert not world.credit(name)
        assert world.owed() == [5_000, 5_001]

    def test_of_what_is_left_after_a_rejection(self, world):
        name = world.handed_in()
        answer(world, name, world.bills[0], "AM04")
        assert world.credit(name, 5_001)
        assert world.owed() == [5_000, 0]


def answer(world, name, bill, reason):
    from mains.payments.direct_debits import collecting, filing

    file = filing.one_file(name=name, now=world.now)
    data = REJECTED.format(
        message=file.message_id, debit=world.attempt(bill, name).token, reason=reason
    )
    return collecting.take_answer(tenant=world.tenant, name=name, data=data.encode(), now=world.now)


class TestTheBanksAnswer:
    def test_lets_fail_what_it_rejects_and_tries_again_later(self, world):
        name = world.handed_in()
        found = answer(world, name, world.bills[0], "AM04")
        assert (found.rejected, found.accepted, found.unknown) == (1, 0, 1)
        assert world.attempt(world.bills[0]).state == "FAILED"
        assert world.plan(world.bills[0]) == (world.today + timedelta(days=3), "")
        assert answer(world, name, world.bills[0], "AM04").rejected == 1
        assert world.plan(world.bills[0]) == (world.today + timedelta(days=3), "")

    def test_to_another_file_is_refused(self, world):
        from mains.payments.direct_debits import collecting

        name = world.handed_in()
        data = REJECTED.format(message="OTHER", debit="x", reason="AM04").encode()
        with pytest.raises(collecting.AnotherFile):
            collecting.take_answer(tenant=world.tenant, name=name, data=data, now=world.now)


class TestWhatComesBack:
    @pytest.mark.parametrize(
        ("reason", "hold", "ends"),
        [("AM04", "", False), ("AC04", "failed", True), ("MD01", "failed", True),
         ("MD06", "disputed", False), ("MS03", "failed", False), ("XX99", "failed", False)],
    )  # fmt: skip
    def test_is_owed_again_and_its_reason_is_acted_on(self, world, reason, hold, ends):
        world.credit(world.handed_in())
        for _ in range(2):
            assert world.come_back(world.bills[0], reason)
        assert world.owed() == [5_000, 0]
        assert world.attempt(world.bills[0]).state == "CHARGED_BACK"
        assert world.plan(world.bills[0])[1] == hold
        mandate = world.people[0].mandates.get()
        assert (mandate.end_reason == reason) is ends
        assert world.ledger("BANK", "main") == 5_001

    def test_with_a_fee_of_the_bank_costs_the_company_that(self, world):
        world.credit(world.handed_in())
        assert world.come_back(world.bills[0], "AM04", minor=5_350)
        assert world.owed() == [5_000, 0]
        assert world.ledger("FEE", "bank") == 350
        assert world.ledger("BANK", "main") == 10_001 - 5_350

    def test_before_the_credit_of_its_file_is_booked_in_and_out(self, world):
        name = world.handed_in()
        assert world.come_back(world.bills[0], "AM04")
        assert world.owed() == [5_000, 5_001]
        assert world.credit(name, 5_001, texts=("SDD",))
        assert world.owed() == [5_000, 0]

    def test_of_somebody_else_is_not_ours(self, world):
        from mains.payments.direct_debits import returning

        assert not in_one(returning.take_in)(
            end_to_end_id="NOT-OURS", reason="AM04", amount_minor=1, currency="EUR", key="k",
            company_id=world.company.pk, now=world.now, today=world.today,
        )  # fmt: skip

    def test_is_collected_again_on_its_new_day_and_over_after_three(self, world):
        for day, back, key in ((13, 15, "a"), (18, 21, "b"), (30, 32, "c")):
            world.at(day)
            name = world.handed_in()
            attempt = world.attempt(world.bills[0], name)
            from mains.payments.direct_debits import returning

            world.at(back)
            assert in_one(returning.take_in)(
                end_to_end_id=attempt.token, reason="AM04", amount_minor=5_000, currency="EUR",
                key=key, company_id=world.company.pk, now=world.now, today=world.today,
            )  # fmt: skip
        assert world.plan(world.bills[0])[1] == "failed"


class TestMandates:
    def test_given_again_is_the_same_and_another_is_refused(self, world):
        from mains.payments import mandates

        signed = mandates.Signed(holder="R", iban=IBAN.lower())
        facts = {"account_id": world.people[0].pk, "by": "user:1", "now": NOW, "today": TODAY}
        assert mandates.give(signed=signed, **facts) == world.people[0].mandates.get()
        with pytest.raises(mandates.AlreadyCollected):
            mandates.give(signed=mandates.Signed(holder="R", iban=OTHER_BANK), **facts)
        with pytest.raises(mandates.WrongIban):
            mandates.give(signed=mandates.Signed(holder="R", iban=IBAN[:-1] + "7"), **facts)

    def test_unused_for_three_years_end(self, world):
        from mains.customers.models import Mandate
        from mains.payments import mandates

        used, unused = (one.mandates.get() for one in world.people)
        Mandate.objects.filter(pk__in=[used.pk, unused.pk]).update(signed_date=date(2023, 1, 1))
        name = world.handed_in()
        world.credit(name)
        from mains.payments.models import PaymentAttempt

        PaymentAttempt.objects.filter(mandate=unused).update(collection_date=date(2023, 2, 1))
        for count in (1, 0):
            assert mandates.end_unused(now=world.now, today=world.today) == count
        unused.refresh_from_db()
        used.refresh_from_db()
        assert (unused.end_reason, used.end_date) == ("unused", None)
