"""A payment document on paper: every bill, the total, and the ways to pay it until its last day."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mains.billing.documents.paying import ways_to_pay
from mains.billing.documents.speaking import Speaker
from mains.branding.themes import load_theme
from mains.core.wording import date_text
from mains.customers.models import Account
from mains.documents.press import Press, logo, look
from mains.payments.bills_due.overview import DocumentRow
from mains.payments.bills_due.telling import happened
from mains.payments.finding import payees
from mains.payments.rules.bills_due import DocumentState
from mains.references.payable import Payable, Payee
from mains.tenancy.queries import TenantInfo

TEMPLATE = Path(__file__).parent / "typst" / "bills_due.typ"


def pdf(*, document: DocumentRow, account: Account, tenant: TenantInfo) -> bytes:
    """
    Return a payment document as PDF/A-3a and PDF/UA-1, in the customer's language.

    As long as nothing happens to its bills it is the same bytes; what happened is said on it, and
    with nothing left to pay or after its last day it has no codes any more.
    """
    brand = tenant.file.brand
    language = account.customer.language or tenant.file.locale.languages[0]
    with translation.override(language):
        words = _words(document, account, tenant, language)
    words["look"], words["logo"] = look(brand), list(logo(brand))
    return _press(brand.theme).print(words, on=tenant.date_of(document.created_at))


@lru_cache(maxsize=32)
def _press(theme: str) -> Press:
    return Press(theme=load_theme(name=theme), template=TEMPLATE)


def _words(
    document: DocumentRow, account: Account, tenant: TenantInfo, language: str
) -> dict[str, Any]:
    brand, company = tenant.file.brand, account.company
    say = Speaker(language, document.total.currency)
    title = _("Payment document %(number)s") % {"number": document.number}
    made: date = tenant.date_of(document.created_at)
    return {
        "language": language,
        "title": title,
        "heading": title,
        "day": [made.year, made.month, made.day],
        "issuer": {
            "name": company.name,
            "brand": brand.name,
            "contacts": [brand.support_phone, brand.support_email],
            "sender": f"{company.name} · {company.address}",
        },
        "customer": [account.customer.name, *account.postal_address.split("\n")],
        "facts": [
            [_("Account"), account.number],
            [_("Made"), date_text(made, language=language)],
            [_("Valid until"), date_text(document.last_date, language=language)],
        ],
        "notes": _notes(document, language),
        **_table(document, say),
        "total": [_("Total"), say.amount(document.total.as_decimal())],
        "ways": _ways(document, account, tenant, say),
        "foot": {
            "text": f"{company.name} · {company.address} · {company.tax_id}",
            "page": _("Page {page} of {pages}"),
        },
    }


def _table(document: DocumentRow, say: Speaker) -> dict[str, Any]:
    """
    Return the bills; what happened to them has a column only where something did.
    """
    since = [_("Since then")] if document.changed else []
    return {
        "head": [_("Bill"), _("Due"), *since, _("Amount")],
        "rows": [
            [
                line.bill.number,
                say.short_day(line.bill.due_date.isoformat()),
                *([happened(line, language=say.language)] if since else []),
                say.amount(line.asked.as_decimal()),
            ]
            for line in document.lines
        ],
    }


def _notes(document: DocumentRow, language: str) -> list[str]:
    if document.state is DocumentState.PAID:
        return [_("Nothing is left to pay of these bills.")]
    if document.state is DocumentState.EXPIRED:
        return [
            _("This document was valid until %(day)s. Make a new one to pay these bills.")
            % {"day": date_text(document.last_date, language=language)}
        ]
    if document.state is DocumentState.STALE:
        return [
            _(
                "Partly out of date: something happened to its bills since it was made. Make a new "
                "one; what is paid too much with this one stays as credit."
            )
        ]
    return []


def _ways(
    document: DocumentRow, account: Account, tenant: TenantInfo, say: Speaker
) -> list[dict[str, Any]]:
    if document.state in {DocumentState.PAID, DocumentState.EXPIRED}:
        return []
    payable = Payable(
        number=document.number,
        amount=document.total,
        due_date=document.last_date,
        purpose=_("Payment document %(number)s") % {"number": document.number},
        customer=account.customer.code or account.number,
    )
    return ways_to_pay(payable=payable, payee=_payee(account), say=say, tenant=tenant)


def _payee(account: Account) -> Payee:
    return next(payee for payee in payees() if payee.code == account.company.code)
