"""How each demo tenant is paid: every one in its own way."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from mains.core.wording import date_text, number_text
from mains.demo import facts
from mains.demo.browser import Browser
from mains.demo.facts import PaperBill
from mains.demo.people import Customer, Staff, expect


class Settling(Protocol):
    def __call__(
        self,
        *,
        anna: Customer,
        staff: Staff,
        bills: list[PaperBill],
        browser: Callable[[], Browser],
    ) -> str: ...


def _is_paid(anna: Customer, bill: PaperBill, *, mail: str) -> None:
    slug = anna.tenant.schema_name
    found = anna.outstanding_in_api(bill)
    expect(Decimal(found) == 0, f"the API still wants {found} for {bill.number}")
    owed = facts.owed_in_ledger(slug=slug, account_id=bill.account_id)
    page = anna.open("/payments/")
    expect(bill.number in page.text, f"{bill.number} is not among the payments")
    for _ in range(20):
        if facts.got_mail(slug=slug, recipient=mail, kind="payment-received", text=bill.number):
            break
        anna.browser.wait()
    else:
        expect(False, f"{mail} got no receipt for {bill.number}")
    expect(owed >= 0, f"the ledger has a credit of {owed}")


def by_card(
    *,
    anna: Customer,
    staff: Staff,  # noqa: ARG001
    bills: list[PaperBill],
    browser: Callable[[], Browser],  # noqa: ARG001
) -> str:
    """
    Pay each company's bill by card, from the signed-in customer's own pages.
    """
    for bill in bills:
        page = anna.pay(bill)
        expect("/pay/result/" in page.url, f"after paying: {page.url} {page.text[:200]}")
        _is_paid(anna, bill, mail=anna.email)
        again = anna.open(f"/pay/?bill={bill.id}")
        expect("/pay/" not in again.url, "a paid bill can be paid again")
    return f"{len(bills)} card payment(s)"


def by_guest(
    *,
    anna: Customer,
    staff: Staff,  # noqa: ARG001
    bills: list[PaperBill],
    browser: Callable[[], Browser],
) -> str:
    """
    Let a guest find the bill by its reference and amount, and pay it by card.
    """
    bill = bills[0]
    guest = Customer(anna.tenant, browser())
    page = guest.open("/find/")
    amount = number_text(bill.total.as_decimal(), language="en", decimals=2)
    wrong = guest.browser.submit(page, page.form(), reference=bill.reference, amount="0.01")
    expect(wrong.status == 422, f"a wrong amount: {wrong.status}")
    spaced = " ".join(bill.reference[at : at + 4] for at in range(0, len(bill.reference), 4))
    page = guest.browser.submit(wrong, wrong.form(), reference=spaced, amount=amount)
    expect(page.url.endswith(f"/pay/?bill={bill.id}"), f"the guest's bill: {page.text[:200]}")
    mail = f"guest@{anna.tenant.schema_name}.example"
    guest.pay(bill, email=mail)
    _is_paid(anna, bill, mail=mail)
    return "guest card payment"


def by_transfer(
    *,
    anna: Customer,
    staff: Staff,
    bills: list[PaperBill],
    browser: Callable[[], Browser],  # noqa: ARG001
) -> str:
    """
    Find paying switched off on the page and in the API; staff book a bank transfer, twice.
    """
    bill = bills[0]
    page = anna.open(f"/pay/?bill={bill.id}")
    notice = anna.tenant.file.payments.notice[bill.language]
    expect(notice in page.text, "the pay page does not show the provider's notice")
    answer = anna.call("POST", "/payments", {"bills": [f"bil_{bill.id}"]})
    expect(answer.status == 404, f"the API answers {answer.status}")
    expect(json.loads(answer.body)["code"] == "feature_off", "the API does not say feature_off")
    day = anna.tenant.date_of(anna.tenant.now()).isoformat()
    for _ in range(2):
        page = staff.book_transfer(bill=bill, reference=f"bank-{bill.number}", value_date=day)
        expect(page.status == 200, f"booking: {page.status} {page.text[:300]}")
    _is_paid(anna, bill, mail=anna.email)
    return "bank transfer booked once"


def by_mandate(
    *,
    anna: Customer,
    staff: Staff,  # noqa: ARG001
    bills: list[PaperBill],
    browser: Callable[[], Browser],  # noqa: ARG001
) -> str:
    """
    See on the page and in the API when each bill will be collected.
    """
    for bill in bills:
        page = anna.call("GET", f"/bills/bil_{bill.id}")
        collected = json.loads(page.body)["collection_date"]
        expect(collected, f"{bill.number} has no collection date")
        shown = anna.open(f"/bills/{bill.id}/")
        words = date_text(facts.day(collected), language=bill.language)
        expect(words in shown.text, f"the page does not say {words}: {shown.text[:300]}")
        expect("/pay/start/" not in str(shown.reader().forms), "a collected bill can be paid")
    return f"{len(bills)} collection(s) announced"


SETTLING: dict[str, Settling] = {
    "balta": by_card,
    "aguaviva": by_guest,
    "tavho": by_transfer,
    "teplo": by_card,
    "fiamma": by_mandate,
}
