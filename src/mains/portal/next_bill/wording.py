"""A bill to come in sentences: how much, what it rests on, and what a reading would change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from mains.billing.foreseeing import ForeseenUse, NextBill
from mains.billing.rules.drafting import Hold
from mains.branding.components import Cell, Column, Table
from mains.core.wording import date_text, money_text, number_text, short_date_text
from mains.metering.rules.estimating import Method
from mains.metering.rules.windows import last_day_for
from mains.metering.windows import window_for
from mains.portal.access import PortalRequest
from mains.portal.bills.explaining import period_text
from mains.portal.readings.history import read_by
from mains.portal.readings.messages import language
from mains.portal.readings.windows import label_of
from mains.portal.templatetags.portal import unit as unit_text


@dataclass(frozen=True, slots=True)
class Told:
    """
    A bill to come as people read it; `asks` leads to the readings that it waits for.
    """

    account_number: str
    headline: str
    sentences: list[str]
    table: Table | None
    asks: bool


def told(request: PortalRequest, bill: NextBill) -> Told:
    """
    Return what to say about a bill to come.
    """
    return Told(
        account_number=bill.account_number,
        headline=headline(bill),
        sentences=list(_sentences(request, bill)),
        table=_table(request, bill) if bill.uses else None,
        asks=bill.is_estimated or bill.hold is Hold.NO_READING,
    )


def headline(bill: NextBill) -> str:
    """
    Say for which period a bill to come is, and what it comes to.
    """
    period = period_text(bill.period.start, bill.period.end)
    if bill.total is None:
        return _("%(period)s: not known yet") % {"period": period}
    values = {"period": period, "amount": money_text(bill.total, language=language())}
    if bill.is_estimated:
        return _("%(period)s: about %(amount)s") % values
    if not bill.uses:
        return _("%(period)s: %(amount)s") % values
    return _("%(period)s: %(amount)s by what was read so far") % values


def _sentences(request: PortalRequest, bill: NextBill) -> Iterator[str]:
    if bill.hold is not None:
        yield _why_held(request, bill)
    if bill.has_fixed:
        yield _("A fixed monthly amount is charged. What you really use is settled later.")
    for use in bill.uses:
        if use.used is not None and use.register.end_method:
            yield _if_nothing(request, bill, use)
    for one in bill.corrected:
        for register, before, after in one.registers:
            yield _(
                "It sets right the bill for %(period)s, which was estimated: "
                "%(after)s instead of %(before)s."
            ) % {
                "period": period_text(one.billed_with.start, one.billed_with.end),
                "before": number_text(before, language=language()),
                "after": f"{number_text(after, language=language())} {unit_text(register.unit)}",
            }


def _why_held(request: PortalRequest, bill: NextBill) -> str:
    if bill.hold is Hold.NO_READING:
        if _estimates(request, bill):
            return _(
                "Nobody read the meter, and too little is known of it to estimate what you used."
            )
        return _("Nobody read the meter yet; the bill waits until somebody does.")
    if bill.hold is Hold.BELOW_PREVIOUS:
        return _("Two readings contradict each other; we look into it before you get a bill.")
    if bill.hold is Hold.NOT_SETTLED:
        return _("First we settle what you really used under the fixed monthly amount.")
    return _("Something is missing in our records; we add it before you get a bill.")


def _estimates(request: PortalRequest, bill: NextBill) -> bool:
    """
    Tell whether a service that lacks a reading is ever estimated.
    """
    lacking = {use.contract.service for use in bill.uses if use.used is None}
    return any(one.estimate and one.code in lacking for one in request.tenant.file.services)


def _if_nothing(request: PortalRequest, bill: NextBill, use: ForeseenUse) -> str:
    assert use.used is not None
    values = {
        "meter": use.register.meter,
        "figure": _figure(use),
        "basis": basis(use.register.end_method),
    }
    last_day = _last_day(request, bill, use)
    if last_day is None or last_day < request.today:
        return _("Nobody read meter %(meter)s, so we estimate %(figure)s, %(basis)s.") % values
    return _("If meter %(meter)s is not read by %(day)s, we estimate %(figure)s, %(basis)s.") % {
        **values,
        "day": date_text(last_day, language=language()),
    }


def _last_day(request: PortalRequest, bill: NextBill, use: ForeseenUse) -> date | None:
    window = window_for(
        file=request.tenant.file,
        service=use.contract.service,
        contract_class=use.contract.contract_class,
    )
    return last_day_for(window, bill.period)


def basis(method: str) -> str:
    """
    Say what an estimate rests on.
    """
    return {
        Method.LAST_YEAR: _("as much as a year before"),
        Method.DEGREE_DAYS: _("by your use of the last year and how cold it was"),
        Method.PROFILE: _("by your use of the last year and the time of the year"),
        Method.AVERAGE: _("by the average of your use in the last year"),
        Method.SHARE: _("your share of what was measured later"),
        Method.SPLIT: _("your days' share of what was measured over the move"),
    }[Method(method)]


def _table(request: PortalRequest, bill: NextBill) -> Table:
    return Table(
        caption=_("What it rests on"),
        hide_caption=True,
        columns=(
            Column(_("Meter")),
            Column(_("Used"), numeric=True),
            Column(_("From – to")),
            Column(_("Read by")),
        ),
        rows=tuple(
            (
                Cell(use.register.meter, note=_service(request, use)),
                Cell(_figure(use) if use.used is not None else "–"),
                Cell(_span(use)),
                Cell(read_by(use.register.end_source) if use.register.end_source else "–"),
            )
            for use in bill.uses
        ),
    )


def _service(request: PortalRequest, use: ForeseenUse) -> str:
    code = use.contract.service
    known = [one for one in request.tenant.file.services if one.code == code]
    return label_of(known[0]) if known else code


def _figure(use: ForeseenUse) -> str:
    assert use.used is not None
    return f"{number_text(use.used, language=language())} {unit_text(use.register.unit)}"


def _span(use: ForeseenUse) -> str:
    days = (use.register.start_date, use.register.end_date)
    return " – ".join(short_date_text(day, language=language()) if day else "…" for day in days)
