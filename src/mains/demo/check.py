"""
`mains demo --check`: walk the main job in every demo tenant as its people would.

The tenants' own clocks are moved to where the next period can be read and billed, so it holds on
any day of the year, and again on the same data.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from mains.core.calendars import Period
from mains.demo import data, facts, guests, logins
from mains.demo.browser import Browser
from mains.demo.joining import join
from mains.demo.people import Customer, DoesNotHold, Staff, amount_on, expect
from mains.demo.settling import SETTLING
from mains.guard.context import PUBLIC, inside
from mains.journeys import sample_customers
from mains.tenancy import actions, queries
from mains.tenancy.queries import TenantInfo

Tell = Callable[[str], None]


def run(*, browser: Callable[[], Browser], tell: Tell) -> bool:
    """
    Walk every demo tenant and tell one line for each; return whether all of them hold.
    """
    holds = True
    for file in data.files():
        try:
            tell(f"ok   {file.slug}: {walk(slug=file.slug, browser=browser)}")
        except (DoesNotHold, LookupError) as problem:
            tell(f"FAIL {file.slug}: {problem}")
            holds = False
    return holds


def walk(*, slug: str, browser: Callable[[], Browser]) -> str:
    """
    Read, bill and pay one period in a tenant, and return what was done.

    :raises DoesNotHold: naming the first thing that is not as a person expects.
    """
    tenant = queries.tenant(slug)
    codes = facts.companies(slug=slug)
    period = facts.next_period(tenant=tenant, company=codes[0])

    tenant = _at(tenant, period.last_day, browser())
    joined = join(tenant=tenant, browser=browser())
    anna = Customer(tenant, browser(), logins.customer_email(slug))
    anna.sign_in()
    page = anna.send_readings()
    expect(page.url.endswith("/readings/sent/"), f"readings were not stored: {page.text[:300]}")
    guest = guests.read(tenant=tenant, browser=browser())
    with inside(slug):
        sample_customers.read_everybody(period=period, now=tenant.now())

    tenant = _at(tenant, period.end + timedelta(days=7), anna.browser)
    anna.tenant = tenant
    staff = Staff(tenant, browser())
    staff.sign_in()
    bills = []
    for code in codes:
        _bill(staff, code, period)
        bill = facts.latest_bill(slug=slug, company=code, email=anna.email)
        _same_everywhere(anna, bill)
        bills.append(bill)
    settled = SETTLING[slug](anna=anna, staff=staff, bills=bills, browser=browser)
    expect(facts.ledger_is_sound(slug=slug), "the ledger does not add up")
    done = f"{joined}, reading, {guest}, {len(bills)} bill(s), {settled}"
    return f"{period.start} – {period.last_day}: {done}"


def _at(tenant: TenantInfo, day: date, browser: Browser) -> TenantInfo:
    """
    Move a tenant's clock to ten o'clock of a civil day, and wait until everybody knows.
    """
    wanted = facts.morning(tenant=tenant, day=day)
    offset = round((wanted - datetime.now(UTC)).total_seconds())
    with inside(PUBLIC):
        actions.move_clock(schema_name=tenant.schema_name, offset_seconds=offset)
    browser.pause()
    return queries.tenant(tenant.schema_name)


def _bill(staff: Staff, company: str, period: Period) -> None:
    page = staff.run_bills(
        company=company, start=period.start.isoformat(), last=period.last_day.isoformat()
    )
    expect(page.status == 200, f"the bill run of {company}: {page.status}")
    for _ in range(60):
        if facts.next_period(tenant=staff.tenant, company=company).start > period.start:
            return
        staff.browser.wait()
    raise DoesNotHold(f"{company} was not billed for {period.start}: {page.text[:300]}")


def _same_everywhere(anna: Customer, bill: facts.PaperBill) -> None:
    """
    Compare a new bill's amount on the page, in the API, in its document and in the ledger.
    """
    page = anna.open(f"/bills/{bill.id}/")
    expect(amount_on(page, bill.total), f"{bill.total} is not on {page.url}: {page.text[:300]}")
    if not anna.token:
        anna.sign_in_to_api()
    found = anna.outstanding_in_api(bill)
    expect(found == str(bill.total.as_decimal()), f"the API says {found}, not {bill.total}")
    expect(anna.total_in_pdf(bill), f"{bill.total} is not in the document of {bill.number}")
    owed = facts.owed_in_ledger(slug=anna.tenant.schema_name, account_id=bill.account_id)
    expect(owed >= bill.total.minor, f"the ledger says {owed}, not {bill.total}")
