"""The page on which bills are paid: what is owed, how much of it, and in which way."""

from collections.abc import Sequence
from typing import Any

from babel.numbers import format_percent
from django.http import HttpResponse
from django.shortcuts import render

from mains.core.money import Money
from mains.core.wording import money_text
from mains.journeys import pay_bills
from mains.journeys.pay_bills import Offer
from mains.payments.queries import BillRow
from mains.portal.access import PortalRequest
from mains.portal.home.dues import MOST_PAID
from mains.portal.payments.forms import Part, Receipt
from mains.portal.readings.messages import language

REST = "pay_afterwards"


def page(
    request: PortalRequest,
    bills: list[BillRow],
    form: Receipt,
    *,
    part: Part | None = None,
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    """
    Summarise what is to be paid, payment by payment, with what each way costs.
    """
    baskets = _baskets(request, bills, form, part)
    payable = [basket for basket in baskets if basket["offers"]]
    return render(
        request,
        "portal/payments/choose.html",
        {
            "baskets": baskets,
            "times": len(payable),
            "companies": len({basket["company"] for basket in payable}),
            "together": _together([basket["charged"] for basket in payable]),
            "form": form,
            "message": message,
            "is_wrong": bool(form.errors) or (part is not None and bool(part.errors)),
        },
        status=status,
    )


def _baskets(
    request: PortalRequest, bills: list[BillRow], form: Receipt, part: Part | None
) -> list[dict[str, Any]]:
    baskets = pay_bills.baskets(tenant=request.tenant, rows=bills)
    if len(baskets) > 1:
        # Several forms on one page: each field has an id of its own.
        forms = [Receipt(initial=form.initial, auto_id=f"{rows[0].id}-%s") for rows in baskets]
    else:
        forms = [form]
    found = [
        _basket(request, rows, form=own, part=part)
        for rows, own in zip(baskets, forms, strict=True)
    ]
    # What is left for afterwards is what can be paid here, and what was left for it before.
    payable = [str(bill.id) for basket in found if basket["offers"] for bill in basket["bills"]]
    later = [*payable, *request.POST.getlist("rest")[:MOST_PAID]]
    for basket in found:
        own_ids = {str(bill.id) for bill in basket["bills"]}
        basket["rest"] = [bill_id for bill_id in dict.fromkeys(later) if bill_id not in own_ids]
    return found


def _together(amounts: Sequence[Money]) -> Money | None:
    """
    Return what several payments come to; None where it is one, or currencies differ.
    """
    currencies = {one.currency for one in amounts}
    if len(amounts) < 2 or len(currencies) > 1:
        return None
    return Money.total(amounts, currency=currencies.pop())


def keep_rest(request: PortalRequest) -> None:
    """
    Remember which bills of other payments stood on the page from which a payment was begun.
    """
    request.session[REST] = request.POST.getlist("rest")[:MOST_PAID]


def rest(request: PortalRequest) -> list[str]:
    """
    Return which bills were left for afterwards, as the browser sent them.
    """
    found: list[str] = request.session.get(REST, [])
    return found


def _basket(
    request: PortalRequest, rows: list[BillRow], *, form: Receipt, part: Part | None
) -> dict[str, Any]:
    offers = pay_bills.offers(tenant=request.tenant, rows=rows, language=language())
    offers_part = _takes_part(request, rows)
    total = Money.total((row.outstanding for row in rows), currency=rows[0].outstanding.currency)
    only = offers[0] if len(offers) == 1 and not offers_part else None
    return {
        "form": form,
        "company": rows[0].company_name,
        "bills": rows,
        "total": total,
        # Nothing is left to choose: this is what will be charged.
        "only": only,
        "charged": only.whole if only else total,
        "offers": [(offer, _rate(offer)) for offer in offers],
        "chosen": _chosen(request, offers),
        "part": (part or _part(rows)) if offers_part else None,
    }


def typed_part(request: PortalRequest, bills: list[BillRow]) -> Part | None:
    """
    Return how much of a bill somebody wants to pay, where that can be chosen or was sent anyway.
    """
    if _takes_part(request, bills) or request.POST.get("much") == "part":
        return Part(request.POST, owed=bills[0].outstanding)
    return None


def _part(rows: list[BillRow]) -> Part:
    (row,) = rows
    return Part(owed=row.outstanding, auto_id=f"{row.id}-%s")


def _takes_part(request: PortalRequest, rows: list[BillRow]) -> bool:
    return request.tenant.file.payments.part_payments and len(rows) == 1


def _rate(offer: Offer) -> str:
    """
    Write by what a fee is reckoned, e.g. `1.5% + €0.25`; whoever pays a part reckons with it.
    """
    percent = (
        format_percent(offer.percent / 100, locale=language(), decimal_quantization=False)
        if offer.percent
        else ""
    )
    fixed = money_text(offer.fixed, language=language()) if offer.fixed.minor else ""
    return " + ".join(filter(None, (percent, fixed)))


def _chosen(request: PortalRequest, offers: list[Offer]) -> str:
    """
    Return the way that was chosen before something was wrong, silent or not, or the first one.
    """
    asked = request.POST.get("gateway", "")
    names = [one.name for one in offers]
    return next(iter([asked] if asked in names else names), "")
