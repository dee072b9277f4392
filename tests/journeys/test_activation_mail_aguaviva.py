"""aguaviva: the activation message comes in the tenant's name; support sees what became of it."""

import smtplib
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from tests.browsers import ClientBrowser
from tests.journeys.joining_world import Newcomer, forget_tries, newcomer, stored

from mains.customers.models import CustomerKind
from mains.demo.people import Staff
from mains.guard.context import inside
from mains.journeys import tasks
from mains.notifications.models import Message
from mains.tenancy import queries

SLUG, TENANTS = "aguaviva", {"aguaviva", "balta"}
pytestmark = [pytest.mark.usefixtures("demo_tenants"), pytest.mark.seed("S1.08")]


class Relay:
    """
    A mail server that keeps what it was handed: envelope and message; or refuses everything.
    """

    handed: list[tuple[str, EmailMessage]] = []
    refuses = False

    def __init__(self, *_where: object, **_how: object) -> None:
        pass

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def has_extn(self, _name: str) -> bool:
        return False

    def send_message(self, mail: EmailMessage, from_addr: str) -> None:
        if Relay.refuses:
            raise smtplib.SMTPSenderRefused(550, b"no", from_addr)
        Relay.handed.append((from_addr, mail))


@pytest.fixture
def relay(monkeypatch, settings) -> type[Relay]:
    monkeypatch.setattr(Relay, "handed", [])
    monkeypatch.setattr(Relay, "refuses", False)
    monkeypatch.setattr(smtplib, "SMTP", Relay)
    tasks.sweep()
    settings.SMTP_URL = "smtp://relay.example:587"
    return Relay


@pytest.fixture(autouse=True)
def full_budgets(demo_tenants):
    forget_tries(SLUG, "balta")


@pytest.fixture(scope="module")
def staff(demo_tenants) -> Staff:
    member = Staff(queries.tenant(SLUG), ClientBrowser())
    member.sign_in()
    return member


def signed_up(slug: str = SLUG) -> Newcomer:
    kim = newcomer(slug, customer__kind=CustomerKind.PERSON)
    page = kim.open("/join/?lang=en")
    if page.url.endswith("/join/type/"):
        kim.submit(page, type="private")
    page = kim.about_me(kim.state_facts())
    assert page.url.endswith("/join/sent/")
    return kim


def message_to(kim: Newcomer, slug: str = SLUG) -> Message:
    with inside(slug):
        return Message.objects.get(recipient=kim.email, kind="confirm-sign-up")


def state_shown(staff: Staff, kim: Newcomer) -> str:
    """
    Return what support reads beside somebody's message.
    """
    body = staff.browser.get(f"{staff.home}/messages/?lang=en").body.decode()
    (row,) = [part for part in body.split("<tr")[1:] if kim.email in part]
    found = [word for word in ("Waiting", "Sent", "Failed") if f">{word}<" in row]
    assert found, row
    return found[-1]


def test_it_says_where_it_went_and_where_to_look():
    kim = signed_up()
    page = kim.open("/join/sent/?lang=en")
    assert kim.email in page.text
    assert "facturas@aguaviva.example" in page.text
    assert "spam folder" in page.text


@pytest.mark.parametrize(
    ("slug", "address"), [(SLUG, "facturas@aguaviva.example"), ("balta", "rekini@balta.example")]
)
def test_from_envelope_and_message_id_are_of_the_tenants_domain(relay, slug, address):
    kim = signed_up(slug)
    tasks.sweep()
    ((envelope, mail),) = [one for one in relay.handed if one[1]["To"] == kim.email]
    domain = address.split("@")[1]

    assert envelope == address
    assert parseaddr(str(mail["From"]))[1] == address
    assert str(mail["Message-ID"]).endswith(f"@{domain}>")
    assert mail["Sender"] is None


def test_support_sees_what_became_of_it(relay, staff):
    kim = signed_up()
    assert state_shown(staff, kim) == "Waiting"
    tasks.sweep()
    assert state_shown(staff, kim) == "Sent"


def test_support_sees_that_it_was_given_up(relay, staff):
    relay.refuses = True
    kim = signed_up()
    for _ in range(8):
        assert state_shown(staff, kim) == "Waiting"
        tasks.sweep()
    assert state_shown(staff, kim) == "Failed"
    assert message_to(kim).sent_at is None


def test_support_never_sees_the_link(staff):
    kim = signed_up()
    link = kim.link_of("confirm-sign-up")
    page = staff.browser.get(f"{staff.home}/messages/{message_to(kim).pk}/?lang=en")
    assert page.status == 200
    assert kim.email in page.text
    assert link.rstrip("/").rsplit("/", 1)[1] not in page.body.decode()


def test_nobody_else_sees_the_list(staff):
    kim = signed_up()
    before, place = stored(SLUG), f"{staff.home}/messages/"
    abroad = Staff(queries.tenant("balta"), ClientBrowser())
    abroad.sign_in()

    for browser in (kim.browser, ClientBrowser(), abroad.browser):
        page = browser.get(place)
        assert kim.email not in page.text
        assert page.url != place or page.status in {403, 404}
    assert stored(SLUG) == before
