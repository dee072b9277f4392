"""Money in: what was booked, what is still open at a gateway, and booking bank transfers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.branding.components import Cell, Column, Table
from mains.branding.paging import page_asked, pages
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, author, staff, to
from mains.console.payments.forms import BankTransfer, Look
from mains.journeys import bank_transfer, desk, pay_bills
from mains.journeys.desk import OpenAttempt
from mains.ledger.actions import ClosedMonth
from mains.payments import booking
from mains.payments.booked import BookedRow, booked
from mains.payments.models import PaymentKind
from mains.payments.wording import method_name, reference_text

PAGE = 50
SOUGHT = (*Look.field_order, "method")


@require_safe
@staff(*BILLING)
def desk_page(request: StaffRequest) -> HttpResponse:
    """
    List open card payments and what was booked, the latest first or what somebody looks for.
    """
    typed = request.GET.dict()
    sought = {name: str(typed[name]) for name in SOUGHT if typed.get(name)}
    form = Look(sought or None, currency=request.tenant.file.locale.currency)
    page = page_asked(request)
    rows = booked(
        wanted=form.wanted(), zone=request.tenant.zone, first=(page - 1) * PAGE, limit=PAGE + 1
    )
    return render(
        request,
        "console/payments/desk.html",
        {
            "form": form,
            "is_sought": bool(sought),
            "table": _table(request, rows[:PAGE], is_sought=bool(sought)) if rows else None,
            "pages": pages(page, more=len(rows) > PAGE, sought=sought),
            "attempts": [] if sought else _open_attempts(request),
            "debits_on": request.tenant.file.payments.direct_debit,
        },
    )


def _open_attempts(request: StaffRequest) -> list[tuple[OpenAttempt, str, str, str]]:
    return [
        (
            row,
            wording.gateway(row.gateway),
            wording.attempt(row.state),
            wording.moment(row.created_at, request.tenant.zone),
        )
        for row in desk.open_attempts()
    ]


def _table(request: StaffRequest, rows: list[BookedRow], *, is_sought: bool) -> Table:
    return Table(
        caption=_("Payments found") if is_sought else _("Latest payments"),
        columns=(
            Column(_("Received")),
            Column(_("Bill")),
            Column(_("Method")),
            Column(_("Reference")),
            Column(_("Booked by")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(_line(request, row) for row in rows),
    )


def _line(request: StaffRequest, row: BookedRow) -> tuple[Cell, ...]:
    zone, is_receipt = request.tenant.zone, row.kind == PaymentKind.RECEIPT
    counted = _("Value date %(day)s") % {"day": wording.day(row.value_date)}
    return (
        Cell(
            wording.moment(row.received_at, zone),
            note="" if row.received_at.astimezone(zone).date() == row.value_date else counted,
        ),
        _what_for(request, row),
        Cell(method_name(row.method)),
        Cell(reference_text(row.booking_key), is_code=True),
        Cell(wording.booked_by(row.booked_by)),
        Cell(row.amount, note="" if is_receipt else wording.payment_kind(row.kind)),
    )


def _what_for(request: StaffRequest, row: BookedRow) -> Cell:
    if row.bill_id:
        url = f"{request.base}bills/{row.bill_id}/"
        return Cell(row.bill_number, url=url, note=row.payer_name)
    if row.is_in_suspense:
        line = f"{request.base}payments/bank/{row.bank_line_id}/" if row.bank_line_id else ""
        return Cell(_("Waits to be placed"), url=line, meaning="warn", note=row.payer_name)
    url = f"{request.base}customers/{row.account_id}/" if row.account_id else ""
    text = _("On account %(number)s") % {"number": row.account_number}
    return Cell(text if url else _("On account"), url=url, note=row.payer_name)


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def book(request: StaffRequest) -> HttpResponse:
    """
    Book a bank transfer for a bill; the same transfer again books nothing.
    """
    form = BankTransfer(
        request.POST or None,
        initial={"value_date": request.today, "reference": request.GET.get("bill", "")[:60]},
    )
    if request.method == "POST" and form.is_valid():
        booked = _booked(request, form)
        if booked is not None:
            if booked.before:
                messages.info(
                    request, _("This transfer was booked before. Nothing was booked now.")
                )
            else:
                messages.success(request, _("The transfer is booked. The payer gets a receipt."))
            return to(request, f"bills/{booked.bill_id}/")
    return render(
        request, "console/payments/book.html", {"form": form}, status=422 if form.errors else 200
    )


def _booked(request: StaffRequest, form: BankTransfer) -> bank_transfer.Booked | None:
    asked = form.cleaned_data
    try:
        return bank_transfer.book(
            reference=asked["reference"],
            amount=asked["amount"],
            bank_reference=asked["bank_reference"],
            value_date=asked["value_date"],
            booked_by=author(request),
            now=request.now,
            today=request.today,
        )
    except bank_transfer.FutureValueDate:
        form.add_error(
            "value_date",
            _("This day has not come yet. Type the day on which the bank booked the transfer."),
        )
    except bank_transfer.OnStatement:
        form.add_error(
            "bank_reference",
            _(
                "A bank statement brought this transfer already, and its money is booked. Place it "
                "among the bank lines."
            ),
        )
    except bank_transfer.UnknownBill:
        form.add_error(
            "reference",
            _("No issued bill has this number or reference. Compare it with the bank statement."),
        )
    except booking.WrongAmount:
        form.add_error(
            "amount",
            _("An amount has to be more than zero, in whole units of the bill's currency."),
        )
    except booking.AlreadyBooked:
        form.add_error(
            "bank_reference",
            _(
                "A transfer with this bank reference was booked before, with another amount or for "
                "another bill. Nothing was booked now. Look for it among the latest payments."
            ),
        )
    except ClosedMonth:
        form.add_error(
            "value_date",
            _("This month is closed in the ledger. Book the transfer on a day of an open month."),
        )
    return None


@require_POST
@staff(*BILLING)
def ask(request: StaffRequest, token: str) -> HttpResponse:
    """
    Ask the gateway how a card payment stands, and book what it says.
    """
    pay_bills.confirm(token=token, now=request.now, today=request.today)
    still_open = {row.token for row in desk.open_attempts()}
    if token in still_open:
        messages.info(
            request,
            _("The gateway has not finished this payment yet. It is asked again by itself."),
        )
    else:
        messages.success(request, _("The gateway answered, and this payment is settled."))
    return to(request, "payments/")
