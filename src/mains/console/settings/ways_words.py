"""How ways to pay are shown in the settings."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from mains.branding.components import Cell, Column, Fact, Table
from mains.console import wording
from mains.console.access import StaffRequest
from mains.console.wording import Words
from mains.core.money import Money
from mains.core.wording import money_text, text_in
from mains.journeys.ways_desk import Standing, Tried, Way
from mains.payments.gateways.base import Detail
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.money import Fee

_PLACE = "settings/payments/"


def table(request: StaffRequest, ways: list[Way]) -> Table:
    """
    List the ways to pay in their order, with how they do.
    """
    return Table(
        caption=_("In the order in which they are offered"),
        columns=(
            Column(_("What customers read")),
            Column(_("Gateway")),
            Column(_("Only for")),
            Column(_("Fee")),
            Column(_("Last payment")),
            Column(_("State")),
        ),
        rows=tuple(
            (
                Cell(label(way), url=f"{request.base}{_PLACE}{way.position}/"),
                Cell(_(way.known.title)),
                Cell(_whom_for(request.tenant.file, way) or _("all bills")),
                Cell(_fee(way.choice.fee, request.tenant.file.locale.currency)),
                Cell(_moment(request, way.health.paid_at)),
                _with_waiting(way),
            )
            for way in ways
        ),
    )


def _with_waiting(way: Way) -> Cell:
    text, meaning = state(way.standing)
    note = ""
    if way.health.waiting:
        note = _("Messages that wait: %(count)s") % {"count": way.health.waiting}
    return Cell(text, meaning=meaning, note=note)


def facts(request: StaffRequest, way: Way) -> list[Fact]:
    """
    Say what is known of one way to pay.
    """
    found = [
        Fact(_("Gateway"), _(way.known.title)),
        Fact(_("Last payment"), _moment(request, way.health.paid_at)),
    ]
    if Detail.KEY in way.known.details or way.health.told_at:
        found.append(Fact(_("Last message from it"), _moment(request, way.health.told_at)))
        found.append(Fact(_("Messages that wait"), str(way.health.waiting)))
    return [*found, *addresses(request, way.addresses)]


def addresses(request: StaffRequest, by_company: Mapping[str, str]) -> list[Fact]:
    """
    Say where a gateway has to send its messages.
    """
    names = {one.code: one.name for one in request.tenant.file.companies}
    return [
        Fact(_("Address for its messages, %(company)s") % {"company": names[code]}, address)
        for code, address in by_company.items()
    ]


def label(way: Way) -> str:
    """
    Return what customers read.
    """
    return text_in(way.choice.label, language=wording.language(), otherwise=way.choice.kind)


def _whom_for(file: TenantFile, way: Way) -> str:
    names = {one.code: one.name for one in file.companies}
    labels = {
        one.code: text_in(one.label, language=wording.language(), otherwise=one.code)
        for one in file.services
    }
    is_for_all = set(way.choice.companies) == set(names)
    companies = [] if is_for_all else [names[code] for code in way.choice.companies]
    services = [labels[code] for code in way.choice.services]
    return "; ".join(", ".join(part) for part in (companies, services) if part)


def _fee(fee: Fee, currency: str) -> str:
    parts = []
    if fee.percent:
        parts.append(f"{wording.number(fee.percent.normalize())}\u00a0%")
    if fee.fixed:
        amount = Money.round_from(fee.fixed, currency)
        parts.append(money_text(amount, language=wording.language()))
    return " + ".join(parts) or "–"


def _moment(request: StaffRequest, at: datetime | None) -> str:
    return wording.moment(at, request.tenant.zone) if at else _("none yet")


def state(standing: Standing) -> Words:
    """
    Say whether customers are offered a way, and why they are not.
    """
    words: dict[Standing, Words] = {
        Standing.OFFERED: (_("Offered"), "ok"),
        Standing.SWITCHED_OFF: (_("Switched off"), "info"),
        Standing.LACKS_KEY: (_("A key is missing"), "warn"),
        Standing.ONLY_PRETENDS: (_("Not offered: it only pretends"), "warn"),
    }
    return words[standing]


def outcome(tried: Tried) -> str:
    """
    Say what came of trying a gateway.
    """
    return {
        Tried.REAL: _("It answers and takes your key. Payments there move real money."),
        Tried.TEST: _("It answers and takes your key. That key is for tests: no money moves."),
        Tried.WRONG_KEY: _(
            "It does not take your key, so nobody can pay there. Copy the key from the gateway's "
            "pages again."
        ),
        Tried.SILENT: _(
            "It does not answer now. Customers are offered the other ways; try again in a minute."
        ),
    }[tried]
