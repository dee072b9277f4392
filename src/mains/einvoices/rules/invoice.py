"""The semantic invoice (EN 16931-1): what a bill says, in the terms that all formats share."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from mains.einvoices.rules.amounts import EXACT, ZERO, adding_up, plain, rounded, step_of
from mains.einvoices.rules.places import Place, place_of
from mains.einvoices.rules.problems import (
    BuyerTaxIdMissing,
    CategoryUnknown,
    FactsTooOld,
    SumsDiffer,
)

_ONE = Decimal(1)
CREDIT, ORGANISATION = "CREDIT", "ORGANISATION"


class Party(NamedTuple):
    """
    The company or the customer. `tax_id` is its number as the country writes it, `vat_id` with the
    letters of the country; a private person has none. `recipient` is where it takes bills for
    machines, if it said so.
    """

    name: str
    place: Place | None
    address: str
    country: str
    tax_id: str
    vat_id: str
    is_organisation: bool
    recipient: str = ""


class Line(NamedTuple):
    """
    A line: quantity x price / base comes to the amount, rounded; only the quantity and the amount
    may be below zero. `exact` is the amount before it was rounded to minor units.
    """

    number: int
    text: str
    note: str
    quantity: Decimal
    unit: str
    price: Decimal
    base: Decimal
    amount: Decimal
    exact: Decimal
    percent: Decimal
    category: str
    start: date
    end: date


class VatGroup(NamedTuple):
    """
    What is taxed at one rate for one reason, and its tax.
    """

    category: str
    percent: Decimal
    net: Decimal
    tax: Decimal
    reason: str


class Invoice(NamedTuple):
    """
    A bill, or a credit note, whose amounts then say what is given back, above zero.

    The days of `start` and `end` are both in the period. `preceding` is the credited bill: its
    number and its day. `offices` is what the company says to tax offices.
    """

    number: str
    is_credit: bool
    issue_date: date
    due_date: date
    start: date
    end: date
    currency: str
    account: str
    reference: str
    iban: str
    is_collected: bool
    is_electronic: bool
    seller: Party
    buyer: Party
    lines: Sequence[Line]
    vat: Sequence[VatGroup]
    net: Decimal
    tax: Decimal
    total: Decimal
    preceding: tuple[str, date] | None
    offices: Mapping[str, Mapping[str, Any]]

    @property
    def step(self) -> Decimal:
        """
        Return the smallest amount of the currency.
        """
        return step_of(self.currency)


def invoice_of(facts: Mapping[str, Any]) -> Invoice:
    """
    Return the semantic invoice of a bill's sealed facts.

    :raises FactsTooOld: if the facts say nothing of the company for machines.
    :raises CategoryUnknown: if a line without tax does not say why.
    :raises SumsDiffer: if the lines do not come to what the bill says.
    :raises BuyerTaxIdMissing: if the customer owes the tax and has no tax number.
    """
    if "seller" not in facts:
        raise FactsTooOld
    sign = -1 if facts.get("kind") == CREDIT else 1
    lines = _lines(facts, sign)
    invoice = Invoice(
        number=facts["number"],
        is_credit=sign < 0,
        issue_date=_day(facts["issue_date"]),
        due_date=_day(facts["due_date"]),
        start=_day(facts["period"][0]),
        end=_last(facts["period"][1]),
        currency=facts["currency"],
        account=facts["account"],
        reference=facts["reference"],
        iban=facts["company"]["iban"],
        is_collected=bool(facts["collection_date"]),
        is_electronic=facts["delivery"] != "PAPER",
        seller=_seller(facts),
        buyer=_buyer(facts),
        lines=lines,
        vat=_groups(facts, sign),
        net=sign * Decimal(facts["net"]),
        tax=sign * Decimal(facts["tax"]),
        total=sign * Decimal(facts["total"]),
        preceding=_preceding(facts),
        offices={
            office: facts["seller"][office]
            for office in ("fatturapa", "nav", "verifactu")
            if office in facts["seller"]
        },
    )
    check_sums(invoice)
    if any(group.category == "AE" for group in invoice.vat) and not invoice.buyer.vat_id:
        raise BuyerTaxIdMissing
    return invoice


def check_sums(invoice: Invoice) -> None:
    """
    Compare the lines with the sums, to the minor unit (BR-CO-10, -13, -14, -15).

    :raises SumsDiffer: if they differ.
    """
    by_group: dict[tuple[str, Decimal], Decimal] = {}
    for line in invoice.lines:
        key = line.category, line.percent
        by_group[key] = by_group.get(key, ZERO) + line.amount
    compared = [
        (f"{group.category} {plain(group.percent)} %", by_group.pop(key, ZERO), group.net)
        for group in invoice.vat
        if (key := (group.category, group.percent))
    ]
    compared += [(f"{key[0]} {key[1]} %", left, ZERO) for key, left in by_group.items()]
    compared += [
        ("the net sum", sum((group.net for group in invoice.vat), ZERO), invoice.net),
        ("the tax", sum((group.tax for group in invoice.vat), ZERO), invoice.tax),
        ("the total", invoice.net + invoice.tax, invoice.total),
    ]
    for what, lines, stated in compared:
        if lines != stated:
            raise SumsDiffer(what=what, lines=plain(lines), stated=plain(stated))


def _seller(facts: Mapping[str, Any]) -> Party:
    seller, company = facts["seller"], facts["company"]
    place = Place(seller["street"], seller["post_code"], seller["city"], seller.get("province", ""))
    return Party(
        name=company["name"],
        place=place,
        address=company["address"],
        country=seller["country"],
        tax_id=seller.get("registration") or company["tax_id"],
        vat_id=seller["vat_id"],
        is_organisation=True,
    )


def _buyer(facts: Mapping[str, Any]) -> Party:
    customer, country = facts["customer"], facts["seller"]["country"]
    tax_id = customer.get("tax_id", "").replace(" ", "").upper()
    is_organisation = customer.get("kind") == ORGANISATION
    supplied = [contract["address"] for contract in facts["contracts"]]
    written = [text for text in (customer["address"], *supplied) if text]
    places = [place for text in written if (place := place_of(text, name=customer["name"]))]
    return Party(
        name=customer["name"],
        place=places[0] if places else None,
        address=", ".join(written[:1]).replace("\n", ", "),
        country=country,
        tax_id=tax_id,
        vat_id=_with_country(tax_id, country) if is_organisation and tax_id else "",
        is_organisation=is_organisation,
        recipient=customer.get("einvoice_address", ""),
    )


def _with_country(tax_id: str, country: str) -> str:
    return tax_id if tax_id[:2].isalpha() else f"{country}{tax_id}"


def _lines(facts: Mapping[str, Any], sign: int) -> list[Line]:
    step, categories = step_of(facts["currency"]), _categories(facts)
    exact = [sign * Decimal(line["net"]) for line in facts["lines"]]
    amounts: dict[int, Decimal] = {}
    for group in _groups(facts, sign):
        places = [
            place
            for place, line in enumerate(facts["lines"])
            if (categories[place], Decimal(line["vat"])) == (group.category, group.percent)
        ]
        found = adding_up([exact[place] for place in places], total=group.net, step=step)
        amounts |= dict(zip(places, found, strict=True))
    return [
        _line(line, place, facts, sign, amounts.get(place, exact[place]), categories[place])
        for place, line in enumerate(facts["lines"])
    ]


def _line(
    line: Mapping[str, Any],
    place: int,
    facts: Mapping[str, Any],
    sign: int,
    amount: Decimal,
    category: str,
) -> Line:
    quantity, price = sign * Decimal(line["quantity"]), Decimal(line["unit_price"])
    times, base = Decimal(line["times"] or 1), Decimal(line["divisor"] or 1)
    note, unit, exact = _factors(line, sign), line["unit"], sign * Decimal(line["net"])
    price = EXACT.multiply(price, times)
    if price < 0 or base < 0:
        # No price is below zero (BR-27); the quantity is what is taken back.
        quantity, price, base = -quantity, abs(price), abs(base)
    product = EXACT.divide(EXACT.multiply(quantity, price), base) if base else ZERO
    if not base or abs(product - amount) > step_of(facts["currency"]):
        # What was priced by several figures at once is one piece at its amount.
        quantity, price, base, unit = Decimal(-1 if amount < 0 else 1), abs(amount), _ONE, ""
    days = line.get("days") or line.get("corrects") or facts["period"]
    return Line(
        number=place + 1,
        text=line["label"] or line["code"],
        note=note,
        quantity=quantity,
        unit=unit,
        price=price,
        base=base,
        amount=amount,
        exact=exact,
        percent=Decimal(line["vat"]),
        category=category,
        start=_day(days[0]),
        end=_last(days[1]),
    )


def _factors(line: Mapping[str, Any], sign: int) -> str:
    """
    Return the figures of a line that has more than a quantity and a price.
    """
    times, divisor = line["times"] or "1", line["divisor"] or "1"
    if times == divisor == "1":
        return ""
    text = f"{plain(sign * Decimal(line['quantity']))} {line['unit']} × {line['unit_price']}"
    text += f" × {times}" if times != "1" else ""
    return text + (f" / {divisor}" if divisor != "1" else "")


def _categories(facts: Mapping[str, Any]) -> list[str]:
    """
    Return the tax category of each line; facts of earlier versions say it only in the sums.
    """
    known: dict[Decimal, set[str]] = {}
    for one in facts["vat"]:
        percent = Decimal(one["percent"])
        known.setdefault(percent, set()).add(_category(one["category"], percent))
    found = []
    for number, line in enumerate(facts["lines"], 1):
        percent = Decimal(line["vat"])
        possible = known.get(percent, {"S"})
        if "category" in line:
            found.append(line["category"])
        elif len(possible) == 1:
            found.extend(possible)
        elif "Z" in possible and any("category" in other for other in facts["lines"]):
            # A rate of nothing is the only one that lines do not name.
            found.append("Z")
        else:
            raise CategoryUnknown(line=number)
    return found


def _category(category: str, percent: Decimal) -> str:
    return "Z" if category == "S" and not percent else category


def _groups(facts: Mapping[str, Any], sign: int) -> list[VatGroup]:
    """
    Return the sums by category and rate; a rate of nothing and a zero rate are one.
    """
    found: dict[tuple[str, Decimal], VatGroup] = {}
    for one in facts["vat"]:
        percent = Decimal(one["percent"])
        category = _category(one["category"], percent)
        net, tax = sign * Decimal(one["net"]), sign * Decimal(one["tax"])
        before = found.get((category, percent))
        if before:
            net, tax = net + before.net, tax + before.tax
        found[category, percent] = VatGroup(category, percent, net, tax, one.get("reason", ""))
    return list(found.values())


def _preceding(facts: Mapping[str, Any]) -> tuple[str, date] | None:
    credits = facts.get("credits")
    return (credits["number"], _day(credits["issue_date"])) if credits else None


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _last(text: str) -> date:
    return date.fromordinal(date.fromisoformat(text).toordinal() - 1)


def shared_tax(invoice: Invoice) -> list[Decimal]:
    """
    Return the tax of each line, so that the lines of a rate add up to its tax.
    """
    found: dict[int, Decimal] = {}
    for group in invoice.vat:
        lines = [
            line
            for line in invoice.lines
            if (line.category, line.percent) == (group.category, group.percent)
        ]
        exact = [EXACT.divide(line.amount * line.percent, Decimal(100)) for line in lines]
        taxes = adding_up(exact, total=group.tax, step=invoice.step)
        found |= {line.number: tax for line, tax in zip(lines, taxes, strict=True)}
    return [rounded(found[line.number], invoice.step) for line in invoice.lines]
