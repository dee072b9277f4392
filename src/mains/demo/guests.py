"""Somebody at a meter with a bill in hand and no login, where the tenant takes their reading."""

from mains.customers.models import Account
from mains.demo import facts
from mains.demo.browser import Browser
from mains.demo.people import Customer, expect
from mains.demo.registers import likely_of
from mains.journeys import guest_readings
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.identity import Evidence

PLACE = "/readings/guest/"


def read(*, tenant: TenantInfo, browser: Browser) -> str:
    """
    Send readings without signing in, or see that there is no way to; return what was done.

    :raises DoesNotHold: naming the first thing that is not as a person expects.
    """
    kim = Customer(tenant, browser)
    page = kim.open("/")
    if not guest_readings.policies(file=tenant.file):
        expect(PLACE not in page.reader().links, "a guest is asked for a reading that nobody takes")
        expect(kim.open(PLACE).status == 404, "guests find a page that this tenant has not")
        return "no guest's reading"
    expect(PLACE in page.reader().links, "the front door leads no guest to the readings")
    codes = [service.code for service in guest_readings.services(file=tenant.file)]
    return _send(kim, facts.neighbour(slug=tenant.schema_name, services=codes))


def _send(kim: Customer, account: Account) -> str:
    slug = kim.tenant.schema_name
    paper = facts.on_paper(slug=slug, account=account)
    page = kim.open(PLACE)
    asked = [name for name in page.form().fields if name.startswith("fact-")]
    typed = {name: paper[Evidence(name.removeprefix("fact-"))] for name in asked}
    wrong = kim.browser.submit(page, page.form(), **{**typed, asked[-1]: "Nowhere 0"})
    expect(wrong.status == 422, f"a wrong address of a guest: {wrong.status}")
    page = kim.browser.submit(wrong, wrong.form(), **typed)
    expect(page.url.endswith("/enter/"), f"a guest's details: {page.url} {page.text[:300]}")
    expect(account.customer.name not in page.text, "a guest is shown who the holder is")
    likely = likely_of(tenant=kim.tenant, account_ids=[account.pk])
    names = [name for name in page.form().fields if name.startswith("reading-")]
    values = {name: likely[name.removeprefix("reading-")] for name in names}
    page = kim.browser.submit(page, page.form(), **values)
    expect(page.url.endswith("/readings/guest/sent/"), f"a guest's reading: {page.text[:300]}")
    mail = account.customer.email
    told = facts.got_mail(
        slug=slug, recipient=mail, kind="reading-by-guest", text=account.number[-3:]
    )
    expect(told, f"{mail} was not told of a guest's reading")
    return "a guest's reading"
