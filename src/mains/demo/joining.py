"""Every way in of the demo's tenants, walked as a person would: invited, with a bill, or first."""

import time
from dataclasses import dataclass

from mains.demo import facts, logins
from mains.demo.browser import Browser
from mains.demo.pages import Page
from mains.demo.people import Customer, expect
from mains.portal.joining.steps import Step, steps_of
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.identity import CustomerType, Evidence, Way

WRONG_NUMBER = {Evidence.BILL_NUMBER: "XX2000-000001"}


@dataclass(frozen=True, slots=True)
class Kim:
    """
    A new person with a bill in hand.
    """

    customer: Customer
    paper: dict[Evidence, str]
    company: str

    @property
    def browser(self) -> Browser:
        return self.customer.browser

    def facts_in(self, page: Page) -> dict[str, str]:
        return {
            name: self.paper[Evidence(name.removeprefix("fact-"))]
            for name in page.form().fields
            if name.startswith("fact-")
        }


def join(*, tenant: TenantInfo, browser: Browser) -> str:
    """
    Make a login in the tenant's own way, and return what was done.
    """
    slug = tenant.schema_name
    account = facts.stranger(slug=slug)
    kim = Kim(
        Customer(tenant, browser, f"kim{time.time_ns()}@{slug}.example"),
        facts.on_paper(slug=slug, account=account),
        facts.company_of(slug=slug, account=account),
    )
    steps = steps_of(tenant.file)
    for step in steps:
        _STEPS[step](kim)
    _confirm(kim)
    if Step.DETAILS not in steps:
        _link(kim)
    expect(kim.customer.open("/bills/").status == 200, "the new login sees no bills")
    done = " + ".join(str(way) for way in tenant.file.registration.ways if way != Way.INVITATION)
    return f"registration ({done})"


def _type(kim: Kim) -> None:
    page = kim.customer.open("/join/")
    expect(page.url.endswith("/join/type/"), f"the first step: {page.url}")
    page = kim.browser.submit(page, page.form(), type=str(CustomerType.PRIVATE))


def _company(kim: Kim) -> None:
    page = kim.customer.open(f"/join/?company={kim.company}")
    expect(page.url.endswith("/join/details/"), f"a link that names the company: {page.url}")


def _details(kim: Kim) -> None:
    page = kim.customer.open("/join/")
    typed = kim.facts_in(page)
    early = kim.customer.open("/join/you/")
    expect(early.url.endswith("/join/details/"), f"a step was skipped: {early.url}")
    wrong = kim.browser.submit(page, page.form(), **_with_a_mistake(typed))
    expect(wrong.status == 422, f"a wrong fact: {wrong.status}")
    page = kim.browser.submit(wrong, wrong.form(), **typed)
    expect(page.url.endswith("/join/you/"), f"right facts: {page.status} {page.text[:300]}")


def _with_a_mistake(typed: dict[str, str]) -> dict[str, str]:
    return {**typed, f"fact-{Evidence.BILL_NUMBER}": WRONG_NUMBER[Evidence.BILL_NUMBER]}


def _you(kim: Kim) -> None:
    page = kim.customer.open("/join/you/")
    form = page.form()
    typed = {
        "name": "Kim",
        "email": kim.customer.email,
        "username": f"kim{time.time_ns()}",
        "password": logins.PASSWORD,
    }
    asked = {name: value for name, value in typed.items() if name in form.fields}
    typed = {**asked, "agree-terms": "on", "agree-privacy": "on"}
    hasty = kim.browser.submit(page, form, **{**typed, "agree-terms": ""})
    expect(hasty.status == 422, f"without the terms: {hasty.status}")
    page = kim.browser.submit(hasty, hasty.form(), **typed)
    expect(page.url.endswith("/join/sent/"), f"sign-up: {page.status} {page.text[:300]}")


_STEPS = {Step.TYPE: _type, Step.COMPANY: _company, Step.DETAILS: _details, Step.YOU: _you}


def _confirm(kim: Kim) -> None:
    tenant, email = kim.customer.tenant, kim.customer.email
    link = facts.link_in_mail(slug=tenant.schema_name, recipient=email, kind="confirm-sign-up")
    expect(link.startswith(tenant.url), f"no confirmation was sent to {email}")
    page = kim.browser.get(link)
    form = page.form()
    password = {"password": logins.PASSWORD} if "password" in form.fields else {}
    page = kim.browser.submit(page, form, **password)
    expect(page.url.rstrip("/") == tenant.url, f"confirmation: {page.status} {page.text[:300]}")
    again = kim.browser.get(link)
    expect(again.status in {200, 410}, f"the used link: {again.status}")


def _link(kim: Kim) -> None:
    """
    Connect an account to a login that sees nothing yet.
    """
    page = kim.customer.open("/bills/")
    expect("/bills/1" not in page.body.decode(), "a login without an account sees bills")
    page = kim.customer.open("/accounts/link/")
    typed = kim.facts_in(page)
    wrong = kim.browser.submit(page, page.form(), **_with_a_mistake(typed))
    expect(wrong.status == 422, f"a wrong fact: {wrong.status}")
    page = kim.browser.submit(wrong, wrong.form(), **typed)
    expect(page.url.endswith("/accounts/"), f"linking: {page.status} {page.text[:300]}")
    number = kim.paper[Evidence.ACCOUNT_NUMBER]
    expect(number in page.text, f"{number} is not among the accounts")
