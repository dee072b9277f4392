"""The pages of the pretend card gateway, in each language, with everything folded out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mains.guard.context import PUBLIC, inside
from mains.sandbox import outages, service
from mains.sandbox.cards import ASKING_CARD, DISPUTED_CARD
from mains.sandbox.models import Checkout
from tests.screens import harness, live

LANGUAGES = ("en", "es", "hu", "it", "lv", "uk")
VIEWS = (("light", 1280), ("dark", 320))
PAGES = ("pay", "store", "bank", "closed", "find", "switch", "down")
MERCHANT, DOWN = "alder:screens", "alder:down"


@pytest.fixture(scope="module")
def addresses(django_db_setup, django_db_blocker) -> Iterator[dict[tuple[str, str], str]]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.serving() as port, inside(PUBLIC):
        yield {
            (language, name): address
            for language in LANGUAGES
            for name, address in opened(language, port).items()
        }
        Checkout.objects.filter(merchant__in=[MERCHANT, DOWN]).delete()
        outages.end(merchant=DOWN)


def opened(language: str, port: int) -> dict[str, str]:
    """
    Return the addresses of every page, as a payer of that language meets them.
    """
    host, back = f"http://cards.localhost:{port}", f"http://localhost:{port}/"
    pages = {
        name: page(name, language, back, kind="STORE" if name == "store" else "PAY")
        for name in ("pay", "store", "bank", "closed", "disputed")
    }
    service.pay(token=pages["bank"].token, card=ASKING_CARD, now=datetime.now(UTC))
    service.cancel(token=pages["closed"].token, now=datetime.now(UTC))
    service.pay(token=pages["disputed"].token, card=DISPUTED_CARD, now=datetime.now(UTC))
    page("down", language, back, merchant=DOWN)
    outages.begin(merchant=DOWN, mode="AFTER", minutes=15, now=datetime.now(UTC))
    return {
        "pay": f"{host}/pay/{pages['pay'].token}/",
        "store": f"{host}/pay/{pages['store'].token}/",
        "bank": f"{host}/pay/{pages['bank'].token}/bank/",
        "closed": f"{host}/pay/{pages['closed'].token}/",
        "find": f"{host}/?lang={language}",
        "switch": f"{host}/?merchant={MERCHANT}&lang={language}",
        "down": f"{host}/?merchant={DOWN}&lang={language}",
    }


def page(
    name: str, language: str, back: str, *, kind: str = "PAY", merchant: str = MERCHANT
) -> service.Page:
    now = datetime.now(UTC)
    return service.open_page(
        merchant=merchant,
        reference=f"{name}-{language}-{now.timestamp()}",
        order=service.Order(
            merchant_name="Balta Elektrība",
            amount_minor=4819,
            currency="EUR",
            language=language,
            return_url=back,
            webhook_url="",
            kind=kind,
        ),
        expires_at=now + timedelta(hours=1),
        now=now,
    )


@pytest.fixture(scope="module")
def chromium(addresses):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_findings(chromium, addresses, name, language):
    # Each language of each page in one of the views.
    mode, width = VIEWS[(LANGUAGES.index(language) + PAGES.index(name)) % 2]
    address = addresses[language, name]
    with harness.page_at(chromium, address, mode=mode, width=width) as page:
        for fold in page.query_selector_all("main details:not([open]) > summary"):
            fold.click()
        findings = harness.inspect(page)
        assert page.get_attribute("html", "lang") == language
    assert not findings, findings


def test_a_card_is_paid_with_through_its_bank_without_javascript(chromium, addresses):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(addresses["en", "pay"])
        page.fill("#id_number", "4000 0000 0000 3220")
        harness.follow(page, "main button[type=submit]:not([name])")
        harness.follow(page, "button[name=refuse]")
        assert "this was not you" in page.inner_text("main")
        page.fill("#id_number", "4000 0000 0000 3220")
        harness.follow(page, "main button[type=submit]:not([name])")
        harness.follow(page, "button[name=confirm]")
        assert page.url.startswith("http://localhost:")
