"""A bill run as staff see it: rehearsed, its causes and accounts, and issued with some refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page

from mains.billing.actions import ContentChanged
from mains.billing.runs.holding import Selection
from mains.core.calendars import Period
from mains.customers.models import Account, Company
from mains.guard.context import inside
from mains.journeys import bill_run, run_desk
from mains.metering.models import Reading, ReadingQuality, ReadingSource, Register
from mains.tenancy import queries
from tests.screens import harness, live
from tests.screens.test_every_screen import Site, console

SLUG = "balta"
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
DECEMBER = Period(date(2026, 12, 1), date(2027, 1, 1))
PAGES = {
    "rehearsed": "runs/{rehearsed}/",
    "a cause": "runs/{rehearsed}/accounts/?bucket=volume",
    "every account": "runs/{rehearsed}/accounts/",
    "a form in a row": "runs/{rehearsed}/accounts/?hold={ready}",
    "an account": "runs/{rehearsed}/accounts/{account}/",
    "a blocked account": "runs/{rehearsed}/accounts/{blocked}/",
    "issued": "runs/{issued}/",
    "list": "runs/",
}


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        with inside(SLUG):
            ids = _runs()
        made = console(SLUG, {})
        yield Site(made.url, made.cookies, {**made.ids, **ids})


def _runs() -> dict[str, str]:
    """
    Issue November with one refused, and rehearse December with one held and one blocked.
    """
    tenant = queries.tenant(SLUG)
    for number, register in enumerate(Register.objects.order_by("pk")):
        _read(register, date(2026, 11, 30), 300 + 10 * (number % 3))
    issued = _rehearsed(NOVEMBER)
    bill_run.approve(tenant=tenant, run=issued, approved_by="zane", now=live.NOW)
    _read(Register.objects.order_by("pk")[3], date(2026, 11, 30), 7, again=True)
    with pytest.raises(ContentChanged):
        bill_run.issue(tenant=tenant, run=issued, now=live.NOW)
    for number, register in enumerate(Register.objects.order_by("pk")):
        _read(register, date(2026, 12, 31), 290 + 60 * (number % 4))
    swapped = Register.objects.order_by("pk")[5]
    Reading.objects.filter(register=swapped, period_start=DECEMBER.start).update(value=1)
    rehearsed = _rehearsed(DECEMBER)
    accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    run_desk.hold(
        run_id=rehearsed.pk,
        selection=Selection(account_ids=frozenset(accounts[2:3])),
        reason="The meter reader goes there again on Monday",
        actor="staff:1",
        now=live.NOW,
    )
    blocked = rehearsed.chunks.get().held
    return {
        "issued": str(issued.pk),
        "rehearsed": str(rehearsed.pk),
        "account": str(accounts[2]),
        "ready": str(accounts[0]),
        "blocked": str(blocked[0][0]),
    }


def _read(register: Register, day: date, more: int, *, again: bool = False) -> None:
    latest = Reading.objects.filter(register=register).latest("read_date", "received_at")
    Reading.objects.create(
        register=register,
        read_date=day,
        value=latest.value + Decimal(more),
        period_start=day.replace(day=1),
        source=ReadingSource.SELF,
        quality=ReadingQuality.ACCEPTED,
        received_at=live.NOW + timedelta(hours=again),
        sent_key=f"run:test:{register.pk}:{day}:{again}",
    )


def _rehearsed(period: Period):
    tenant = queries.tenant(SLUG)
    run = bill_run.start(
        tenant=tenant,
        company=Company.objects.get(),
        period=period,
        started_by="ana",
        now=live.NOW,
    )
    return bill_run.rehearse(tenant=tenant, run=run)


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize(("mode", "width"), harness.each_once(harness.VIEWS))
@pytest.mark.parametrize("place", PAGES.values(), ids=PAGES.keys())
def test_it_may_be_shown_to_staff(site, chromium, place, mode, width):
    with harness.page_at(
        chromium,
        f"{site.url}{place.format(**site.ids)}",
        mode=mode,
        width=width,
        cookies=site.cookies,
    ) as page:
        assert page.locator("#row_reason").count() == place.count("hold=")
        findings = harness.inspect(page)
        assert not findings, findings


@pytest.mark.parametrize("scripts", [True, False])
def test_one_is_held_and_released_in_its_row_with_the_keyboard_alone(site, chromium, scripts):
    row = f"#account-{site.ids['ready']}"
    with chromium.new_context(java_script_enabled=scripts, locale="en") as opened:
        opened.add_cookies(site.cookies)
        page = opened.new_page()
        page.goto(f"{site.url}runs/{site.ids['rehearsed']}/accounts/", wait_until="load")
        _press(page, f"{row} .deed a")
        assert page.locator("#row_reason:focus").count() == 1
        page.keyboard.type("A leak?")
        _press(page)
        assert page.url.endswith(row)
        assert "Held back" in page.inner_text(row)
        _press(page, f"{row} .deed button")
        assert page.url.endswith(row)
        assert "Ready" in page.inner_text(row)


def _press(page: Page, selector: str = "") -> None:
    """
    Press Enter where the focus is, or at a link or button, and wait for the page after.
    """
    if selector:
        page.focus(selector)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
