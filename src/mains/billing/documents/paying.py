"""The ways to pay that a bill prints: each in words, with the code that goes with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.speaking import Speaker, in_fours
from mains.guard import keys
from mains.references import (
    bollettino_896,
    codes,
    cuaderno_57,
    epc,
    links,
    mnb,
    nbu,
    pagopa,
    reference_731,
    rf,
)
from mains.references.payable import Payable, Payee, payee_of
from mains.tenancy.queries import TenantInfo

# How a way to pay reaches a template.
type Block = dict[str, Any]
# Codes for banking apps, each in its own currency.
_APPS = (epc, nbu, mnb)


def payment_blocks(*, facts: Mapping[str, Any], say: Speaker, tenant: TenantInfo) -> list[Block]:
    """
    Return the ways to pay a bill, ready for a template, in the language in force.

    None where nothing is owed, the bill takes back another, or a mandate collects it.
    """
    total = say.money(facts["total"])
    if total.minor <= 0 or facts["collection_date"] or "credits" in facts:
        return []
    about = {"number": facts["number"], "account": facts["account"]}
    payable = Payable(
        number=facts["number"],
        amount=total,
        due_date=date.fromisoformat(facts["due_date"]),
        purpose=_("Bill %(number)s, account %(account)s") % about,
        customer=facts.get("customer_code") or facts["account"],
    )
    return ways_to_pay(payable=payable, payee=payee_of(facts["company"]), say=say, tenant=tenant)


def ways_to_pay(*, payable: Payable, payee: Payee, say: Speaker, tenant: TenantInfo) -> list[Block]:
    """
    Return the ways to pay a bill or a payment document: what each prints, and its code.

    A block has `scheme`, `title`, `rows` of label and value, `code` (an SVG as a list of bytes, or
    None) with `code-kind` (`qr`, `bar` or nothing), `code-alt` and `code-note`.
    """
    amount = [_("Amount"), say.amount(payable.amount.as_decimal())]
    found = (
        _online(payable, tenant),
        _transfer(payable, payee, amount),
        _counter(payable, payee, say, amount),
        _notice(payable, payee, amount),
        _post_office(payable, payee, amount),
    )
    return [block for block in found if block]


def link_of(*, number: str, tenant: TenantInfo) -> str | None:
    """
    Return the short link of a number; None where guests cannot pay.
    """
    choice = tenant.file.payments
    if not (choice.enabled and choice.guest and choice.gateways):
        return None
    code = links.code_of(number=number, key=link_key())
    return f"{tenant.url}/p/{code}" if code else None


def link_key() -> bytes:
    """
    Return the tenant's key of short links.
    """
    return keys.secret(purpose="pay-link")


def _block(scheme: str, title: str, rows: list[list[str]]) -> Block:
    return {
        "scheme": scheme,
        "title": title,
        "rows": [row for row in rows if row[1]],
        "code": None,
        "code-kind": "",
        "code-alt": "",
        "code-note": "",
    }


def _with_qr(block: Block, text: str, *, alt: str, note: str) -> Block:
    code = {"code": list(codes.qr(text)), "code-kind": "qr", "code-alt": alt, "code-note": note}
    return {**block, **code}


def _online(payable: Payable, tenant: TenantInfo) -> Block | None:
    link = link_of(number=payable.number, tenant=tenant)
    if link is None:
        return None
    block = _block("link", _("Pay online"), [[_("Address"), link.split("://", 1)[1]]])
    return _with_qr(
        block,
        link,
        alt=_("Code that opens the page on which this is paid"),
        note=_("Scan with your phone to pay by card"),
    )


def _transfer(payable: Payable, payee: Payee, amount: list[str]) -> Block | None:
    reference = reference_731.printed(payable, payee) or rf.printed(payable, payee)
    if reference is None:
        return None
    name, app = next(
        ((scheme.NAME, found) for scheme in _APPS if (found := scheme.printed(payable, payee))),
        ("transfer", None),
    )
    own = app.fields if app else {}
    block = _block(
        name,
        _("Pay by bank transfer"),
        [
            [_("Payee"), payee.name],
            [_("Tax number of the payee"), own.get("tax_id", "")],
            [_("Bank account"), in_fours(payee.iban)],
            # Where the purpose is what the bank passes on, it names the bill.
            [_("Purpose"), own.get("purpose", "")],
            [_("Reference"), "" if "purpose" in own else in_fours(reference.fields["reference"])],
            [_("Customer code"), own.get("customer", "")],
            amount,
        ],
    )
    if app is None:
        return block
    return _with_qr(
        block,
        app.code,
        alt=_("Code for your banking app with payee, account, amount and reference"),
        note=_("Scan with your banking app"),
    )


def _counter(payable: Payable, payee: Payee, say: Speaker, amount: list[str]) -> Block | None:
    found = cuaderno_57.printed(payable, payee)
    if found is None:
        return None
    fields = found.fields
    last = cuaderno_57.last_date(payable, payee)
    block = _block(
        cuaderno_57.NAME,
        _("Pay at a bank, at its machine or on its website"),
        [
            [_("CPR code"), fields["cpr"]],
            [_("Issuer"), fields["issuer"]],
            [_("Reference"), fields["reference"]],
            [_("Identification"), fields["identification"]],
            amount,
            [_("Payable until"), say.short_day(last.isoformat()) if last else ""],
        ],
    )
    alt = _("Barcode with issuer, reference, identification and amount")
    bars = list(codes.gs1_128(found.code))
    return {**block, "code": bars, "code-kind": "bar", "code-alt": alt, "code-note": found.code}


def _notice(payable: Payable, payee: Payee, amount: list[str]) -> Block | None:
    found = pagopa.printed(payable, payee)
    if found is None:
        return None
    block = _block(
        pagopa.NAME,
        _("Pay with pagoPA"),
        [
            [_("Notice code"), in_fours(found.fields["notice"])],
            [_("Tax number of the payee"), found.fields["creditor"]],
            [_("CBILL code"), found.fields["cbill"]],
            amount,
        ],
    )
    return _with_qr(
        block,
        found.code,
        alt=_("pagoPA code with notice, payee and amount"),
        note=_("Scan at banks, shops and in apps that take pagoPA"),
    )


def _post_office(payable: Payable, payee: Payee, amount: list[str]) -> Block | None:
    found = bollettino_896.printed(payable, payee)
    if found is None:
        return None
    return _block(
        bollettino_896.NAME,
        _("Pay at the post office"),
        [
            [_("Postal account"), found.fields["account"]],
            [_("Client code"), in_fours(found.fields["client"])],
            amount,
            [_("Line of the slip"), found.fields["line"]],
        ],
    )
