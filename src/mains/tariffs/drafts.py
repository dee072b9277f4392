"""Drafts of tariff versions: begun from what holds, saved with their mistakes, deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from mains.core.transactions import owns_transaction
from mains.tariffs.entering import TariffWrong, rows_of
from mains.tariffs.models import Tariff, TariffVersion
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import Component, ComponentWrong
from mains.tariffs.rules.mistakes import Known, mistakes
from mains.tariffs.rules.rating import compile_tariff
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile import tariffs as tenantfile

type Rows = Sequence[Mapping[str, Any]]


class UnknownDraft(Exception):
    """There is no draft with this id; it may be deleted or published."""


class UnknownTariff(Exception):
    """There is no tariff with this code."""


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A version that is not published; its components are as the tenant file writes them.
    """

    id: int
    code: str
    name: str
    service: str
    start_date: date
    source: str
    author: str
    components: list[dict[str, Any]]
    trial: dict[str, Any]


@owns_transaction
def begin(*, code: str, start_date: date, source: str, components: Rows, author: str) -> int:
    """
    Begin a draft and return its id; while one like it is untouched, begun again it is that one.

    :raises UnknownTariff: if there is no such tariff.
    """
    tariff = Tariff.objects.select_for_update().filter(code=code).first()
    if tariff is None:
        raise UnknownTariff(code)
    draft, _made = TariffVersion.objects.get_or_create(
        tariff=tariff,
        start_date=start_date,
        published_at=None,
        components=list(components),
        source=source,
        author=author,
    )
    return draft.pk


@owns_transaction
def save(*, draft_id: int, start_date: date, source: str, components: Rows) -> bool:
    """
    Store what somebody typed and tell whether it is other than before.

    What the lab found belongs to the prices that it was asked with, so it goes with them.

    :raises UnknownDraft: if it is deleted or published.
    """
    draft = _locked(draft_id)
    if draft is None:
        raise UnknownDraft(draft_id)
    stored = draft.start_date, draft.source, draft.components
    if stored == (start_date, source, list(components)):
        return False
    if draft.components != list(components):
        draft.trial.pop("lab", None)
    draft.start_date, draft.source, draft.components = start_date, source, list(components)
    draft.save(update_fields=["start_date", "source", "components", "trial"])
    return True


@owns_transaction
def remember_example(*, draft_id: int, typed: Mapping[str, Any]) -> None:
    """
    Keep what somebody typed for the example, so that it stands there next time.
    """
    draft = _locked(draft_id)
    if draft is not None and draft.trial.get("example") != typed:
        draft.trial["example"] = dict(typed)
        draft.save(update_fields=["trial"])


@owns_transaction
def delete(*, draft_id: int) -> None:
    """
    Delete a draft; one that is gone stays gone, and a published version is none.
    """
    TariffVersion.objects.filter(pk=draft_id, published_at=None).delete()


@owns_transaction
def finish(*, draft_id: int, now: datetime) -> int | None:
    """
    Put the published version in the place of its draft, with what the lab found, and return its id.

    Done again, or before anything is published for the draft's day, it does nothing.
    """
    draft = _locked(draft_id)
    if draft is None:
        return None
    version = TariffVersion.objects.filter(
        tariff=draft.tariff_id, start_date=draft.start_date, published_at__lte=now
    ).first()
    if version is None:
        return None
    if draft.trial.get("lab", {}).get("state") != "DONE":
        # Nobody goes on with it: half of a base would pass for the whole.
        draft.trial.pop("lab", None)
    version.trial = draft.trial
    version.save(update_fields=["trial"])
    draft.delete()
    return version.pk


def _locked(draft_id: int) -> TariffVersion | None:
    rows = TariffVersion.objects.select_for_update().filter(pk=draft_id, published_at=None)
    return rows.first()


def find(*, draft_id: int) -> Draft:
    """
    Return a draft.

    :raises UnknownDraft: if it is deleted or published.
    """
    rows = TariffVersion.objects.select_related("tariff")
    row = rows.filter(pk=draft_id, published_at=None).first()
    if row is None:
        raise UnknownDraft(draft_id)
    return _draft(row)


def every(*, code: str) -> list[Draft]:
    """
    Return the drafts of a tariff, the oldest first.
    """
    rows = TariffVersion.objects.select_related("tariff")
    return [_draft(row) for row in rows.filter(tariff__code=code, published_at=None).order_by("pk")]


def _draft(row: TariffVersion) -> Draft:
    return Draft(
        id=row.pk,
        code=row.tariff.code,
        name=row.tariff.name,
        service=row.tariff.service,
        start_date=row.start_date,
        source=row.source,
        author=row.author,
        components=row.components,
        trial=row.trial,
    )


def known_of(file: TenantFile) -> Known:
    """
    Return what components of a utility may refer to.
    """
    return Known(
        taxes=frozenset(tax.code for tax in file.taxes),
        calendars={one.code: [period.code for period in one.periods] for one in file.calendars},
        indexes=frozenset(index.code for index in file.indexes),
    )


@dataclass(frozen=True, slots=True)
class Ratable:
    """
    A draft whose components can be rated; `labels` are code → language → words.
    """

    components: tuple[Component, ...]
    labels: dict[str, dict[str, str]]


def ratable(*, draft: Draft, file: TenantFile) -> Ratable:
    """
    Return a draft's components ready for rating.

    :raises TariffWrong: if something in it contradicts itself, or is not filled in.
    """
    found = mistakes(draft.components, known=known_of(file))
    if found:
        raise TariffWrong(f"components[{found[0].place.component}]: {found[0].trouble}")
    try:
        tariff = tenantfile.Tariff.model_validate(
            {"code": draft.code, "name": draft.name, "service": draft.service,
             "versions": [version_data(draft)]}
        )  # fmt: skip
        rows, labels = rows_of(tariff, tariff.versions[0], calendars=file.calendars)
        components = read_components(rows)
        compile_tariff(components, currency=file.locale.currency)
    except (ValidationError, ComponentWrong) as problem:
        raise TariffWrong(str(problem)) from problem
    return Ratable(components, labels)


def version_data(draft: Draft) -> dict[str, Any]:
    """
    Return a draft as a version of the tenant file.
    """
    return {
        "start_date": draft.start_date.isoformat(),
        "source": draft.source,
        "components": draft.components,
    }
