"""J11: the monthly bill run, from the console's home to issued bills, in at most four clicks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

import pytest

from mains.bench import population
from mains.billing.models import Bill, BillRun
from mains.core.calendars import Period
from mains.customers.models import Company
from mains.guard import context
from mains.guard.context import inside
from mains.journeys import bill_run, configure
from mains.tenancy import queries, registry
from tests import databases
from tests.journeys import console_world
from tests.journeys.conftest import move_clock
from tests.screens import gallery, harness, live
from tests.screens.walk import Walk

SOME, MANY = 60, 10_000
# Ana bills alone at meadow; at orchard Bo approves what she started.
ANA, BO = "ana@runs.example", "bo@runs.example"
SLUGS = ("meadow", "orchard", "prairie")
START = "a[href$='/runs/new/']"
REHEARSE = "main form.form button[type=submit]"
APPROVE, ISSUE = "form[action='approve/'] button", "form[action='issue/'] button"
# Of sixty and of ten thousand: who used far more, and of whom nobody read October.
OUTLIERS, UNREAD = (5, 17, 23), (9, 41)
_AUGUST = """insert into metering_reading (register_id, read_date, value, period_start, source,
      quality, verdict, received_at, sent_key)
    select a.register_id, '2026-08-31', a.value - (b.value - a.value), '2026-08-01', 'SELF',
           'ACCEPTED', '', %s, 'august:' || a.register_id
    from metering_reading a join metering_reading b using (register_id)
    where a.read_date = '2026-09-30' and b.read_date = '2026-10-31'"""


@contextmanager
def elsewhere() -> Iterator[Callable]:
    """
    Yield what calls a function in another thread: a browser's event loop owns this one.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield lambda deed: pool.submit(_alone, deed).result()


def _alone(deed: Callable):
    from django.db import connection

    try:
        return deed()
    finally:
        context.choose(None)
        connection.close()


@dataclass(frozen=True)
class Desk:
    """
    The console of one person: its address and the cookies of who is signed in.
    """

    url: str
    cookies: list


def open_utility(slug: str, *, accounts: int, second_person: bool) -> None:
    """
    Open a utility that billed September and read October, with a few who stand out.
    """
    file = population.tenant_file()
    billing = file.billing.model_copy(update={"second_person_approves": second_person})
    changes = {"slug": slug, "hosts": (f"{slug}.localhost",), "billing": billing}
    with databases.owner() as owner:
        databases.drop_tenant(owner, slug)
        databases.create_tenant(owner, slug)
    configure.publish(
        file=file.model_copy(update=changes), author="test", approved=True, now=population.NOW
    )
    queries.forget()
    with inside(slug):
        population.populate(count=accounts)
        _add_august()
        _bill_september(slug)
        _stand_out()
    move_clock(slug, population.NOW)
    queries.forget()


def _add_august() -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AUGUST, [population.NOW])


def _stand_out() -> None:
    from django.db import transaction
    from django.db.models import F

    from mains.metering.models import Reading

    october = Reading.objects.filter(read_date=date(2026, 10, 31))
    with transaction.atomic():
        october.filter(register_id__in=OUTLIERS).update(value=F("value") + 400)
        october.filter(register_id__in=UNREAD).delete()


def _bill_september(slug: str) -> None:
    tenant, now = queries.tenant(slug), population.NOW
    run = bill_run.start(
        tenant=tenant, company=Company.objects.get(), started_by=ANA, now=now,
        period=Period(date(2026, 9, 1), date(2026, 10, 1)),
    )  # fmt: skip
    bill_run.rehearse(tenant=tenant, run=run)
    run = bill_run.approve(tenant=tenant, run=run, approved_by=BO, now=now)
    bill_run.issue(tenant=tenant, run=run, now=now)


def work(slug: str) -> None:
    """
    Do what a worker does.
    """
    with inside(slug):
        run_id = BillRun.objects.latest("pk").pk
        bill_run.work_on(tenant=queries.tenant(slug), run_id=run_id, now=population.NOW)


def issued(slug: str) -> int:
    with inside(slug):
        return Bill.objects.filter(run=BillRun.objects.latest("pk")).count()


@pytest.fixture(scope="module")
def aside(django_db_setup, django_db_blocker) -> Iterator[Callable]:
    with django_db_blocker.unblock(), live.serving(), elsewhere() as call:
        for email in (ANA, BO):
            call(partial(console_world.add_staff, email))
        try:
            yield call
        finally:
            with databases.owner() as owner:
                for slug in SLUGS:
                    databases.drop_tenant(owner, slug)
                databases.forget_staff(owner)
                owner.commit()


