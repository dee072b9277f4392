"""J1, J2, J7, J12: paying and putting payments right, in as few screens as may be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from mains.guard.context import PUBLIC, inside
from mains.tenancy import queries, registry
from tests.screens import harness, live
from tests.screens.test_run_budget import elsewhere
from tests.screens.walk import Walk

GUESTS, AUTO = "aguaviva", "balta"
CARD = "4242 4242 4242 4242"
PAY = "main form button[type=submit]"
CARDS = re.compile(r"//cards\.localhost")


@dataclass(frozen=True)
class Site:
    guests: str
    portal: str
    console: str
    customer: list
    staff: list


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running() as port:
        yield Site(
            queries.tenant(GUESTS).url,
            queries.tenant(AUTO).url,
            f"{registry.surface_url('console')}/{AUTO}/",
            live.signed_in(AUTO, port),
            staff_cookies(),
        )


def staff_cookies() -> list:
    from django.test import Client

    from mains.identity.models import User

    url = registry.surface_url("console")
    client = Client(headers={"host": url.removeprefix("http://")})
    with inside(PUBLIC):
        client.force_login(User.objects.get(email=f"staff@{AUTO}.example"))
    return [{"name": name, "value": one.value, "url": url}
            for name, one in client.cookies.items()]  # fmt: skip


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser(whole=True) as started:
        yield started


@pytest.fixture
def aside(django_db_blocker):
    with django_db_blocker.unblock(), elsewhere() as called:
        yield called


@pytest.fixture
def walk(chromium):
    with chromium.new_context() as context:
        yield Walk(context.new_page())


def open_bill(slug: str, position: int = 0) -> tuple[int, str, str]:
    """
    Return an open bill that nothing collects: its id, number and amount.
    """
    from mains.billing.models import Bill
    from mains.payments import queries as payments

    with inside(slug):
        tenant = queries.tenant(slug)
        today = tenant.date_of(tenant.now())
        ids = Bill.objects.filter(state="ISSUED", collection_date=None, total_minor__gt=0)
        rows = payments.bills_with_ids(bill_ids=list(ids.values_list("pk", flat=True)), today=today)
        # None whose account somebody in the demo pays for.
        open_rows = [row for row in rows if row.outstanding == row.total and not row.instalments]
        row = sorted(open_rows, key=lambda one: one.id)[-1 - position]
        return row.id, row.number, str(row.outstanding.as_decimal())


def short_link(slug: str, bill_id: int) -> str:
    from mains.billing.documents.paying import link_key
    from mains.billing.models import Bill
    from mains.references import links

    with inside(slug):
        number = Bill.objects.get(pk=bill_id).number
        return links.code_of(number=number, key=link_key()) or ""


def owed(slug: str, bill_id: int) -> int:
    from mains.payments.allocating import outstanding_minor

    with inside(slug):
        return outstanding_minor(bill_ids=[bill_id])[bill_id]


def pay_at_the_gateway(walk: Walk) -> None:
    """
    Type the card on the gateway's own page, which counts for none of ours.
    """
    assert CARDS.search(walk.page.url)
    walk.page.fill("input[name=number]", CARD)
    harness.follow(walk.page, "main button[type=submit]:not([name=cancel])")


def ours(walk: Walk) -> int:
    """
    Return how many screens were ours: none of those of the gateway, whose address begins with pay.
    """
    return len([path for path in walk.screens if not re.match(r"/pay/[\w-]{20,}/", path)])


@pytest.mark.seed("S1.25", "S1.29", "S1.32")
def test_j1_the_bills_own_link_is_two_screens_and_one_click(site, walk, aside):
    bill_id, _number, _amount = aside(partial(open_bill, GUESTS))
    code = aside(partial(short_link, GUESTS, bill_id))
    walk.open(f"{site.guests}/p/{code}?lang=en")
    walk.press(PAY)
    pay_at_the_gateway(walk)
    walk._seen()

    assert walk.page.locator("h1").inner_text().startswith("Paid")
    assert (ours(walk), walk.typed, walk.clicks) == (2, 0, 1)
    assert aside(partial(owed, GUESTS, bill_id)) == 0


@pytest.mark.seed("S1.25", "S1.28")
def test_j2_a_paper_bill_is_four_screens_and_two_fields(site, walk, aside):
    bill_id, number, amount = aside(partial(open_bill, GUESTS, 1))
    walk.open(f"{site.guests}/?lang=en")
    walk.press("main a[href='/find/']")
    walk.type("input[name=reference]", f"{number[:3]} {number[3:]}")
    walk.type("input[name=amount]", amount)
    walk.press(PAY)
    walk.press("main form[action='/pay/start/'] button[type=submit]")
    pay_at_the_gateway(walk)
    walk._seen()

    assert walk.page.locator("h1").inner_text().startswith("Paid")
    assert (ours(walk), walk.typed, walk.clicks) == (4, 2, 3)
    assert aside(partial(owed, GUESTS, bill_id)) == 0


def unmandated() -> int:
    """
    Return an account of Anna's that nothing collects from.
    """
    from mains.customers.models import Mandate
    from mains.enrolment.models import AccountLink
    from mains.identity.models import User

    with inside(AUTO):
        user = User.objects.get(email=f"anna@{AUTO}.example")
        links = AccountLink.objects.filter(user_id=user.pk, ended_at=None).order_by("pk")
        account_id = links.values_list("account_id", flat=True)[0]
        Mandate.objects.filter(account_id=account_id, attempts=None).delete()
        return account_id


def mandate_of(account_id: int) -> tuple[str, str, bool]:
    from mains.customers.models import Mandate

    with inside(AUTO):
        row = Mandate.objects.get(account_id=account_id, end_date=None)
        return row.scheme, row.card_label, row.confirmed


@pytest.mark.seed("S0.09")
def test_j7_autopay_is_set_up_on_two_screens(site, chromium, aside):
    account_id = aside(unmandated)
    with chromium.new_context() as context:
        context.add_cookies(list(site.customer))
        walk = Walk(context.new_page())
        walk.open(f"{site.portal}/autopay/{account_id}/?lang=en")
        walk.type("input[name=limit]", "200")
        walk.press("main form.form button[type=submit]")
        pay_at_the_gateway(walk)
        walk._seen()

        assert "We collect your bills" in walk.page.inner_text("main")
        assert "4242" in walk.page.inner_text("main")
        assert (ours(walk), walk.typed, walk.clicks) == (2, 1, 1)
    assert aside(partial(mandate_of, account_id))[0::2] == ("CARD", True)


def stuck_payment() -> tuple[int, str]:
    """
    Let somebody pay at the gateway and never come back, with no webhook; return bill and amount.
    """
    from datetime import UTC, datetime

    from mains.journeys import pay_bills
    from mains.sandbox import service

    bill_id, _number, amount = open_bill(AUTO)
    tenant = queries.tenant(AUTO)
    with inside(AUTO):
        page = pay_bills.start(
            tenant=tenant,
            wish=pay_bills.Wish(
                bill_ids=(bill_id,), payer="p", email="lost@payer.example", language="en"
            ),
            company=tenant.file.companies[0].code,
            now=tenant.now(),
            today=tenant.date_of(tenant.now()),
        )
    with inside(PUBLIC):
        token = page.rstrip("/").split("/")[-1]
        service.pay(token=token, card=CARD.replace(" ", ""), now=datetime.now(UTC), news="NEVER")
    return bill_id, amount


def receipts() -> int:
    from mains.notifications.models import Message

    with inside(AUTO):
        return Message.objects.filter(
            kind="payment-received", recipient="lost@payer.example"
        ).count()


def test_j12_a_stuck_payment_is_put_right_in_three_clicks(site, chromium, aside):
    bill_id, _amount = aside(stuck_payment)
    with chromium.new_context() as context:
        context.add_cookies(list(site.staff))
        walk = Walk(context.new_page())
        walk.open(f"{site.console}payments/repair/?lang=en")
        walk.type("main input[name=q]", "lost@payer.example")
        walk.press("main form[role=search] button")
        walk.press("main table a >> nth=0")
        assert "Paid there, not booked here" in walk.page.inner_text("main")
        walk.press("form[action='recheck/'] button")

        assert "Put right" in walk.page.inner_text("main")
        assert (walk.typed, walk.clicks) == (1, 3)
    assert aside(partial(owed, AUTO, bill_id)) == 0
    assert aside(receipts) == 1
