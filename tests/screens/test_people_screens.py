"""The pages on which accounts are shared and attached, looked at in a real browser."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from mains.demo import logins
from mains.enrolment.actions.links import Terms, make_link
from mains.enrolment.models import AccountLink
from mains.guard.context import PUBLIC, inside
from mains.identity.models import User
from mains.tenancy import queries, registry
from tests.journeys import logins as people
from tests.screens import gallery, harness, live
from tests.screens.test_signing_in import CODES, protected, sign_in, tab

SLUG, STAFF = "teplo", "desk@teplo.example"
VIEWS = (("light", 390), ("dark", 1280))


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[dict[str, str]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        tenant = queries.tenant(SLUG)
        dora = people.add_login("dora@friends.example", schema_name=SLUG)
        adam = people.add_login("adam@admin.example", schema_name=SLUG)
        with inside(SLUG), transaction.atomic():
            anna = User.objects.get(email=logins.customer_email(SLUG))
            anna.set_password(people.PASSWORD)
            anna.save()
            links = AccountLink.objects.filter(user_id=anna.pk).select_related("account__customer")
            link = links.order_by("pk")[0]
            now, today = tenant.now(), tenant.date_of(tenant.now())
            shared, _new = make_link(
                user=dora, account=link.account, evidence=[], now=now, today=today,
                terms=Terms(role="DELEGATE", granted_by=anna.pk, may_read=False, may_pay=False),
            )  # fmt: skip
            from mains.customers.models import Account

            for account in Account.objects.select_related("customer"):
                make_link(
                    user=adam, account=account, evidence=[], now=now, today=today,
                    terms=Terms("ADMINISTRATOR", "Contract 12/2026", today.replace(year=2028)),
                )  # fmt: skip
        with inside(PUBLIC):
            from mains.tenancy import actions

            CODES[STAFF] = protected(STAFF)
            staff = User.objects.get(email=STAFF)
            with transaction.atomic():
                actions.add_member(user_id=staff.pk, schema_name=SLUG, role="OWNER")
        yield {
            "portal": tenant.url,
            "console": f"{registry.surface_url('console')}/{SLUG}",
            "people": f"/accounts/{link.account_id}/people/",
            "account": f"/customers/{link.account_id}/",
            "shared": str(shared.pk),
            "number": link.account.number,
        }
    people_forgotten()


def people_forgotten() -> None:
    from tests.screens.test_signing_in import forget_people

    forget_people()


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


def look(page, brand: str, screen: str, view: tuple[str, int]) -> None:
    mode, width = view
    gallery.shoot(page, brand=brand, screen=screen, mode=mode, width=width)
    page.set_viewport_size({"width": width, "height": 900})
    assert harness.inspect(page) == harness.Findings(), screen


@pytest.mark.parametrize("view", VIEWS)
def test_a_holder_shares_an_account_and_looks_after_it(chromium, site, view):
    with tab(chromium, mode=view[0], width=view[1]) as (page, complaints):
        sign_in(page, site["portal"], logins.customer_email(SLUG))
        for screen, path in {
            "home-two-companies": "/",
            "accounts": "/accounts/",
            "share": f"{site['people']}new/",
            "change-share": f"{site['people']}{site['shared']}/",
            "end-share": f"{site['people']}{site['shared']}/end/",
        }.items():
            page.goto(f"{site['portal']}{path}?lang=en")
            look(page, "people", screen, view)
        page.goto(f"{site['portal']}{site['people']}new/")
        page.fill("[name=email]", f"x{view[1]}@friends.example")
        page.check("[name=may_pay]")
        harness.follow(page, "main form.form button[type=submit]")
        assert page.url.endswith(site["people"])
        assert f"x{view[1]}@friends.example" in page.inner_text("main")
        look(page, "people", "people", view)
        assert complaints == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_person_whom_it_is_shared_with_sees_little(chromium, site, view):
    with tab(chromium, mode=view[0], width=view[1]) as (page, complaints):
        sign_in(page, site["portal"], "dora@friends.example")
        for screen, path in {"home-shared": "/", "accounts-shared": "/accounts/"}.items():
            page.goto(f"{site['portal']}{path}?lang=en")
            look(page, "people", screen, view)
        page.goto(f"{site['portal']}/bills/")
        harness.follow(page, "main table a")
        assert page.query_selector("a[href$='bill.pdf']") is None
        look(page, "people", "bill-shared", view)
        assert complaints == []


@pytest.mark.parametrize("view", VIEWS)
def test_an_administrator_finds_one_of_many(chromium, site, view):
    with tab(chromium, mode=view[0], width=view[1]) as (page, complaints):
        sign_in(page, site["portal"], "adam@admin.example")
        for screen, path in {"home-many": "/", "accounts-many": "/accounts/"}.items():
            page.goto(f"{site['portal']}{path}?lang=en")
            look(page, "people", screen, view)
        page.click("details.switcher summary")
        look(page, "people", "switcher-many", view)
        page.fill("main [name=q]", site["number"])
        page.press("main [name=q]", "Enter")
        page.wait_for_url("**q=*")
        assert site["number"] in page.inner_text("main table")
        look(page, "people", "accounts-found", view)
        assert complaints == []


@pytest.mark.parametrize("view", VIEWS)
def test_staff_attach_a_list(chromium, site, view):
    with tab(chromium, mode=view[0], width=view[1]) as (page, complaints):
        sign_in(page, site["console"].removesuffix(f"/{SLUG}"), STAFF)
        page.goto(f"{site['console']}{site['account']}")
        look(page, "people", "console-account", view)
        harness.follow(page, "main table a[href*='/people/']")
        look(page, "people", "console-person", view)
        page.goto(f"{site['console']}/authorities/new/")
        look(page, "people", "console-attach", view)
        page.fill("[name=email]", f"y{view[1]}@admin.example")
        page.check("[name=role][value=ADMINISTRATOR]")
        page.fill("[name=authority]", "Contract 13/2026")
        page.fill("[name=last_date]", "2027-11-30")
        page.fill("[name=numbers]", f"{site['number']}\n999\n{site['number']}")
        harness.follow(page, "main form.form button[type=submit]")
        look(page, "people", "console-preview", view)
        harness.follow(page, "main form.form button:not([name])")
        assert "1" in page.inner_text("h1")
        look(page, "people", "console-attached", view)
        assert complaints == []
