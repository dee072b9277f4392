"""A bank statement from upload to placed lines, through HTTP: twice, late, by two people."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.journeys import console_world as world

from mains.guard.context import inside

PLACE = "payments/bank/"
IBAN_OF_PAYER = "LV97HABA0012345678910"


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    from tests.factories import utilities

    roles = {"olga@alder.example": ("alder", "OWNER"), "bill@alder.example": ("alder", "BILLING")}
    with django_db_blocker.unblock():
        utilities.billed("aguaviva", schema_name="alder", count=8)
    with world.staffed(roles, django_db_blocker.unblock):
        yield


@pytest.fixture
def olga(provider, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("olga@alder.example")


@pytest.fixture
def other(provider, django_db_blocker) -> Iterator[world.Desk]:
    with django_db_blocker.unblock():
        yield world.signed_in("bill@alder.example")


def bills():
    from mains.billing.models import Bill
    from mains.payments.allocating import outstanding_minor

    with inside("alder"):
        rows = list(
            Bill.objects.filter(total_minor__gt=0, collection_date=None)
            .select_related("account__customer")
            .order_by("pk")
        )
        owed = outstanding_minor(bill_ids=[one.pk for one in rows])
        return [one for one in rows if owed[one.pk] == one.total_minor]


def owed(bill):
    from mains.payments.allocating import outstanding_minor

    with inside("alder"):
        return outstanding_minor(bill_ids=[bill.pk])[bill.pk]


def ledger(kind, detail="main"):
    from mains.customers.models import Company
    from mains.ledger import queries
    from mains.ledger.models import LedgerAccount

    with inside("alder"):
        key = f"{kind}:{Company.objects.order_by('pk')[0].code}:{detail}:EUR"
        found = LedgerAccount.objects.filter(key=key).first()
        return queries.summed_minor(ledger_account_id=found.pk) if found else 0


def line(minor):
    from mains.payments.models import BankLine

    with inside("alder"):
        return BankLine.objects.select_related("payment").get(amount_minor=minor)


def statement(*rows, day=None):
    from mains.tenancy import queries

    tenant = queries.tenant("alder")
    day = day or tenant.date_of(tenant.now()) - timedelta(days=1)
    head = "Date,Label,Currency,Amount,Partner Name,Bank Account\n"
    return head + "".join(
        f"{day:%m/%d/%Y},{text},EUR,{'-' if minor < 0 else ''}{abs(minor) // 100}."
        f"{abs(minor) % 100:02d},{payer},{iban}\n"
        for minor, text, payer, iban in rows
    )


def upload(desk, content, name="november.csv", profile="signed_with_currency"):
    file = SimpleUploadedFile(name, content.encode())
    answer = desk.post(f"{PLACE}files/", {"file": file, "profile": profile, "currency": ""})
    assert answer.status_code == 302, text_of(answer)
    return desk.get(answer["Location"].removeprefix("/alder/"))


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def fields(answer, deed):
    """
    Return the hidden and marked values of the form with a button of this deed.
    """
    page = answer.content.decode()
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.S)
                if f'name="deed" value="{deed}"' in one)  # fmt: skip
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    key = re.search(r'name="key" value="([^"]*)" checked', form)
    found += [("key", key[1])] if key else []
    values = {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}
    return {**values, "deed": deed}


def decide(desk, minor, deed, **more):
    place = f"{PLACE}{line(minor).pk}/"
    sent = fields(desk.get(place), deed)
    return desk.post(f"{place}decide/", {**sent, **more}), {**sent, **more}, f"{place}decide/"


def test_from_upload_to_the_last_line(olga, other):
    sure, told, split_one, split_two = bills()[:4]
    both = split_one.total_minor + split_two.total_minor
    content = statement(
        (sure.total_minor, sure.reference, "Whoever", ""),
        (told.total_minor, f"factura {told.number}", told.account.customer.name, IBAN_OF_PAYER),
        (both, "two at once", "Somebody", ""),
        (4321, "rent of a room", "The bank itself", ""),
        (-199, "comision", "", ""),
    )
    page = text_of(upload(olga, content))
    assert "New lines 5" in page
    assert "Booked by itself 1" in page
    again = text_of(upload(other, content))
    assert "New lines 0" in again
    assert "Imported before 5" in again
    assert owed(sure) == 0
    assert ledger("bank") == sure.total_minor + told.total_minor + both + 4321

    page = text_of(olga.get(PLACE))
    assert "1 of 5 lines placed" in page
    assert "Likely" in page
    page = text_of(olga.get(PLACE, state="BY_ITSELF"))
    assert "the payment reference is right" in page

    # The marked proposal, and the same form once more.
    answer, sent, place = decide(olga, told.total_minor, "proposal")
    assert answer.status_code == 302
    assert owed(told) == 0
    told_so = text_of(other.client.post(f"/alder/{place}", sent, headers={"host": other.host},
                                        follow=True))  # fmt: skip
    assert "Somebody else has done something with this line" in told_so

    # Too much, something unknown, and then right.
    rows = {"target0": split_one.number, "amount0": "0.01", "target1": "NOBODY-1", "amount1": "1"}
    answer, _sent, _place = decide(olga, both, "split", **rows)
    assert answer.status_code == 422
    assert "No bill, payment document or account" in text_of(answer)
    rows = {
        "target0": split_one.number, "amount0": f"{split_one.total_minor / 100:.2f}",
        "target1": split_two.account.number, "amount1": f"{split_two.total_minor / 100 + 1:.2f}",
    }  # fmt: skip
    answer, _sent, _place = decide(olga, both, "split", **rows)
    assert "more than what waits" in text_of(answer)
    rows["amount1"] = f"{split_two.total_minor / 100:.2f}"
    answer, _sent, _place = decide(olga, both, "split", **rows)
    assert answer.status_code == 302
    # What went to the account paid its bill as well.
    assert (owed(split_one), owed(split_two)) == (0, 0)

    answer, _sent, _place = decide(olga, 4321, "aside", note="")
    assert "Say why" in text_of(olga.get(f"{PLACE}{line(4321).pk}/"))
    decide(olga, 4321, "aside", note="rent")
    decide(olga, -199, "fee")
    assert ledger("fee", "bank") == 199
    assert ledger("suspense") == 0
    assert ledger("bank") == sure.total_minor + told.total_minor + both - 199

    assert "No line waits" in text_of(olga.get(PLACE))
    page = text_of(olga.get(PLACE, state="ALL"))
    assert "5 of 5 lines placed" in page

    # Undo, from the list, and place it otherwise.
    sent = fields(olga.get(PLACE), "undo")
    assert olga.post(f"{PLACE}{line(-199).pk}/decide/", sent).status_code == 302
    assert line(-199).state == "OPEN"
    assert ledger("fee", "bank") == 0


def test_a_transfer_on_a_statement_is_not_booked_by_hand_as_well(olga):
    from mains.tenancy import queries

    bill = bills()[0]
    today = queries.tenant("alder").date_of(queries.tenant("alder").now())
    content = (
        "a\nb\nc\nd\nDate,Operation Number,Label,Detail,Debit,Credit\n"
        f'{today:%d/%m/%y},N43-78,x,y,,"{bill.total_minor / 100:.2f}"\nend\n'
    ).replace(".", ",")
    upload(olga, content, profile="framed")
    answer = olga.post(
        "payments/book/",
        {"reference": bill.reference, "amount": f"{bill.total_minor / 100:.2f}",
         "value_date": today.isoformat(), "bank_reference": "N43-78"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "A bank statement brought this transfer already" in text_of(answer)
    assert owed(bill) == bill.total_minor
    decide(olga, bill.total_minor, "back")
    assert line(bill.total_minor).way == "GIVEN_BACK"


def test_refused_files_say_why_and_what_to_do(olga):
    page = text_of(upload(olga, "what is this", name="letter.txt", profile=""))
    assert "Nothing of this file was imported" in page
    assert "For a table, say how its columns are written" in page
    page = text_of(upload(olga, statement((1, "a", "", "")).replace("EUR", "USD")))
    assert "amounts in USD" in page
    answer = olga.post(f"{PLACE}files/", {"profile": "", "currency": ""})
    assert answer.status_code == 422
    assert "Choose a file." in text_of(answer)
    assert "no longer here" in text_of(
        olga.client.get(f"/alder/{PLACE}files/nothing/", headers={"host": olga.host}, follow=True)
    )


@pytest.mark.parametrize(
    "query",
    [
        {"amount": "1,00"}, {"amount": "x"}, {"text": "rent"}, {"first": "2026-11-01"},
        {"last": "never"}, {"state": "NONE"}, {"page": "99999"}, {"page": "-1"},
    ],
)  # fmt: skip
def test_any_filter_shows_a_page(olga, query):
    assert olga.get(PLACE, **query).status_code == 200


def test_lines_and_deeds_that_do_not_exist_are_not_found(olga):
    assert olga.get(f"{PLACE}999999/").status_code == 404
    assert olga.post(f"{PLACE}999999/decide/", {"deed": "undo"}).status_code == 404
    assert olga.post(f"{PLACE}{line(-199).pk}/decide/", {"deed": "dance"}).status_code == 404
