"""A customer lets the company collect from their bank account: signed, changed, ended."""

from itertools import count

import pytest
from tests.factories import money
from tests.journeys import sharing_world as world

from mains.guard.context import inside

IBAN = "IT60 X054 2811 1010 0000 0123 456"
_PLACES = count()


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), world.opened("fiamma"):
        yield


@pytest.fixture
def rosa(utility, django_db_blocker):
    """
    Somebody with an account from which nothing was ever collected.
    """
    with django_db_blocker.unblock():
        with inside(world.SLUG):
            account = money.account()
        yield world.person(f"rosa{next(_PLACES)}@example.org", account), account


def place(account, rest=""):
    return f"/autopay/{account.pk}/{rest}"


def typed(**changes):
    return {"holder": "Rossi Anna", "iban": IBAN, "limit": "", "agreed": "on", **changes}


def mandates(account):
    from mains.customers.models import Mandate

    with inside(world.SLUG):
        return list(Mandate.objects.filter(account=account).order_by("pk"))


def text(answer):
    return answer.content.decode()


@pytest.mark.seed("S0.09")
def test_it_is_signed_on_one_page_and_its_reference_is_shown(rosa):
    person, account = rosa
    assert "Set up direct debit" in text(person.get(place(account)))
    page = text(person.get(place(account, "debit/")))
    assert "Within eight weeks" in page
    assert "creditor identifier" in page

    answer = person.post(place(account, "debit/"), **typed(limit="150"))

    assert answer.status_code == 302
    (mandate,) = mandates(account)
    assert (mandate.confirmed, mandate.limit_minor) == (True, 15_000)
    page = text(person.get(place(account)))
    assert "From the next bill on we collect exactly what is owed" in page
    assert mandate.reference in page
    assert "3456" in page
    assert IBAN.replace(" ", "") not in page.replace(" ", "")


def test_signed_twice_or_on_a_page_that_stayed_open_it_is_one_mandate(rosa):
    person, account = rosa

    answers = [person.post(place(account, "debit/"), **typed()) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]
    assert len(mandates(account)) == 1
    assert person.get(place(account, "debit/")).status_code == 302


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"iban": "IT60X0542811101000000123457"}, "mistyped"),
        ({"iban": "lots of money"}, "mistyped"),
        ({"iban": ""}, "Type the IBAN"),
        ({"holder": ""}, "Type whose bank account it is"),
        ({"agreed": ""}, "Tick that you agree"),
        ({"limit": "some"}, "This is no amount"),
        ({"limit": "0"}, "A limit is more than nothing"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_signed(rosa, changes, says):
    person, account = rosa

    answer = person.post(place(account, "debit/"), **typed(**changes))

    assert answer.status_code == 422
    assert says in text(answer)
    assert mandates(account) == []


def test_ended_it_can_be_signed_again_under_a_new_reference(rosa):
    person, account = rosa
    person.post(place(account, "debit/"), **typed())
    for _ in range(2):
        person.post(place(account, "change/"), deed="end")
    assert "Set up direct debit" in text(person.get(place(account)))

    person.post(place(account, "debit/"), **typed())

    first, second = mandates(account)
    assert (first.end_reason, second.end_date) == ("customer", None)
    page = text(person.get(place(account)))
    assert second.reference in page
    assert first.reference not in page


def test_whom_an_account_is_shared_with_reads_of_it_and_signs_nothing(rosa):
    person, account = rosa
    friend = world.person(
        f"friend{next(_PLACES)}@example.org", account, role="DELEGATE",
        granted_by=person.user.pk, may_read=True, may_pay=True,
    )  # fmt: skip

    page = text(friend.get(place(account)))
    answer = friend.post(place(account, "debit/"), **typed())

    assert "Who holds the account decides about it" in page
    assert answer.status_code in {403, 404}
    assert mandates(account) == []
