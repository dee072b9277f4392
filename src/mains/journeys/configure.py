"""Publish what a tenant decided, and bring its companies and tariffs in line with it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from mains.approvals.actions import NeedsSecondOwner
from mains.core.transactions import owns_transaction
from mains.customers.models import Company
from mains.enrolment import strength
from mains.guard.context import PUBLIC, inside
from mains.journeys import jobs
from mains.metering import windows
from mains.notifications import own_words
from mains.tariffs import actions as tariffs
from mains.tariffs import notices
from mains.tariffs.entering import check, rows_of
from mains.tenancy import actions as tenancy
from mains.tenancy import registry
from mains.tenancy.actions import PublishedMeanwhile
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.approvals import guarded_changes
from mains.tenancy.tenantfile.comparing import Change


class WindowsContradict(Exception):
    """
    A reading window that can never be open, or wants readings while it suspends them; says where.
    """


class WeakPolicy(Exception):
    """
    A policy that gives access is guessed too easily, and nobody waived it; says what would do.
    """


def publish(
    *,
    file: TenantFile,
    author: str,
    note: str = "",
    based_on: int | None = None,
    approved: bool = False,
    now: datetime,
) -> int:
    """
    Publish a tenant's configuration and return its version; the same content changes nothing.

    The tenant's own rows come first: if a published price would change, nothing is published.
    `based_on` is the version from which the file was made; `approved` says that two owners want it.

    :raises PublishedMeanwhile: if another version is published by now.
    :raises NeedsSecondOwner: if it changes where money goes, and two owners have to want that.
    :raises tariffs.PublishedPricesChanged: if a published tariff version has other prices.
    :raises NoticeTooShort: if new prices would hold sooner than the tenant allows itself.
    :raises WindowsContradict: if a reading window cannot hold.
    :raises WeakPolicy: if a policy that gives access is guessed too easily.
    :raises TariffWrong: if prices or a calendar contradict themselves.
    :raises MailWrong: if a message in the utility's own words cannot be sent.
    """
    version, before = registry.published(schema_name=file.slug)
    if based_on not in (None, version) and file != before:
        raise PublishedMeanwhile(file.slug)
    if before is not None and not approved:
        guarded = needs_second_owner(before, file)
        if guarded:
            raise NeedsSecondOwner([change.place for change in guarded])
    _judge(file=file, now=now)
    notices.check(before=before, after=file, today=_today(file, now))
    with inside(file.slug):
        _bring_in_line(file=file, before=before, author=author, now=now)
    try:
        with inside(PUBLIC):
            version = tenancy.publish_configuration(
                schema_name=file.slug,
                file=file,
                author=author,
                note=note,
                based_on=version or None,
                now=now,
            )
    except PublishedMeanwhile:
        _restore(schema_name=file.slug, now=now)
        raise
    with inside(file.slug):
        if notices.waiting():
            # Only now: what another version has overtaken, nobody is told of.
            jobs.TELL_OF_PRICES.send()
    return version


def needs_second_owner(before: TenantFile, after: TenantFile) -> list[Change]:
    """
    Return the changes for which a tenant demands a second owner; none where it demands nothing.
    """
    return guarded_changes(before, after)


def _judge(*, file: TenantFile, now: datetime) -> None:
    contradictions = windows.contradictions(file)
    if contradictions:
        raise WindowsContradict(" ".join(f"{place}: {what}" for place, what in contradictions))
    check(file)
    own_words.check(file)
    with inside(file.slug):
        weak = strength.weak_policies(file=file, today=now.date())
    if weak:
        raise WeakPolicy(" ".join(strength.advice(one, file=file) for one in weak))


def _restore(*, schema_name: str, now: datetime) -> None:
    """
    Bring a tenant's rows back in line with what somebody else published in the same instant.
    """
    _version, file = registry.published(schema_name=schema_name)
    if file is not None:
        with inside(schema_name):
            _bring_in_line(file=file, before=file, author="", now=now)


def _today(file: TenantFile, now: datetime) -> date:
    return now.astimezone(ZoneInfo(file.locale.timezone)).date()


@owns_transaction
def _bring_in_line(
    *, file: TenantFile, before: TenantFile | None, author: str, now: datetime
) -> None:
    companies = {}
    for company in file.companies:
        companies[company.code], _made = Company.objects.update_or_create(
            code=company.code,
            defaults={
                "name": company.name,
                "tax_id": company.tax_id,
                "address": company.address,
                "iban": company.iban,
                "creditor_id": company.creditor_id,
                "payment_codes": company.payment_codes.model_dump(mode="json", exclude_none=True),
            },
        )
    known = {tariff.code for tariff in before.tariffs} if before else set()
    for tariff in file.tariffs:
        service = file.service(tariff.service)
        for version in tariff.versions:
            components, labels = rows_of(tariff, version, calendars=file.calendars)
            _version, is_new = tariffs.publish_version(
                code=tariff.code,
                name=tariff.name,
                service=tariff.service,
                company=companies[service.company],
                prices=tariffs.Prices(version.start_date, components, labels, version.source),
                author=author,
                now=now,
            )
            if is_new and tariff.code in known:
                notices.wait_to_be_told(
                    code=tariff.code, start_date=version.start_date, today=_today(file, now)
                )