@pytest.fixture(scope="module")
def chromium(aside):
    with harness.browser(whole=True) as started:
        yield started


def desk_of(email: str, slug: str) -> Desk:
    from mains.guard.context import PUBLIC
    from mains.identity.models import User
    from mains.tenancy import actions

    with inside(PUBLIC):
        user = User.objects.get(email=email)
        actions.add_member(user_id=user.pk, schema_name=slug, role="BILLING")
    url = registry.surface_url("console")
    host = url.removeprefix("http://")
    known = console_world.signed_in(email, slug, host).client.cookies.items()
    cookies = [{"name": name, "value": one.value, "url": url} for name, one in known]
    return Desk(f"{url}/{slug}/", cookies)


@contextmanager
def at(chromium, desk: Desk, *, scripts: bool = True) -> Iterator[Walk]:
    """
    Open the console's home as somebody who is signed in.
    """
    with chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale="en", java_script_enabled=scripts,
        reduced_motion="reduce",
    ) as opened:  # fmt: skip
        opened.add_cookies(desk.cookies)
        found = Walk(opened.new_page())
        found.open(desk.url)
        yield found


def look_at_rehearsal(found: Walk) -> None:
    """
    See, before anything is approved, who stands out and who gets no bill.
    """
    page = found.page
    for outlier in OUTLIERS:
        assert page.locator(f"#account-{outlier}").count() == 1, outlier
    blocked = page.locator("section", has=page.get_by_role("heading", name="Blocked accounts"))
    for unread in UNREAD:
        row = blocked.locator("tr", has_text=str(10_000_000 + unread))
        assert "No reading of water closes this period" in row.inner_text()
    gallery.shoot(page, brand="budget", screen="run", mode="light", width=1280)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert harness.inspect(page) == harness.Findings()


def stage(found: Walk) -> str:
    return found.page.inner_text(".way [aria-current]").strip()


@pytest.mark.parametrize("scripts", [True, False])
def test_alone_it_is_four_clicks_and_nothing_typed(chromium, aside, scripts):
    slug = "meadow"
    aside(partial(open_utility, slug, accounts=SOME, second_person=False))
    with at(chromium, aside(partial(desk_of, ANA, slug)), scripts=scripts) as found:
        found.press(START)
        found.press(REHEARSE)
        if scripts:
            look_at_rehearsal(found)
        found.press(APPROVE)
        found.press(ISSUE)
        assert stage(found) == "Issued"
        assert (found.clicks, found.typed) == (4, 0)
        assert len(set(found.screens)) == 3, "home, the form, and the run's page"
    assert aside(partial(issued, slug)) == SOME - len(UNREAD)


def test_with_a_second_person_it_is_two_clicks_and_three(chromium, aside):
    slug = "orchard"
    aside(partial(open_utility, slug, accounts=SOME, second_person=True))
    with at(chromium, aside(partial(desk_of, ANA, slug))) as ana:
        ana.press(START)
        ana.press(REHEARSE)
        look_at_rehearsal(ana)
        assert ana.page.locator(APPROVE).count() == 0
        assert (ana.clicks, ana.typed) == (2, 0)
    with at(chromium, aside(partial(desk_of, BO, slug))) as bo:
        # The run that waits is the latest one at home.
        bo.press("main table a >> nth=0")
        look_at_rehearsal(bo)
        bo.press(APPROVE)
        bo.press(ISSUE)
        assert stage(bo) == "Issued"
        assert (bo.clicks, bo.typed, len(set(bo.screens))) == (3, 0, 2)
    assert aside(partial(issued, slug)) == SOME - len(UNREAD)


@pytest.mark.long
def test_ten_thousand_accounts_are_three_clicks_because_a_worker_issues(chromium, aside):
    slug = "prairie"
    aside(partial(open_utility, slug, accounts=MANY, second_person=False))
    with at(chromium, aside(partial(desk_of, ANA, slug))) as found:
        found.press(START)
        found.press(REHEARSE)
        assert "A worker is at it" in found.page.inner_text("main")
        aside(partial(work, slug))
        # The page looks again by itself.
        found.page.wait_for_selector(APPROVE)
        look_at_rehearsal(found)
        found.press(APPROVE)
        assert "A worker is at it" in found.page.inner_text("main")
        aside(partial(work, slug))
        found.page.wait_for_selector(".way .here:has-text('Issued')")
        assert (found.clicks, found.typed) == (3, 0)
    assert aside(partial(issued, slug)) == MANY - len(UNREAD)
