"""Staff paste accounts and addresses: each line is told apart, and left as it was typed."""

import html
import re
from collections.abc import Iterator

import pytest
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.sharing_world import SLUG

from mains.guard.context import inside
from mains.journeys import invite_customers


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("balta", count=6):
        yield


@pytest.fixture
def olga(utility, django_db_blocker) -> Iterator[console_world.Desk]:
    with django_db_blocker.unblock():
        world.forget_people()
        desk = console_world.signed_in("olga@alder.example")
        desk.client.cookies["lang"] = "en"
        yield desk


def invite(desk, *lines: str) -> tuple[list[list[str]], list[str]]:
    """
    Return what the table says of each line, and the lines that stayed in the field.
    """
    page = desk.post("invitations/", {"lines": "\r\n".join(lines)}).content.decode()
    body = page.split("<tbody", 1)[1].split("</tbody>", 1)[0]
    rows = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in body.split("<tr ")[1:]]
    plain = [[html.unescape(re.sub(r"<.*?>", "", cell)).strip() for cell in row] for row in rows]
    left = re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page, re.DOTALL)
    assert left
    return plain, html.unescape(left[1]).splitlines()


def mailed() -> list[str]:
    from mains.notifications.models import Message

    with inside(SLUG):
        found = Message.objects.filter(kind="invitation").order_by("pk")
        return list(found.values_list("recipient", flat=True))


def on_file(account, email: str) -> None:
    from mains.customers.models import Customer

    with inside(SLUG):
        Customer.objects.filter(pk=account.customer_id).update(email=email)


@pytest.mark.seed("S0.03")
def test_each_line_says_exactly_what_happened(olga):
    good, linked, bare, broken, twice, _last = world.accounts()
    world.person("seen@home.example", linked)
    on_file(bare, "")
    on_file(broken, "nobody at home")
    told, left = invite(
        olga,
        f"{good.number}, one@home.example",
        "",
        f"{good.number}; not-an-address",
        "99999999\tx@home.example",
        f"{linked.number}, seen@home.example",
        f"  {bare.number}",
        f"{broken.number};",
        f"{twice.number}, Two@home.example",
        f"{twice.number[:4]} {twice.number[4:]}, two@home.example",
    )

    assert [(row[0], row[3]) for row in told] == [
        ("1", "Sent"),
        ("3", "An e-mail address has the form name@example.com."),
        ("4", "No account has this number"),
        ("5", "Sees the account already"),
        ("6", "No e-mail address in the line or on file"),
        ("7", "The e-mail address on file cannot be used"),
        ("8", "Sent"),
        ("9", "Stands in the list twice"),
    ]
    assert mailed() == ["one@home.example", "two@home.example"]
    # To the letter, so that it can be found again in the spreadsheet it came from.
    assert left == [
        f"{good.number}; not-an-address",
        "99999999\tx@home.example",
        f"{linked.number}, seen@home.example",
        f"  {bare.number}",
        f"{broken.number};",
    ]


def test_two_addresses_for_one_account_are_no_repetition(olga):
    account = world.accounts()[0]
    told, left = invite(
        olga, f"{account.number},a@home.example", f"{account.number},b@home.example"
    )
    assert [row[3] for row in told] == ["Sent", "Sent"]
    assert left == []


def test_what_is_too_long_is_said_to_be_not_read(olga, monkeypatch):
    monkeypatch.setattr(invite_customers, "MOST_LINES", 1)
    one, two, *_rest = world.accounts()
    told, left = invite(olga, f"{one.number},a@home.example", f"{two.number},b@home.example")
    assert [row[3] for row in told] == ["Sent", "Not read: send the rest as another list"]
    assert left == [f"{two.number},b@home.example"]
    assert mailed() == ["a@home.example"]


def test_blanks_are_no_list(olga):
    assert olga.post("invitations/", {"lines": " \r\n "}).status_code == 422
    assert mailed() == []
