"""Bills for tax offices as staff see them: what was filed, what needs somebody, and a check."""

from collections.abc import Iterator

import pytest

from mains.einvoices import actions, filing
from mains.einvoices.models import Filing
from mains.guard.context import inside
from mains.tenancy import queries, registry
from tests.screens import harness, live
from tests.screens.test_every_screen import Site

SLUG = "fiamma"
REJECTED = """<t:NotificaScarto xmlns:t="x"><IdentificativoSdI>1</IdentificativoSdI>
<NomeFile>{name}</NomeFile><ListaErrori><Errore><Codice>00417</Codice>
<Descrizione>Identificativi fiscali del cessionario assenti</Descrizione></Errore></ListaErrori>
<MessageId>1</MessageId></t:NotificaScarto>"""
PAGES = {
    "what was filed": "einvoices/",
    "checked": "einvoices/?check=1",
    "a rejected bill": "bills/{rejected}/",
    "an address": "customers/{account}/einvoice-address/",
}


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    # Before the browser starts: afterwards its event loop owns the thread.
    with django_db_blocker.unblock(), live.running():
        tenant = queries.tenant(SLUG)
        with inside(SLUG):
            filing.file_waiting(tenant=tenant, now=live.NOW)
            one, removed = Filing.objects.select_related("bill").order_by("-pk")[:2]
            notice = REJECTED.format(name=one.name).encode()
            actions.receive(content=notice, actor="staff:1", now=live.NOW)
            removed.delete()
        ids = {"rejected": str(one.bill_id), "account": str(one.bill.account_id)}
        url = registry.surface_url("console")
        yield Site(f"{url}/{SLUG}/", _signed_in(url), ids)


def _signed_in(url: str) -> list:
    from django.test import Client

    from mains.guard.context import PUBLIC
    from mains.identity.models import User

    client = Client(headers={"host": url.removeprefix("http://")})
    with inside(PUBLIC):
        client.force_login(User.objects.get(email=f"staff@{SLUG}.example"))
    known = client.cookies.items()
    return [{"name": name, "value": one.value, "url": url} for name, one in known]


@pytest.fixture(scope="module")
def chromium(site):
    with harness.browser() as started:
        yield started


@pytest.mark.parametrize(("mode", "width"), harness.each_once(harness.VIEWS))
@pytest.mark.parametrize("place", PAGES.values(), ids=PAGES.keys())
def test_it_may_be_shown_to_staff(site, chromium, place, mode, width):
    with harness.page_at(
        chromium,
        f"{site.url}{place.format(**site.ids)}",
        mode=mode,
        width=width,
        cookies=site.cookies,
    ) as page:
        said = page.inner_text("main")
        assert ("00417" in said) is (place in {PAGES["what was filed"], PAGES["checked"],
                                               PAGES["a rejected bill"]})  # fmt: skip
        assert ("was removed" in said) is ("check" in place)
        findings = harness.inspect(page)
        assert not findings, findings
