"""Take a tariff's new version from a copy of what holds to its publication."""

from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from mains.core.calendars import Period, add_months
from mains.journeys import configure
from mains.tariffs import drafts, notices
from mains.tariffs.actions import PublishedPricesChanged
from mains.tariffs.drafts import Draft, UnknownTariff
from mains.tariffs.entering import TariffWrong
from mains.tariffs.notices import NoticeTooShort
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile import TenantFile, TenantFileError, parse
from mains.tenancy.tenantfile.tariffs import Tariff, TariffVersion


class CannotPublish(Exception):
    """A draft contradicts itself or what is published; the text says where."""


class Outdated(Exception):
    """Another version of the configuration was published since the draft was looked at."""


def begin(*, tenant: TenantInfo, code: str, author: str, today: date) -> int:
    """
    Begin a draft from the prices in force and return its id.

    It starts on the first day of a month that is far enough away for the notice.

    :raises UnknownTariff: if there is no such tariff.
    """
    tariff = _tariff(tenant.file, code)
    version = in_force(tariff, today)
    return drafts.begin(
        code=code,
        start_date=_proposed_start(tenant.file, tariff, today),
        source="",
        components=[
            one.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            for one in version.components
        ],
        author=author,
    )


def in_force(tariff: Tariff, day: date) -> TariffVersion:
    """
    Return the version of a tariff whose prices hold on a day, or its first one.
    """
    listed = sorted(tariff.versions, key=lambda one: one.start_date)
    begun = [one for one in listed if one.start_date <= day]
    return begun[-1] if begun else listed[0]


def _proposed_start(file: TenantFile, tariff: Tariff, today: date) -> date:
    earliest = notices.earliest_start(file=file, today=today) or today
    start = Period.month_of(earliest).end
    taken = {version.start_date for version in tariff.versions}
    while start in taken:
        start = add_months(start, 1)
    return start


def _tariff(file: TenantFile, code: str) -> Tariff:
    for tariff in file.tariffs:
        if tariff.code == code:
            return tariff
    raise UnknownTariff(code)


def is_taken(*, tenant: TenantInfo, draft: Draft) -> bool:
    """
    Tell whether another published version of the tariff begins on a draft's day.
    """
    return any(
        version.start_date == draft.start_date and not _says(version, draft)
        for tariff in tenant.file.tariffs
        if tariff.code == draft.code
        for version in tariff.versions
    )


def _says(version: TariffVersion, draft: Draft) -> bool:
    """
    Tell whether a version is what a draft would publish.
    """
    try:
        return version == TariffVersion.model_validate(drafts.version_data(draft))
    except ValidationError:
        return False


def publish(
    *, tenant: TenantInfo, draft_id: int, based_on: int, author: str, note: str, now: datetime
) -> int:
    """
    Publish a draft with the configuration, and return the configuration's version.

    Again publishes nothing: a draft that was published is gone, and one whose publication was
    interrupted is only put in its place.

    :raises drafts.UnknownDraft: if it is deleted or published.
    :raises CannotPublish: if it contradicts itself, or prices that are published.
    :raises NoticeTooShort: if its day is sooner than the tenant allows itself.
    :raises Outdated: if the configuration is another one by now.
    """
    draft = drafts.find(draft_id=draft_id)
    try:
        drafts.ratable(draft=draft, file=tenant.file)
        version = configure.publish(
            file=file_with(draft, tenant.file),
            author=author,
            note=note,
            based_on=based_on,
            now=now,
        )
    except configure.PublishedMeanwhile as error:
        raise Outdated(str(error)) from error
    except (TariffWrong, TenantFileError, PublishedPricesChanged, UnknownTariff) as error:
        raise CannotPublish(str(error)) from error
    drafts.finish(draft_id=draft_id, now=now)
    return version


def file_with(draft: Draft, file: TenantFile) -> TenantFile:
    """
    Return a tenant file with a draft as one of its tariff's versions.

    :raises TenantFileError: naming the place of each mistake.
    """
    tariff = _tariff(file, draft.code)
    if any(one.start_date == draft.start_date and _says(one, draft) for one in tariff.versions):
        return file
    data: dict[str, Any] = file.model_dump(mode="json")
    entry = next(one for one in data["tariffs"] if one["code"] == draft.code)
    entry["versions"] = sorted(
        [*entry["versions"], drafts.version_data(draft)], key=lambda one: str(one["start_date"])
    )
    return parse(data, source=file.slug)


__all__ = ["CannotPublish", "NoticeTooShort", "Outdated", "UnknownTariff"]
