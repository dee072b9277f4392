"""Every screen of portal and console in every language it is offered in, for axe and a small phone.

The default run looks at each screen in one of its languages, in turn; `-m gallery` in all of them.
"""

from dataclasses import dataclass

import pytest

from mains.billing.models import Bill
from mains.demo import facts
from mains.enrolment.models import AccountLink
from mains.guard.context import inside
from mains.metering.models import MeterInstallation
from mains.tenancy import queries, registry
from tests.screens import (
    bank_screens,
    gallery,
    harness,
    interval_screens,
    live,
    payment_screens,
)

LANGUAGES = ("en", "es", "hu", "it", "lv", "uk")
PORTALS = {
    "aguaviva": ("es", "en"),
    "balta": ("lv", "en"),
    "fiamma": ("it", "en"),
    "tavho": ("hu",),
    "teplo": ("uk", "en"),
}
VISITOR = {
    "front": "/", "help": "/help/", "terms": "/legal/terms/", "privacy-notice": "/legal/privacy/",
    "find": "/find/", "find-fields": "/find/cpr/", "no-link": "/p/AAAAAAAAAAAA",
    "join": "/join/", "join-type": "/join/type/",
    "join-company": "/join/company/", "join-details": "/join/details/",
    "join-letter": "/join/letter/", "join-you": "/join/you/",
    "join-sent": "/join/sent/", "join-saved": "/join/saved/",
    "join-over": "/join/nobody-ever-got-this-token/",
    "resume-over": "/join/resume/nobody-ever-got-this-token/",
    "invitation-over": "/join/invitation/nobody-ever-got-this-token/",
    "sign-in": "/account/login/", "forgotten": "/account/password/reset/",
    "sign-in-link": "/account/link/", "sent": "/account/password/reset/sent/",
    "reading-link-over": "/read/nobody-ever-got-this-token/",
    "card": "/card/", "card-over": "/card/ABCDEFGHJKLM/",
    "link-sent": "/account/link/sent/", "check-genuine": "/check/{certificate}",
    "check-forged": "/check/AAAA-BBBB",
    "no-page": "/there-is-no-such-page/",
}  # fmt: skip
CUSTOMER = {
    "home": "/", "bills": "/bills/", "bill": "/bills/{bill}/", "pay": "/pay/?bill={bill}",
    "downloads": "/bills/downloads/", "download-new": "/bills/downloads/new/",
    "bills-due": "/bills/due/", "bills-due-one": "/bills/due/{document}/",
    "bills-due-confirm": "/bills/due/confirm/?of={account}&bill={bill}",
    "payments": "/payments/", "statement": "/payments/statement/",
    "statement-unfit": "/payments/statement/?from=2026-02-01&to=2026-01-01",
    "report": "/payments/report/", "autopay": "/autopay/{account}/",
    "readings": "/readings/", "many": "/readings/many/",
    "readings-kept": "/readings/?kept=1",
    "next-bill": "/bills/next/",
    "usage": "/usage/", "usage-hours": "/usage/?by=hours", "usage-days": "/usage/?by=days",
    "usage-months": "/usage/?by=months", "usage-weather": "/usage/?by=weather",
    "contracts": "/accounts/{account}/contracts/", "delivery": "/accounts/{account}/delivery/",
    "me": "/me/", "data": "/me/data/",
    "access": "/me/access/", "close": "/me/close/", "security": "/me/security/",
    "password": "/me/security/password/",
    "sessions": "/me/security/sessions/", "details": "/me/details/", "email": "/me/email/",
    "second-step": "/account/2fa/", "app": "/account/2fa/totp/activate/",
    "passkeys": "/account/2fa/webauthn/", "accounts": "/accounts/", "link": "/accounts/link/",
    "unlink": "/accounts/{account}/unlink/", "people": "/accounts/{account}/people/",
    "share": "/accounts/{account}/people/new/",
}  # fmt: skip
STAFF = {
    "home": "", "customers": "customers/", "account": "customers/{account}/",
    "statement": "customers/{account}/statement/", "report": "payments/report/",
    "bill-now": "customers/{account}/bill/",
    "charge": "customers/{account}/charges/new/", "budget": "customers/{account}/budgets/new/",
    "settle": "runs/settle/", "account-budget": "customers/{budget}/",
    "budget-change": "customers/{budget}/budgets/{contract}/",
    "budget-stop": "customers/{budget}/budgets/{contract}/stop/",
    "tax-number": "customers/{account}/tax-number/",
    "delivery": "customers/{account}/delivery/",
    "enter-reading": "customers/{account}/readings/",
    "exchange": "customers/{account}/meters/{installation}/",
    "buildings": "buildings/", "join a building": "buildings/join/",
    "support": "customers/{account}/support/{link}/",
    "party": "customers/{account}/data/", "attach": "authorities/new/", "bill": "bills/{bill}/",
    "credit": "bills/{bill}/credit/", "einvoices": "einvoices/",
    "imports": "readings/imports/", "import": "readings/imports/{import}/",
    "import-undo": "readings/imports/{import}/undo/",
    "import-columns": "readings/imports/waiting/{table}/",
    "import-preview": "readings/imports/waiting/{read}/",
    "import-refused": "readings/imports/waiting/{bad}/",
    "readings": "readings/", "cards": "readings/cards/",
    "end-pass": "customers/{account}/passes/{pass}/",
    "tariffs": "tariffs/", "taxes": "tariffs/taxes/", "calendars": "tariffs/calendars/",
    "indexes": "tariffs/indexes/", "tariff": "tariffs/of/{tariff}/",
    "tariff-draft": "tariffs/drafts/{draft}/", "tariff-lab": "tariffs/lab/{draft}/",
    "tariff-publish": "tariffs/drafts/{draft}/publish/",
    "runs": "runs/", "run-new": "runs/new/", "run-print": "runs/{run}/print/",
    "payments": "payments/",
    "bank": "payments/bank/", "bank-all": "payments/bank/?state=ALL",
    "bank-line": "payments/bank/{line}/", "bank-files": "payments/bank/files/",
    "bank-file": "payments/bank/files/{bank_file}/",
    "bank-refused": "payments/bank/files/{bank_bad}/",
    "repair": "payments/repair/", "repair-stuck": "payments/repair/{stuck}/",
    "repair-paid": "payments/repair/{paid}/",
    "book": "payments/book/", "invitations": "invitations/", "messages": "messages/",
    "letters": "messages/letters/", "settings": "settings/", "numbers": "settings/numbers/",
    "brand": "settings/brand/", "bill-document": "settings/bill/", "mail": "settings/mail/",
    "mail-words": "settings/mail/bill-issued/",
    "ways": "settings/payments/", "way": "settings/payments/1/",
    "way-kinds": "settings/payments/new/", "way-new": "settings/payments/new/stripe/",
    "proof": "settings/proof/", "privacy": "settings/privacy/", "versions": "settings/versions/",
    "upload": "settings/versions/new/", "approvals": "approvals/",
    "approval": "approvals/{approval}/",
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    url: str
    cookies: list
    ids: dict[str, str]


@pytest.fixture(scope="module")
def sites(django_db_setup, django_db_blocker):
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running() as port:
        found = {slug: portal(slug, port) for slug in PORTALS}
        found["console"] = console("balta", found["balta"].ids)
        debits = payment_screens.DEBITS
        found[payment_screens.DESK] = desk(debits, found[debits].ids)
        yield found


@pytest.fixture(scope="module")
def chromium(sites):
    with harness.browser() as started:
        yield started


def portal(slug: str, port: int) -> Site:
    code = facts.companies(slug=slug)[0]
    bill = facts.latest_bill(slug=slug, company=code, email=f"anna@{slug}.example")
    with inside(slug):
        link = AccountLink.objects.get(account=bill.account_id, ended_at=None)
        hung = MeterInstallation.objects.filter(supply_point__contracts__account=bill.account_id)
        ids = {"installation": str(hung.first().pk)}
    interval_screens.store(slug, bill.account_id)
    with inside(slug):
        ids["run"] = str(Bill.objects.get(pk=bill.id).run_id)
    ids |= {"bill": str(bill.id), "account": str(bill.account_id), "link": str(link.pk)}
    ids["document"] = str(document(slug, bill))
    ids["certificate"] = payment_screens.certificate(slug, bill.account_id)
    ids |= payment_screens.store(slug, bill.account_id)
    return Site(queries.tenant(slug).url, live.signed_in(slug, port), ids)


def document(slug: str, bill) -> int:
    """
    Make a payment document of a bill on which more is owed by now.
    """
    from datetime import timedelta

    from mains.payments.models import PaymentDocument

    now = queries.tenant(slug).now()
    with inside(slug):
        made = PaymentDocument.objects.create(
            account_id=bill.account_id, bills=[[bill.id, bill.total.minor - 1]],
            total_minor=bill.total.minor - 1, currency=bill.total.currency,
            last_date=now.date() + timedelta(days=9), created_at=now, created_by="tests",
            request_key="screens",
        )  # fmt: skip
    return made.pk


def desk(slug: str, ids: dict[str, str]) -> Site:
    """
    Return the console of a provider as its staff, who are signed in, see it.
    """
    from django.test import Client

    from mains.guard.context import PUBLIC
    from mains.identity.models import User

    url = registry.surface_url("console")
    client = Client(headers={"host": url.removeprefix("http://")})
    with inside(PUBLIC):
        client.force_login(User.objects.get(email=f"staff@{slug}.example"))
    known = client.cookies.items()
    cookies = [{"name": name, "value": one.value, "url": url} for name, one in known]
    return Site(f"{url}/{slug}/", cookies, ids)


def console(slug: str, ids: dict[str, str]) -> Site:
    more = {
        "approval": str(wish(slug)),
        **({"pass": str(link(slug, int(ids["account"])))} if ids else {}),
        **interval_screens.waiting(slug),
        **bank_screens.store(slug),
        **draft(slug),
        **(budget(slug, int(ids["account"])) if ids else {}),
        **(payment_screens.repairs(slug, int(ids["account"])) if ids else {}),
    }
    return desk(slug, {**ids, **more})


def link(slug: str, account_id: int) -> int:
    """
    Make what opens an account's readings without signing in.
    """
    from django.db import transaction

    from mains.enrolment import passes

    now = queries.tenant(slug).now()
    with inside(slug), transaction.atomic():
        passes.issue(
            kind=passes.Kind.CARD, account_id=account_id, supply_point_ids=[],
            ends_at=now.replace(year=2036), now=now,
        )  # fmt: skip
    with inside(slug):
        return passes.passes_of(account_id=account_id, now=now)[0].id


def budget(slug: str, account_id: int) -> dict[str, str]:
    """
    Put a contract of another account on a fixed monthly amount.
    """
    from mains.customers.models import Contract
    from mains.journeys import budget_desk

    tenant = queries.tenant(slug)
    now = tenant.now()
    with inside(slug):
        contract = Contract.objects.exclude(account=account_id).order_by("pk").first()
        budget_desk.put_on(
            tenant=tenant, account_id=contract.account_id, contract_id=contract.pk,
            monthly_minor=4_545, by="olga@balta.example", actor="staff:1", now=now,
            since=budget_desk.next_period(tenant=tenant, today=tenant.date_of(now)),
        )  # fmt: skip
    return {"budget": str(contract.account_id), "contract": str(contract.pk)}


def draft(slug: str) -> dict[str, str]:
    """
    Begin new prices of the provider's first tariff, ten per cent dearer, and try them in the lab.
    """
    from decimal import Decimal

    from mains.journeys import tariff_desk, tariff_lab
    from mains.tariffs import drafts

    tenant = queries.tenant(slug)
    code, today = tenant.file.tariffs[0].code, tenant.date_of(tenant.now())
    with inside(slug):
        made = tariff_desk.begin(tenant=tenant, code=code, author="olga", today=today)
        begun = drafts.find(draft_id=made)
        dearer = [
            {**row, "price": str(round(Decimal(row["price"]) * Decimal("1.1"), 6))}
            if "price" in row
            else row
            for row in begun.components
        ]
        drafts.save(
            draft_id=made, start_date=begun.start_date, source="Decision 12", components=dearer
        )
        tariff_lab.ask(tenant=tenant, draft_id=made, by="olga", today=today, now=tenant.now())
    return {"tariff": code, "draft": str(made)}


def wish(slug: str) -> int:
    """
    Ask, as a second owner would find it, for another bank account.
    """
    from mains.journeys import configuration_desk, second_owner
    from mains.tenancy.tenantfile.approvals import Deed
    from mains.tenancy.tenantfile.writing import to_toml

    tenant = queries.tenant(slug)
    company = tenant.file.companies[0].model_copy(update={"iban": "LV97HABA0012345678910"})
    file = tenant.file.model_copy(update={"companies": (company, *tenant.file.companies[1:])})
    owners = {one.email: one.id for one in registry.owners_of(schema_name=slug)}
    with inside(slug):
        proposal = configuration_desk.propose(tenant=tenant, content=to_toml(file).encode())
        return second_owner.ask(
            tenant=tenant,
            deed=Deed.PAYMENT_DETAILS,
            payload=configuration_desk.wish(proposal=proposal, based_on=tenant.version),
            note="We change our bank on 1 December",
            asked_by=owners[f"olga@{slug}.example"],
            now=tenant.now(),
        )


def findings(chromium, site: Site, screens: dict[str, str], *, language: str, brand: str, known):
    """
    Look at screens in one language, in one tab; return what is wrong with any.
    """
    wrong = {}
    mode = "dark" if LANGUAGES.index(language) % 2 else "light"
    first = f"{site.url}?lang={language}"
    with harness.page_at(chromium, first, mode=mode, width=320, cookies=known) as page:
        for name, path in screens.items():
            joint = "&" if "?" in path else "?"
            answer = page.goto(f"{site.url}{path.format(**site.ids)}{joint}lang={language}")
            # The page that says that something broke is no screen of ours.
            assert answer is not None, name
            assert answer.status < 500, (name, page.url)
            assert page.locator("html").get_attribute("lang") == language, (name, page.url)
            gallery.shoot(page, brand=brand, screen=f"{name}-{language}", mode=mode, width=320)
            if found := harness.inspect(page):
                wrong[name] = found
    return wrong


PAIRS = tuple((slug, language) for slug, offered in PORTALS.items() for language in offered)
DESKS = tuple(("console", language) for language in LANGUAGES)
PEOPLE = (
    ("visitor", VISITOR, PAIRS),
    ("customer", CUSTOMER, PAIRS),
    ("staff", STAFF, DESKS),
    *payment_screens.PEOPLE,
)
BRANDS = {"console": "balta", payment_screens.DESK: payment_screens.DEBITS}


def dealt(screens: dict[str, str], places: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    """
    Deal screens to places in turn; together they are all screens.
    """
    names, step = list(screens), len(places)
    return [{name: screens[name] for name in names[at::step]} for at in range(step)]


def check(chromium, sites, slug, who, language, screens):
    site = sites[slug]
    known = site.cookies if who != "visitor" else ()
    names = {f"{who}-{name}": path for name, path in screens.items()}
    brand = BRANDS.get(slug, slug)
    assert findings(
        chromium, site, names, language=language, brand=brand, known=known
    ) == {}  # fmt: skip


def titles(cases):
    return [f"{slug}-{who}-{language}" for slug, who, language, _screens in cases]


SOME = [
    (slug, who, language, part)
    for who, screens, places in PEOPLE
    for (slug, language), part in zip(places, dealt(screens, places), strict=True)
]
ALL = [
    (slug, who, language, screens) for who, screens, places in PEOPLE for slug, language in places
]


@pytest.mark.parametrize(("slug", "who", "language", "screens"), SOME, ids=titles(SOME))
def test_each_screen_in_one_of_its_languages(chromium, sites, slug, who, language, screens):
    check(chromium, sites, slug, who, language, screens)


@pytest.mark.gallery
@pytest.mark.parametrize(("slug", "who", "language", "screens"), ALL, ids=titles(ALL))
def test_every_screen_in_every_language(chromium, sites, slug, who, language, screens):
    check(chromium, sites, slug, who, language, screens)


def test_no_screen_is_left_out():
    for who, screens, _places in PEOPLE:
        assert {name for _s, of, _l, part in SOME if of == who for name in part} == {*screens}
