"""The people who walk the demo, and what each of them does in a browser."""

import json
from dataclasses import dataclass, field
from io import BytesIO

from django.conf import settings
from pypdf import PdfReader

from mains.core.money import Money
from mains.core.wording import money_text, number_text
from mains.demo import logins
from mains.demo.browser import Browser
from mains.demo.facts import PaperBill
from mains.demo.pages import Page
from mains.demo.registers import likely_values
from mains.tenancy.queries import TenantInfo

GOOD_CARD, DECLINED_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002"


class DoesNotHold(AssertionError):
    """Something a person of the demo expects is not so."""


def expect(holds: object, what: str) -> None:
    """
    Go on if something holds.

    :raises DoesNotHold: saying what does not.
    """
    if not holds:
        raise DoesNotHold(what)


def surface(label: str) -> str:
    """
    Return the address of one of the platform's own surfaces.
    """
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{label}.{settings.PLATFORM_HOST}{port}"


@dataclass(slots=True)
class Customer:
    """
    Somebody with a browser on a tenant's portal.
    """

    tenant: TenantInfo
    browser: Browser
    email: str = ""
    token: str = field(default="", repr=False)

    def open(self, path: str) -> Page:
        return self.browser.get(f"{self.tenant.url}{path}")

    def sign_in(self) -> None:
        page = self.open("/account/login/")
        form = page.form()
        page = self.browser.submit(page, form, login=self.email, password=logins.PASSWORD)
        expect(
            page.url.rstrip("/") == self.tenant.url, f"sign-in of {self.email}: {page.text[:200]}"
        )

    def sign_in_to_api(self) -> None:
        page = self.call("POST", "/tokens", {"email": self.email, "password": logins.PASSWORD})
        expect(page.status == 201, f"API sign-in: {page.body[:200]!r}")
        self.token = json.loads(page.body)["token"]

    def call(self, method: str, path: str, body: object = None) -> Page:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = f"{self.tenant.url}/api/v1{path}"
        if method == "GET":
            return self.browser.get(address, headers)
        return self.browser.post(address, json.dumps(body).encode(), "application/json", headers)

    def outstanding_in_api(self, bill: PaperBill) -> str:
        page = self.call("GET", f"/bills/bil_{bill.id}")
        expect(page.status == 200, f"API bill: {page.body[:200]!r}")
        return str(json.loads(page.body)["outstanding"]["amount"])

    def total_in_pdf(self, bill: PaperBill) -> bool:
        """
        Tell whether the bill's document says its number and its total.
        """
        page = self.open(f"/bills/{bill.id}/bill.pdf")
        expect(page.status == 200 and page.body.startswith(b"%PDF"), f"PDF: {page.status}")
        words = " ".join(leaf.extract_text() for leaf in PdfReader(BytesIO(page.body)).pages)
        squeezed = "".join(words.split())
        amount = money_text(bill.total, language=bill.language)
        return bill.number in squeezed and "".join(amount.split()) in squeezed

    def send_readings(self) -> Page:
        """
        Type a likely value for every register on the page, after a mistake in the first one.
        """
        page = self.open("/readings/")
        form = page.form()
        names = sorted(name for name in form.fields if name.startswith("reading-"))
        expect(names, f"no meter can be read: {page.text[:300]}")
        wrong = self.browser.submit(page, form, **{names[0]: "12a"})
        expect(wrong.status == 422, f"letters in a reading: {wrong.status}")
        likely = likely_values(tenant=self.tenant, email=self.email)
        page = self.browser.submit(
            wrong, wrong.form(), **{name: likely[name.removeprefix("reading-")] for name in names}
        )
        if page.status == 422:
            form = page.form()
            boxes = {f"confirm-{name.removeprefix('reading-')}": "on" for name in names}
            page = self.browser.submit(page, form, **boxes)
        return page

    def pay(self, *bills: PaperBill, email: str = "") -> Page:
        """
        Pay bills of one company on the gateway's page, with one declined card on the way.
        """
        asked = "&".join(f"bill={bill.id}" for bill in bills)
        page = self.open(f"/pay/?{asked}")
        form = page.form("/pay/start/")
        page = self.browser.submit(page, form, email=email or self.email)
        expect("cards." in page.url, f"no gateway page: {page.url} {page.text[:200]}")
        page = self.browser.submit(page, page.form(), number=DECLINED_CARD)
        expect(page.status == 422, f"declined card: {page.status}")
        form = page.form()
        form.fields.pop("cancel", None)
        return self.browser.submit(page, form, number=GOOD_CARD)


@dataclass(slots=True)
class Staff:
    """
    A member of a provider's staff, in the console.
    """

    tenant: TenantInfo
    browser: Browser

    @property
    def home(self) -> str:
        return f"{surface('console')}/{self.tenant.schema_name}"

    def sign_in(self) -> None:
        page = self.browser.get(f"{self.home}/")
        if "/account/login" not in page.url:
            return
        email = logins.staff_email(self.tenant.schema_name)
        page = self.browser.submit(page, page.form(), login=email, password=logins.PASSWORD)
        code = logins.current_code()
        page = self.browser.submit(page, page.form(), code=code)
        if page.status != 200 or not page.url.startswith(self.home):
            # A code works once. Whoever signs in twice within half a minute waits for the next.
            logins.wait_for_another(code)
            page = self.browser.submit(page, page.form(), code=logins.current_code())
        expect(page.url.startswith(self.home), f"console sign-in: {page.url} {page.text[:200]}")

    def run_bills(self, *, company: str, start: str, last: str) -> Page:
        """
        Start, rehearse, approve and issue a bill run.
        """
        page = self.browser.get(f"{self.home}/runs/new/")
        page = self.browser.submit(page, page.form(), company=company, start=start, last=last)
        for step in ("rehearse/", "approve/", "issue/"):
            page = self._step(page, step)
        return self._until(page, lambda found: "issue/" not in _actions(found))

    def _step(self, page: Page, step: str) -> Page:
        page = self._until(page, lambda found: step in _actions(found) or _later(found, step))
        if step not in _actions(page):
            return page
        return self.browser.submit(page, page.form(step))

    def _until(self, page: Page, holds: object) -> Page:
        for _ in range(60):
            if holds(page):  # type: ignore[operator]
                return page
            self.browser.wait()
            page = self.browser.get(page.url)
        raise DoesNotHold(f"the bill run does not go on: {page.text[:300]}")

    def book_transfer(self, *, bill: PaperBill, reference: str, value_date: str) -> Page:
        page = self.browser.get(f"{self.home}/payments/book/")
        amount = number_text(bill.total.as_decimal(), language="en")
        return self.browser.submit(
            page,
            page.form(),
            reference=bill.reference,
            amount=amount,
            value_date=value_date,
            bank_reference=reference,
        )


def _actions(page: Page) -> list[str]:
    return [form.action for form in page.reader().forms]


def _later(page: Page, step: str) -> bool:
    """
    Tell whether a run is past a step already, because a worker was quicker than the person.
    """
    order = ["rehearse/", "approve/", "issue/"]
    waiting = [action for action in order if action in _actions(page)]
    return not waiting or order.index(waiting[0]) > order.index(step)


def amount_on(page: Page, amount: Money) -> bool:
    """
    Tell whether a page shows an amount.
    """
    return str(amount.as_decimal()) in page.reader().amounts
