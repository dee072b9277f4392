"""Why a bill differs, looked at in a real browser: by the customer and by staff."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from mains.billing.documents.facts import seal
from mains.billing.documents.figures import figures_of
from mains.billing.models import Bill
from mains.billing.rules.figures import figures_from_lines
from mains.core.calendars import Period
from mains.demo import facts, logins
from mains.guard.context import PUBLIC, inside
from mains.identity.models import User
from mains.tenancy import actions, queries, registry
from tests.journeys import logins as people
from tests.screens import harness, live
from tests.screens.test_people_screens import look
from tests.screens.test_signing_in import CODES, forget_people, protected, sign_in, tab

SLUG, STAFF = "teplo", "desk@teplo.example"
EVERY_VIEW = (("light", 390), ("dark", 390), ("light", 1280), ("dark", 1280))


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[dict[str, str]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        tenant = queries.tenant(SLUG)
        bill_id = latest()
        with inside(SLUG), transaction.atomic():
            anna = User.objects.get(email=logins.customer_email(SLUG))
            anna.set_password(people.PASSWORD)
            anna.save()
            others(Bill.objects.get(pk=bill_id))
        with inside(PUBLIC):
            CODES[STAFF] = protected(STAFF)
            staff = User.objects.get(email=STAFF)
            with transaction.atomic():
                actions.add_member(user_id=staff.pk, schema_name=SLUG, role="BILLING")
        yield {
            "portal": f"{tenant.url}",
            "console": f"{registry.surface_url('console')}/{SLUG}",
            "bill": f"/bills/{bill_id}/",
            "languages": " ".join(tenant.file.locale.languages),
        }
    forget_people()


def latest() -> int:
    """
    Return the latest bill of the demo's customer, of the company with most to say.
    """
    companies = facts.companies(slug=SLUG)
    email = logins.customer_email(SLUG)
    found = [facts.latest_bill(slug=SLUG, company=one, email=email) for one in companies]
    with inside(SLUG):
        return max(
            (one.id for one in found), key=lambda pk: len(json.loads(Bill.objects.get(pk=pk).facts))
        )


def others(bill: Bill) -> None:
    """
    Make the bill before quite another one, and one of those before that of the year before.
    """
    earlier = Bill.objects.filter(account_id=bill.account_id, period_end__lte=bill.period_start)
    before, oldest = earlier.latest("period_end"), earlier.earliest("period_end")
    changed = json.loads(before.facts)
    for number, line in enumerate(changed["lines"]):
        price = Decimal(line["unit_price"]) * Decimal("0.9")
        line["unit_price"] = f"{price:f}"
        line["quantity"] = f"{Decimal(line['quantity']) + number * 3}"
        share = price * Decimal(line["times"]) / Decimal(line["divisor"])
        line["net"] = f"{Decimal(line['quantity']) * share:.2f}"
    for number in range(1, 8):
        extra = {"code": f"x{number}", "label": f"Service {number}", "net": f"{number}.00"}
        changed["lines"].append(changed["lines"][0] | extra)
    for contract in changed["contracts"]:
        for register in contract["registers"]:
            register["source"] = "ESTIMATE"
    reseal(before, changed)
    year = Period(bill.period_start, bill.period_end).year_before()
    content = json.loads(oldest.facts) | {"period": [str(year.start), str(year.end)]}
    Bill.objects.filter(pk=oldest.pk).update(period_start=year.start, period_end=year.end)
    reseal(oldest, content)


def reseal(bill: Bill, content: dict[str, Any]) -> None:
    old = figures_of(content)
    new = figures_from_lines(old.lines, currency=old.currency, period=old.period)
    content["vat"] = [
        {"percent": one.name, "net": one.net.as_text(), "tax": one.tax.as_text()} for one in new.vat
    ]
    content["total"] = new.total.as_text()
    text, digest = seal(content)
    Bill.objects.filter(pk=bill.pk).update(facts=text, facts_hash=digest)


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize(("mode", "width"), harness.each_once(EVERY_VIEW))
def test_the_customer_sees_why(chromium, site, mode, width):
    view = mode, width
    with tab(chromium, mode=mode, width=width) as (page, complaints):
        sign_in(page, site["portal"], logins.customer_email(SLUG))
        for language in site["languages"].split():
            page.goto(f"{site['portal']}{site['bill']}?lang={language}")
            page.click("#why details summary")
            look(page, "explained", f"bill-{language}", view)
        harness.follow(page, "#why p a")
        assert "than=last_year" in page.url
        look(page, "explained", "bill-last-year", view)
        assert complaints == []


@pytest.mark.parametrize(("mode", "width"), harness.each_once(EVERY_VIEW))
def test_staff_see_the_same(chromium, site, mode, width):
    view = mode, width
    with tab(chromium, mode=mode, width=width) as (page, complaints):
        sign_in(page, site["console"].removesuffix(f"/{SLUG}"), STAFF)
        page.goto(f"{site['console']}{site['bill']}?lang=en")
        page.click("#why details summary")
        look(page, "explained", "console-bill", view)
        assert complaints == []


def test_it_works_without_scripts(chromium, site):
    with chromium.new_context(java_script_enabled=False, locale="en") as context:
        page = context.new_page()
        sign_in(page, site["portal"], logins.customer_email(SLUG))
        page.goto(f"{site['portal']}{site['bill']}?lang=en")
        before = page.inner_text("#why .sum")
        harness.follow(page, "#why p a")
        assert page.inner_text("#why .sum") != before
