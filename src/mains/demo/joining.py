"""Register with the facts on a bill, confirmed by e-mail."""

import time

from mains.demo import facts, logins
from mains.demo.browser import Browser
from mains.demo.people import Customer, expect
from mains.tenancy.queries import TenantInfo


def join(*, tenant: TenantInfo, browser: Browser) -> str:
    """
    Sign up as a new person, and return what was done.
    """
    slug = tenant.schema_name
    account = facts.stranger(slug=slug)
    paper = facts.on_paper(slug=slug, account=account)
    email = f"kim{time.time_ns()}@{slug}.example"
    kim = Customer(tenant, browser, email)
    page = kim.open("/join/")
    form = page.form()
    typed = {
        name: paper[name.removeprefix("fact-")]  # type: ignore[index]
        for name in form.fields
        if name.startswith("fact-")
    }
    typed |= {"name": "Kim", "email": email, "terms": "on"}
    if "password" in form.fields:
        typed["password"] = logins.PASSWORD

    wrong = browser.submit(page, form, **{**typed, next(iter(typed)): "99999999"})
    expect(wrong.status == 422, f"a wrong fact: {wrong.status}")
    page = browser.submit(wrong, wrong.form(), **typed)
    expect(page.url.endswith("/join/sent/"), f"sign-up: {page.status} {page.text[:300]}")

    link = facts.link_in_mail(slug=slug, recipient=email, kind="confirm-sign-up")
    expect(link.startswith(tenant.url), f"no confirmation was sent to {email}")
    page = browser.get(link)
    form = page.form()
    password = {"password": logins.PASSWORD} if "password" in form.fields else {}
    page = browser.submit(page, form, **password)
    expect(page.url.rstrip("/") == tenant.url, f"confirmation: {page.status} {page.text[:300]}")
    again = browser.get(link)
    expect(again.status in {200, 410}, f"the used link: {again.status}")
    expect(kim.open("/bills/").status == 200, "the new login sees no bills")
    return "registration"
