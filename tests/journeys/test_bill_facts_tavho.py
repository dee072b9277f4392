"""tavho: how old the invoice may be, and how its amount is read and compared."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.joining_world import (
    Newcomer,
    alert_on,
    counted,
    newcomer,
    published,
)

from mains.billing.models import Bill
from mains.demo.pages import Page
from mains.enrolment.evidence import KINDS
from mains.guard.context import inside
from mains.tenancy import queries
from mains.tenancy.tenantfile.identity import Evidence

SLUG, TENANTS = "tavho", {"tavho"}
BUDAPEST = ZoneInfo("Europe/Budapest")
pytestmark = pytest.mark.usefixtures("fresh_tries")


@pytest.fixture
def altered():
    """
    Give somebody's latest bill another total or day for one test.
    """
    kept = []

    def change(kim: Newcomer, *, minor: int | None = None, issued: date | None = None) -> None:
        with inside(SLUG):
            bill = Bill.objects.get(number=kim.paper["bill_number"])
            kept.append((bill.pk, bill.total_minor, bill.net_minor, bill.issue_date))
            if minor is not None:
                bill.total_minor, bill.net_minor = minor, minor - bill.vat_minor
            bill.issue_date = issued or bill.issue_date
            bill.save(update_fields=["total_minor", "net_minor", "issue_date"])

    yield change
    with inside(SLUG):
        for pk, total, net, day in kept:
            Bill.objects.filter(pk=pk).update(total_minor=total, net_minor=net, issue_date=day)


def proves(kim: Newcomer, **typed: str) -> bool:
    """
    Tell whether details prove; a refusal leaves nothing behind and opens no further step.
    """
    before = counted(SLUG)
    page = kim.state_facts(**typed)
    if page.url.endswith("/join/you/"):
        return True
    assert page.status == 422
    assert counted(SLUG) == before
    assert kim.open("/join/you/").url.endswith("/join/details/")
    return False


def local(day: date, hour: int, minute: int = 30) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=BUDAPEST).astimezone(UTC)


def by_calendar_year():
    """
    Publish tavho's policies with the rule of the same day a year before.
    """
    registration = queries.tenant(SLUG).file.registration
    policies = tuple(
        policy.model_copy(update={"bill_age": "calendar_year"}) for policy in registration.policies
    )
    return published(SLUG, registration=registration.model_copy(update={"policies": policies}))


@pytest.mark.seed("S2.13")
class TestTheAgeOfTheInvoice:
    @pytest.mark.parametrize(
        ("days", "hour", "young"),
        [(364, 0, True), (364, 23, True), (365, 0, False), (365, 23, False)],
    )
    def test_a_day_begins_at_midnight_in_szolnok(self, days, hour, young):
        kim = newcomer(SLUG)
        with inside(SLUG):
            issued = Bill.objects.get(number=kim.paper["bill_number"]).issue_date
        now = local(issued + timedelta(days=days), hour)
        if hour == 0:
            assert now.date() == issued + timedelta(days=days - 1), "in UTC it is the day before"
        move_clock(SLUG, now)

        assert proves(kim) is young

    @pytest.mark.parametrize(
        ("issued", "last"),
        [
            # Over 29 February a year is 366 days long.
            (date(2027, 11, 2), date(2028, 11, 1)),
            (date(2026, 11, 2), date(2027, 11, 1)),
            (date(2028, 2, 29), date(2029, 2, 28)),
        ],
    )
    def test_by_the_calendar_it_is_the_same_day_a_year_later(self, altered, issued, last):
        kim = newcomer(SLUG)
        altered(kim, issued=issued)
        with by_calendar_year():
            move_clock(SLUG, local(last, 23))
            assert proves(Newcomer(SLUG, kim.account))
            move_clock(SLUG, local(last + timedelta(days=1), 0))
            assert not proves(kim)
            move_clock(SLUG, NOW)

    @pytest.mark.parametrize(("calendar", "young"), [(True, True), (False, False)])
    def test_control_in_a_leap_year_the_two_rules_differ_on_the_365th_day(
        self, altered, calendar, young
    ):
        kim = newcomer(SLUG)
        altered(kim, issued=date(2027, 11, 2))
        with by_calendar_year() if calendar else nullcontext():
            move_clock(SLUG, local(date(2028, 11, 1), 12))
            assert proves(kim) is young
            move_clock(SLUG, NOW)


# A total of 12 345 Ft, as Hungarians write it, and what comes near.
RIGHT = [
    "12345", "12 345", "12 345 Ft", "12\u00a0345 Ft", "12\u202f345\u00a0Ft", "12.345 Ft",
    "12 345,00", "12 345,- Ft", "+12 345", "HUF 12345",
]  # fmt: skip
WRONG = [
    "12344", "12346", "12 345,40", "12 345,5", "12 344,99", "12345,01", "-12 345", "−12 345",
    "12,345", "1 234", "123450", "0", "Ft", "twelve", "12 345 12 345",
]  # fmt: skip


@pytest.mark.seed("S2.16")
class TestTheAmount:
    @pytest.mark.parametrize("typed", RIGHT)
    def test_is_read_as_hungarians_write_it(self, altered, typed):
        kim = newcomer(SLUG)
        altered(kim, minor=12_345)
        assert proves(kim, bill_amount=typed)

    @pytest.mark.parametrize("typed", WRONG)
    def test_is_equal_to_the_forint_or_proves_nothing(self, altered, typed):
        kim = newcomer(SLUG)
        altered(kim, minor=12_345)
        assert not proves(kim, bill_amount=typed)

    @pytest.mark.parametrize(
        ("typed", "fits"), [("-900 Ft", True), ("−900", True), ("900", False), ("-901", False)]
    )
    def test_a_credit_is_typed_with_its_sign(self, altered, typed, fits):
        kim = newcomer(SLUG)
        altered(kim, minor=-900)
        assert proves(kim, bill_amount=typed) is fits


def without_typed(page: Page) -> str:
    """
    Return what a page says beside what was typed and its reference.
    """
    import re

    body = re.sub(r'value="[^"]*"|nonce="[^"]*"|\b[0-9a-f]{16}\b', "", page.body.decode())
    return body[body.index("<main") : body.index("</main>")]


@pytest.mark.seed("S2.17")
class TestAnyInvoiceButOneOfZero:
    def test_the_help_beside_the_field_says_so_before_anything_is_typed(self):
        with translation.override("hu"):
            help_text = str(KINDS[Evidence.BILL_AMOUNT].hint)
            zero = str(
                translation.gettext("The total of the same bill. A bill of zero cannot be used.")
            )
        assert help_text == zero != "The total of the same bill. A bill of zero cannot be used."
        assert help_text in newcomer(SLUG).open("/join/details/").text

    @pytest.mark.parametrize("typed", ["0", "0 Ft", "0,00", "-0"])
    def test_one_of_zero_is_refused_like_any_wrong_detail(self, altered, typed):
        kim, other = newcomer(SLUG), newcomer(SLUG)
        altered(kim, minor=0)
        before = counted(SLUG)
        zero = kim.state_facts(bill_amount=typed)
        wrong = other.state_facts(customer_code="U99999")

        assert (zero.status, wrong.status) == (422, 422)
        assert alert_on(zero) == alert_on(wrong) != ""
        assert without_typed(zero) == without_typed(wrong)
        assert counted(SLUG) == before
        assert kim.open("/join/you/").url.endswith("/join/details/")

    @pytest.mark.parametrize("minor", [-900, 5, 12_345])
    def test_every_other_one_proves(self, altered, minor):
        kim = newcomer(SLUG)
        altered(kim, minor=minor)
        assert proves(kim, bill_amount=str(minor))
