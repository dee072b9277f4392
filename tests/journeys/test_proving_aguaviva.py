"""aguaviva: details of a bill prove; a wrong one is not named, and nothing stored is echoed."""

import re

import pytest
from tests.journeys.joining_world import Newcomer, forget_tries, newcomer, stored

from mains.billing.models import Bill
from mains.core.money import Money
from mains.customers.models import CustomerKind
from mains.demo.pages import Page
from mains.guard.context import inside

SLUG, TENANTS = "aguaviva", {"aguaviva"}
pytestmark = [pytest.mark.usefixtures("fresh_tries"), pytest.mark.seed("S1.05")]
WRONG = {
    "account_number": "399999999",
    "bill_number": "AV2020-000001",
    "bill_amount": "0,01",
    "tax_id": "B86561412",
}
KINDS = {
    "private": CustomerKind.PERSON,
    "company": CustomerKind.ORGANISATION,
    "administrator": CustomerKind.PERSON,
}


def one_of(kind: str = "private") -> Newcomer:
    kim = newcomer(SLUG, customer__kind=KINDS[kind])
    kim.submit(kim.open("/join/?lang=en"), type=kind)
    return kim


def alike(page: Page) -> str:
    """
    Return the whole page without what was typed, the reference, and what is new on each page.
    """
    body = page.body.decode()
    body = re.sub(r'(name="fact-[a-z_]+"[^>]*?) value="[^"]*"', r"\1", body)
    body = re.sub(r'value="[^"]*"([^>]*?name="fact-)', r"\1", body)
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    return re.sub(r"<b>[0-9a-f]{16}</b>", "", body)


def stored_about(kim: Newcomer) -> list[str]:
    """
    Return what is stored about an account's holder that no form may tell.
    """
    with inside(SLUG):
        holder, account = kim.account.customer, kim.account
        point = account.contracts.select_related("supply_point").order_by("pk")[0].supply_point
        found = [
            holder.name, holder.email, holder.phone, holder.tax_id, holder.code,
            account.postal_address.splitlines()[0], point.street, point.code,
        ]  # fmt: skip
        for bill in Bill.objects.filter(account=account):
            found += [bill.number, str(Money(bill.total_minor, bill.currency).as_decimal())]
    return [text for text in found if text]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_details_of_the_bill_open_the_next_step_and_a_wrong_one_is_never_named(kind):
    kim = one_of(kind)
    asked = [name.removeprefix("fact-") for name in kim.open("/join/details/").form().fields
             if name.startswith("fact-")]  # fmt: skip
    assert set(asked) <= set(WRONG)
    before = stored(SLUG)
    answers = []
    for name in asked:
        forget_tries(SLUG)
        answers.append(kim.state_facts(**{name: WRONG[name]}))

    assert {page.status for page in answers} == {422}
    assert len({alike(page) for page in answers}) == 1, "the answers differ"
    assert stored(SLUG) == before
    forget_tries(SLUG)
    assert kim.state_facts().url.endswith("/join/you/")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_stored_is_echoed_before_proof(kind):
    kim = one_of(kind)
    secret = stored_about(kim)
    assert len(secret) > 8
    form = kim.open("/join/details/")
    # Only the account is right; what else stands on the page was typed or is on every page.
    refused = kim.state_facts(
        **{
            name.removeprefix("fact-"): WRONG[name.removeprefix("fact-")]
            for name in form.form().fields
            if name.startswith("fact-") and name != "fact-account_number"
        }
    )
    assert refused.status == 422
    for page in (kim.open("/join/type/"), form, refused, kim.open("/join/details/")):
        body = page.body.decode()
        assert [text for text in secret if text in body] == []


def test_nor_is_the_holder_named_after_it():
    kim = one_of()
    page = kim.state_facts()
    assert page.url.endswith("/join/you/")
    holder = kim.account.customer
    for text in (holder.name, holder.email, holder.tax_id):
        assert text
        assert text not in page.body.decode()


def test_a_proof_is_for_the_browser_that_made_it():
    kim = one_of()
    kim.state_facts()
    stranger = Newcomer(SLUG, kim.account)
    before = stored(SLUG)
    assert stranger.post("/join/you/", name="M", email=stranger.email).url.endswith("/join/type/")
    assert stored(SLUG) == before
