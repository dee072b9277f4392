"""What an account holds, as tables."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from mains.billing.kinds import kind_name
from mains.branding.components import Cell, Column, Fact, Table
from mains.console import wording
from mains.customers.queries import AccountDetail, ContractRow, MandateRow
from mains.enrolment import wording as enrolment
from mains.enrolment.queries import WhoSees
from mains.metering.queries import ReadingRow, RegisterRow
from mains.payments.queries import BillRow
from mains.payments.received import PaymentRow
from mains.payments.wording import method_name, payment_note, reference_text, state_cell
from mains.support.queries import ViewRow
from mains.tenancy.tenantfile import TenantFile


def about(account: AccountDetail) -> list[Fact]:
    """
    Return who pays, and how to reach them.
    """
    facts = [
        Fact(_("Company"), account.company),
        Fact(_("E-mail"), account.email or _("None: messages cannot reach this customer")),
        Fact(_("Phone"), account.phone),
        Fact(_("Tax number"), account.tax_id),
        Fact(_("Postal address"), account.postal_address.replace("\n", ", ")),
        Fact(_("Language"), account.language),
    ]
    return [fact for fact in facts if fact.value]


def bills(rows: Sequence[BillRow], *, base: str) -> Table:
    """
    List bills with what is still owed on them.
    """
    return Table(
        caption=_("Bills"),
        columns=(
            Column(_("Bill")),
            Column(_("Period")),
            Column(_("Due")),
            Column(_("Status")),
            Column(_("Amount"), numeric=True),
            Column(_("Still open"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    row.number,
                    url=f"{base}bills/{row.id}/",
                    note="" if row.kind == "REGULAR" else kind_name(row.kind),
                ),
                Cell(wording.period(row.period_start, row.period_end)),
                Cell(wording.day(row.due_date)),
                state_cell(row, language=wording.language()),
                Cell(row.total),
                Cell(row.outstanding),
            )
            for row in rows
        ),
    )


def payments(rows: Sequence[PaymentRow], *, zone: ZoneInfo) -> Table:
    """
    List what was paid.
    """
    return Table(
        caption=_("Payments"),
        columns=(
            Column(_("Received")),
            Column(_("Bill")),
            Column(_("Method")),
            Column(_("Reference")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(wording.moment(row.received_at, zone)),
                Cell(row.bill_numbers or _("On account")),
                Cell(method_name(row.method)),
                Cell(reference_text(row.booking_key), is_code=True),
                Cell(row.amount, note=payment_note(row, language=wording.language())),
            )
            for row in rows
        ),
    )


def contracts(rows: Sequence[ContractRow], *, file: TenantFile) -> Table:
    """
    List contracts with their supply point and how their bills are delivered.
    """
    labels = {service.code: service.label for service in file.services}
    language = wording.language()
    return Table(
        caption=_("Contracts"),
        columns=(
            Column(_("Service")),
            Column(_("Supply point")),
            Column(_("Tariff")),
            Column(_("From")),
            Column(_("Until")),
            Column(_("Bills")),
        ),
        rows=tuple(
            (
                Cell(_label(labels.get(row.service, {}), language) or row.service),
                Cell(row.supply_point, note=row.address),
                Cell(row.tariff_code),
                Cell(wording.day(row.start_date)),
                Cell(wording.day(row.end_date) if row.end_date else "–"),
                Cell(wording.delivery(row.delivery)),
            )
            for row in rows
        ),
    )


def _label(words: dict[str, str], language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")


def mandates(rows: Sequence[MandateRow], *, today: date) -> Table:
    """
    List direct-debit mandates; of a bank account only the end is shown.
    """
    return Table(
        caption=_("Direct debit"),
        columns=(
            Column(_("Mandate")),
            Column(_("Holder")),
            Column(_("Bank account")),
            Column(_("From")),
            Column(_("State")),
        ),
        rows=tuple(
            (
                Cell(row.reference),
                Cell(row.holder),
                Cell(f"…{row.iban_end}"),
                Cell(wording.day(row.start_date)),
                Cell(_("Ended"), meaning="warn")
                if row.end_date and row.end_date <= today
                else Cell(_("Active"), meaning="ok"),
            )
            for row in rows
        ),
    )


def meters(rows: Sequence[RegisterRow]) -> Table:
    """
    List registers with the latest reading that counts.
    """
    return Table(
        caption=_("Meters"),
        columns=(
            Column(_("Meter")),
            Column(_("Address")),
            Column(_("Read on")),
            Column(_("Last reading"), numeric=True),
            Column(_("On site")),
        ),
        rows=tuple(
            (
                Cell(row.meter),
                Cell(row.address),
                Cell(wording.day(row.last_date) if row.last_date else "–"),
                Cell(f"{wording.number(row.last_value)} {wording.unit(row.unit)}"),
                Cell(_("Exchange"), url=f"meters/{row.installation_id}/", about=row.meter),
            )
            for row in rows
        ),
    )


def readings(rows: Sequence[ReadingRow]) -> Table:
    """
    List the latest readings, those that do not count as well.
    """
    return Table(
        caption=_("Latest readings"),
        columns=(
            Column(_("Read on")),
            Column(_("Meter")),
            Column(_("From whom")),
            Column(_("State")),
            Column(_("Reading"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(wording.day(row.read_date)),
                Cell(row.meter),
                Cell(wording.source(row.source)),
                Cell(wording.quality(row.quality)[0], meaning=wording.quality(row.quality)[1]),
                Cell(f"{wording.number(row.value)} {wording.unit(row.unit)}"),
            )
            for row in rows
        ),
    )


def people(rows: Sequence[WhoSees], *, zone: ZoneInfo, base: str) -> Table:
    """
    List the logins that see an account, each with where its access is changed.
    """
    return Table(
        caption=_("Logins that see it"),
        columns=(
            Column(_("E-mail")),
            Column(_("As")),
            Column(_("May")),
            Column(_("Since")),
            Column(_("Until")),
            Column(_("Action")),
        ),
        rows=tuple(
            (
                Cell(row.email or "–", url=f"{base}people/{row.link_id}/"),
                Cell(enrolment.role(row.role), note=row.authority),
                Cell(enrolment.scope(may_read=row.may_read, may_pay=row.may_pay)),
                Cell(wording.moment(row.linked_at, zone)),
                Cell(wording.day(row.last_date) if row.last_date else "–"),
                Cell(
                    _("See their portal"),
                    url=f"{base}customers/{row.account_id}/support/{row.link_id}/",
                    about=row.email,
                ),
            )
            for row in rows
        ),
    )


def looks(rows: Sequence[ViewRow], *, zone: ZoneInfo) -> Table:
    """
    List who saw the portal as a customer of the account, and why.
    """
    return Table(
        caption=_("Earlier support views"),
        columns=(
            Column(_("From")),
            Column(_("Until")),
            Column(_("Who")),
            Column(_("Reason")),
        ),
        rows=tuple(
            (
                Cell(wording.moment(row.started_at, zone)),
                Cell(
                    wording.moment(row.until, zone),
                    note="" if row.opened_at else _("never opened"),
                ),
                Cell(
                    _("%(staff)s as %(login)s")
                    % {
                        "staff": row.staff or _("A deleted login"),
                        "login": row.login or _("A deleted login"),
                    }
                ),
                Cell(row.reason),
            )
            for row in rows
        ),
    )
