"""The first page: how much, by when, for what, and how it adds up."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mains.billing.documents.paper.sheet import Sheet
from mains.billing.documents.speaking import vat_name
from mains.billing.kinds import kind_name
from mains.billing.rules.agency_codes import agency_code
from mains.references import codes
from mains.tenancy.tenantfile.bills import Block

_PLACE = re.compile(r"\{(amount|day)\}")
# With more of them than this, a running sum adds up by service and not by line.
_MOST_LINES = 5


def issuer(sheet: Sheet) -> dict[str, Any]:
    """
    Return who sends the bill.
    """
    brand, company = sheet.tenant.file.brand, sheet.company
    return {
        "name": company["name"],
        "brand": brand.name,
        "contacts": [brand.support_phone, brand.support_email],
        "sender": f"{company['name']} · {company['address']}",
    }


def agency(sheet: Sheet) -> dict[str, Any] | None:
    """
    Return the code with which the bill can be looked up at the tax agency, where it reports to one.

    Source: Orden HAC/1177/2024, articles 20 and 21: at the beginning, 30 to 40 mm, with its words.
    """
    text = agency_code(sheet.facts)
    if text is None:
        return None
    # What the law prescribes word for word is not translated.
    return {
        "code": list(codes.qr(text)),
        "above": "QR tributario:",
        "below": "VERI*FACTU",
        "alt": _("Code with which this bill can be looked up at the tax agency"),
    }


def hero(sheet: Sheet) -> dict[str, Any]:
    """
    Return what the reader has to know first, with the amount and the day as places of their own.
    """
    sentence, day, notes = _first(sheet)
    name = "" if sheet.kind == "REGULAR" else kind_name(sheet.kind)
    return said(sheet, sentence, day, name=name) | {"notes": [*notes, *_about_its_kind(sheet)]}


def said(sheet: Sheet, sentence: str, day: str, *, name: str) -> dict[str, Any]:
    """
    Return a sentence about the total with {amount} and {day}, under what the document is called.
    """
    return {"kind": name, "parts": _parts(sheet, sentence, day), "notes": []}


def _first(sheet: Sheet) -> tuple[str, str, list[str]]:
    due, collected = sheet.facts["due_date"], sheet.facts["collection_date"]
    if "credits" in sheet.facts:
        return _("Taken back {amount}"), due, []
    if sheet.total.minor > 0 and collected:
        note = _("You need not do anything: the amount is taken from your bank account.")
        return _("{amount} will be collected on {day}"), collected, [note]
    if sheet.total.minor > 0:
        return _("To pay {amount} by {day}"), due, []
    if sheet.total.minor < 0:
        note = _("You have nothing to pay. The amount is credited to your account.")
        return _("In your favour {amount}"), due, [note]
    return _("Nothing to pay {amount}"), due, []


def _about_its_kind(sheet: Sheet) -> list[str]:
    """
    Say what makes this bill another one than those that come regularly.
    """
    if "credits" in sheet.facts:
        number = {"number": sheet.facts["credits"]["number"]}
        return [
            _("This credit note takes back every line of bill %(number)s.") % number,
            _("What you have paid for it stays on your account for other bills."),
        ]
    if sheet.kind == "CORRECTION" and sheet.earlier.replaced:
        number = {"number": sheet.earlier.replaced["number"]}
        return [_("It takes the place of bill %(number)s. Page 2 shows what changed.") % number]
    return {
        "FINAL": [_("This is the last bill for the contracts on it.")],
        "INTERIM": [_("It comes between two regular bills; the next one goes on from its end.")],
        "SETTLEMENT": [_("What you really used, less the fixed amounts that were billed for it.")],
    }.get(sheet.kind, [])


def _parts(sheet: Sheet, sentence: str, day: str) -> list[dict[str, str]]:
    # A credit is told as an amount in the customer's favour, not as one below zero.
    amount = sheet.say.amount(abs(Decimal(sheet.facts["total"])))
    texts = {"amount": amount, "day": sheet.say.day(day)}
    # Cut at its places, a sentence alternates between words and the names of places.
    pieces = _PLACE.split(sentence)
    return [
        {"kind": piece, "text": texts[piece]}
        if position % 2
        else {"kind": "words", "text": piece.strip()}
        for position, piece in enumerate(pieces)
        if piece.strip()
    ]


def details(sheet: Sheet) -> dict[str, Any]:
    """
    Return the numbers and days that somebody looks for, each with the key it is asked for by.
    """
    facts, say = sheet.facts, sheet.say
    addresses = list(dict.fromkeys(contract["address"] for contract in facts["contracts"]))
    points = [contract["supply_point"] for contract in facts["contracts"]]
    code, tax_id = facts.get("customer_code", ""), facts["customer"].get("tax_id", "")
    rows = [
        ("bill_number", _("Bill number"), facts["number"]),
        *_reference(sheet),
        ("bill_date", _("Issued"), say.day(facts["issue_date"])),
        ("period", _("Period"), say.period(*facts["period"])),
        *([("customer_code", _("Customer number"), code)] if code else []),
        ("account_number", _("Account"), facts["account"]),
        # A housing company may have hundreds; each stands beside its lines.
        *(("address", _("Supplied"), address) for address in addresses[:2]),
        *(("supply_point", _("Supply point"), point) for point in points[:2]),
        *([("tax_id", _("Your tax number"), tax_id)] if tax_id else []),
        *_contract_end(sheet),
    ]
    return {
        "title": _("Your bill"),
        "rows": [{"key": key, "label": label, "text": text} for key, label, text in rows],
    }


def _reference(sheet: Sheet) -> list[tuple[str, str, str]]:
    # Nobody pays a credit note.
    if "credits" in sheet.facts:
        return []
    return [("reference", _("Payment reference"), sheet.facts["reference"])]


def _contract_end(sheet: Sheet) -> list[tuple[str, str, str]]:
    # Facts of the first versions did not say whether a contract has an end.
    if sheet.facts["version"] < 3 or not sheet.prints(Block.CONTRACT_END):
        return []
    ends = {contract.get("ends", "") for contract in sheet.facts["contracts"]}
    if len(ends) != 1:
        return []
    (day,) = ends
    text = sheet.say.last_day(day) if day else _("no fixed day")
    return [("contract_end", _("Contract ends"), text)]


def running_sum(sheet: Sheet) -> dict[str, Any]:
    """
    Return how the amount adds up: by line where there are few, else by service.
    """
    facts, say = sheet.facts, sheet.say
    rows = [(label, say.amount(net), "plain") for label, net in _parts_of_sum(sheet).items()]
    rows.append((_("Net"), say.amount(facts["net"]), "subtotal"))
    rows += [
        (vat_name(vat, number=say.number), say.amount(vat["tax"]), "plain") for vat in facts["vat"]
    ]
    total = _("To pay") if sheet.total.minor > 0 and "credits" not in facts else _("Total")
    rows.append((total, say.amount(facts["total"]), "total"))
    return {
        "title": _("How it adds up"),
        "head": [_("This period"), _("Amount")],
        "rows": [{"label": label, "amount": amount, "kind": kind} for label, amount, kind in rows],
    }


def _parts_of_sum(sheet: Sheet) -> dict[str, Decimal]:
    lines = sheet.facts["lines"]
    own = [line for line in lines if "corrects" not in line]
    named = {(line["service"], line["label"]) for line in own}
    # The same name under two services would add up what does not belong together.
    by_line = len(named) <= _MOST_LINES and len({label for _service, label in named}) == len(named)
    sums: dict[str, Decimal] = {}
    for line in own:
        label = line["label"] if by_line else sheet.service(line["service"])
        sums[label] = sums.get(label, Decimal(0)) + Decimal(line["net"])
    corrected = [line for line in lines if "corrects" in line]
    if corrected:
        sums[_("Corrections of earlier estimates")] = sheet.net_of(corrected)
    return sums
