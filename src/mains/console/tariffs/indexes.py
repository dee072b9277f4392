"""Indexes: of which days prices are known, and a list of prices taken in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Table
from mains.console import wording
from mains.console.access import BILLING, StaffRequest, staff, to
from mains.core.calendars import Period
from mains.tariffs import queries
from mains.tariffs.indexes import store_prices
from mains.tariffs.rules.price_file import PriceFileWrong, PriceTrouble, read_prices
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.tariffs import PriceIndex

MOST_BYTES = 2_000_000
SHOWN_DAYS = 31


class PriceFile(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("List of prices"),
        help_text=gettext_lazy(
            "A text with an instant such as 2026-11-01T00:00+01:00 and a price on each line."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={
            "required": gettext_lazy("Choose a list of prices."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )


@require_safe
@staff(*BILLING)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the indexes with the days of which prices are known.
    """
    indexes = request.tenant.file.indexes
    known = queries.prices_known()
    table = Table(
        caption=_("Indexes"),
        hide_caption=True,
        columns=(
            Column(_("Index")),
            Column(_("Unit")),
            Column(_("Days with prices"), numeric=True),
            Column(_("First day")),
            Column(_("Last day")),
        ),
        rows=tuple(
            (
                Cell(_label(index), url=f"{request.base}tariffs/indexes/{index.code}/"),
                Cell(wording.unit(index.unit)),
                Cell(wording.number(known[index.code].days if index.code in known else 0)),
                Cell(wording.day(known[index.code].first) if index.code in known else "–"),
                Cell(wording.day(known[index.code].last) if index.code in known else "–"),
            )
            for index in indexes
        ),
    )
    return render(request, "console/tariffs/indexes.html", {"table": table if indexes else None})


@require_http_methods(["GET", "POST"])
@staff(*BILLING)
def one(request: StaffRequest, index: str) -> HttpResponse:
    """
    Show an index with its latest prices, and take in a list of prices.
    """
    entry = _found(request.tenant.file, index)
    form = PriceFile(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _stored(request, form, index):
        return to(request, f"tariffs/indexes/{index}/")
    known = queries.prices_known().get(index)
    return render(
        request,
        "console/tariffs/index.html",
        {
            "index": entry,
            "label": _label(entry),
            "unit": wording.unit(entry.unit),
            "known": known,
            "table": _days(index, known) if known else None,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _found(file: TenantFile, code: str) -> PriceIndex:
    for index in file.indexes:
        if index.code == code:
            return index
    raise Http404


def _label(index: PriceIndex) -> str:
    words = index.label
    return words.get(wording.language()) or next(iter(words.values()), index.code)


def _stored(request: StaffRequest, form: forms.Form, index: str) -> bool:
    content = form.cleaned_data["file"].read(MOST_BYTES + 1)
    try:
        if len(content) > MOST_BYTES:
            raise forms.ValidationError(_("It has more than 2 MB. Send it in parts."))
        days = read_prices(content.decode("utf-8-sig"), zone=request.tenant.zone)
    except UnicodeDecodeError:
        form.add_error("file", _("It is no UTF-8 text. Save it as UTF-8."))
        return False
    except PriceFileWrong as wrong:
        form.add_error("file", refusal(wrong))
        return False
    except forms.ValidationError as error:
        form.add_error("file", error)
        return False
    stored = store_prices(
        index=index, days=days, by=f"staff:{request.user.pk}", now=request.now
    )  # fmt: skip
    messages.success(
        request,
        _("%(new)s new days of prices, %(changed)s days with other prices than before.")
        % {"new": stored.new_days, "changed": stored.changed_days},
    )
    return True


def refusal(wrong: PriceFileWrong) -> str:
    """
    Say why a list of prices cannot be taken, where, and what helps.
    """
    values: dict[str, Any] = {
        "line": wrong.line,
        "day": wording.day(wrong.day) if wrong.day else "",
    }
    return {
        PriceTrouble.NO_LINES: _("There is no price in it. Choose the right file."),
        PriceTrouble.COLUMNS: _(
            "Line %(line)s has not two columns. Each line has an instant and a price."
        ),
        PriceTrouble.INSTANT: _(
            "Line %(line)s has no instant with its offset, such as 2026-11-01T00:00+01:00."
        ),
        PriceTrouble.PRICE: _(
            "The price in line %(line)s is no number with up to eight decimals. Correct it."
        ),
        PriceTrouble.TWICE: _("The instant in line %(line)s is there twice. Take one away."),
        PriceTrouble.INCOMPLETE: _(
            "Some hours of %(day)s have no price. Add them, or leave out that day."
        ),
    }[wrong.trouble] % values


def _days(index: str, known: queries.PricesKnown) -> Table:
    end = known.last.toordinal() + 1
    first = max(known.first.toordinal(), end - SHOWN_DAYS)
    period = Period(known.last.fromordinal(first), known.last.fromordinal(end))
    prices = queries.index_prices(codes={index}, period=period)[index]
    return Table(
        caption=_("Latest days"),
        columns=(
            Column(_("Day")),
            Column(_("Prices"), numeric=True),
            Column(_("Lowest"), numeric=True),
            Column(_("Highest"), numeric=True),
        ),
        rows=tuple(_day(day, prices.get(day, ())) for day in reversed([*period.each_day()])),
    )


def _day(day: date, prices: Sequence[Decimal]) -> tuple[Cell, ...]:
    if not prices:
        return Cell(wording.day(day)), Cell(_("None"), meaning="warn"), Cell("–"), Cell("–")
    return (
        Cell(wording.day(day)),
        Cell(str(len(prices))),
        Cell(wording.number(min(prices))),
        Cell(wording.number(max(prices))),
    )
