"""balta: the provider may make the portal mandatory; who has no login still reads and pays."""

import pytest
from tests.journeys.joining_world import (
    Newcomer,
    counted,
    newcomer,
    published,
    stored,
)

from mains.billing.models import Bill
from mains.core.money import Money
from mains.customers.models import Contract, DeliveryPreference
from mains.demo.facts import PaperBill
from mains.demo.pages import Page
from mains.enrolment.models import Consent
from mains.guard.context import inside
from mains.ledger import queries as ledger

SLUG, TENANTS = "balta", {"balta"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S0.05")]
MANDATORY = {"mandatory": True}
WHY = "Your contract has bills by e-mail only, none on paper."


def joined(**ticked: str) -> Newcomer:
    """
    Register with the box for electronic bills as it is ticked here.
    """
    kim = newcomer(SLUG)
    kim.open("/join/?lang=en")
    kim.about_me(kim.state_facts(), **ticked)
    kim.confirm()
    assert kim.sees_the_account()
    return kim


def back_to_paper(kim: Newcomer) -> Page:
    return kim.post(f"/me/data/paper/{kim.account.pk}/")


def modes(kim: Newcomer) -> set[str]:
    """
    Return how the bills of an account come in the end.
    """
    with inside(SLUG):
        rows = DeliveryPreference.objects.filter(contract__account=kim.account, end_date=None)
        return set(rows.values_list("mode", flat=True))


def of_class(kim: Newcomer, contract_class: str) -> None:
    with inside(SLUG):
        Contract.objects.filter(account=kim.account).update(contract_class=contract_class)


def open_bill(kim: Newcomer) -> PaperBill:
    with inside(SLUG):
        for bill in Bill.objects.filter(account=kim.account).order_by("-period_end"):
            owed = ledger.balance_minor(account_id=kim.account.pk)
            if 0 < owed == bill.total_minor:
                total = Money(bill.total_minor, bill.currency)
                return PaperBill(bill.pk, bill.number, bill.reference, bill.account_id, total, "lv")
    raise LookupError(kim.account.number)


def payer() -> tuple[Newcomer, PaperBill]:
    """
    Return somebody without a login, and a bill of theirs that is all they owe.
    """
    skipped: set[int] = set()
    while True:
        with inside(SLUG):
            free = Bill.objects.exclude(account__in=skipped).exclude(account__links__isnull=False)
            bill = free.select_related("account__customer").order_by("account")[0]
        guest = Newcomer(SLUG, bill.account)
        try:
            return guest, open_bill(guest)
        except LookupError:
            skipped.add(bill.account_id)


class TestOptional:
    def test_anybody_goes_back_to_paper(self):
        kim = joined(ebill="on")
        assert modes(kim) == {"ELECTRONIC"}
        page = kim.open("/me/data/?lang=en")
        assert page.form(f"/paper/{kim.account.pk}/")

        assert "come on paper from tomorrow" in back_to_paper(kim).text
        assert modes(kim) == {"PAPER"}

    def test_the_box_may_stay_open(self):
        kim = joined()
        with inside(SLUG):
            assert not Consent.objects.filter(account=kim.account).exists()


class TestMandatory:
    def test_nobody_goes_back_to_paper_and_is_told_why(self):
        kim = joined(ebill="on")
        with published(SLUG, portal=MANDATORY):
            page = kim.open("/me/data/?lang=en")
            assert WHY in page.text
            with pytest.raises(LookupError):
                page.form(f"/paper/{kim.account.pk}/")
            before = stored(SLUG)

            refused = back_to_paper(kim)
            assert f"{WHY} Nothing was changed." in refused.text
            assert stored(SLUG) == before
        back_to_paper(kim)
        assert modes(kim) == {"PAPER"}, "without the switch the same click works"

    def test_the_box_cannot_stay_open_at_sign_up(self):
        with published(SLUG, portal=MANDATORY):
            kim = newcomer(SLUG)
            kim.open("/join/?lang=en")
            page = kim.state_facts()
            assert "ebill" not in page.form().fields, "the box is ticked already"
            before = stored(SLUG)

            refused = kim.about_me(page)
            assert refused.status == 422
            assert f"{WHY} Tick the box to go on." in refused.text
            assert stored(SLUG) == before
            kim.about_me(page, ebill="on")
            kim.confirm()
        assert modes(kim) == {"ELECTRONIC"}

    def test_a_guest_finds_a_bill_reads_it_and_pays(self):
        with published(SLUG, portal=MANDATORY):
            guest, bill = payer()
            before = counted(SLUG)
            found = guest.submit(
                guest.open("/find/"), reference=bill.number, amount=str(bill.total.as_decimal())
            )
            assert found.url.endswith(f"/pay/?bill={bill.id}")
            assert bill.number in found.text
            assert bill.number in guest.open(f"/bills/{bill.id}/").text
            paid = guest.customer.pay(bill, email=guest.email)

            assert "/pay/result/" in paid.url
            with inside(SLUG):
                assert ledger.balance_minor(account_id=bill.account_id) == 0
            after = counted(SLUG)
        assert after["User"] == before["User"]

    def test_a_guest_with_a_wrong_amount_reads_nothing(self):
        with published(SLUG, portal=MANDATORY):
            guest, bill = payer()
            before = stored(SLUG)
            refused = guest.submit(guest.open("/find/"), reference=bill.number, amount="0,01")

            assert refused.status == 422
            assert bill.number not in guest.open(f"/bills/{bill.id}/").text
            assert stored(SLUG) == before


class TestByClassOfContract:
    def test_it_binds_one_class_and_leaves_the_other_free(self):
        business, home = joined(ebill="on"), joined(ebill="on")
        of_class(business, "business")
        with published(SLUG, portal={"mandatory_classes": {"business": True}}):
            before = stored(SLUG)
            assert WHY in back_to_paper(business).text
            assert stored(SLUG) == before
            back_to_paper(home)
        assert (modes(business), modes(home)) == ({"ELECTRONIC"}, {"PAPER"})

    def test_a_class_can_be_free_where_the_others_are_bound(self):
        kim = joined(ebill="on")
        of_class(kim, "farm")
        with published(SLUG, portal={**MANDATORY, "mandatory_classes": {"farm": False}}):
            back_to_paper(kim)
        assert modes(kim) == {"PAPER"}
