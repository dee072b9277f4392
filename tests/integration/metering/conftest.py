"""Files taken in by the action, into a tenant whose rows are rolled back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

NOW = datetime(2026, 11, 4, 9, tzinfo=UTC)


@pytest.fixture
def take(tenant, tmp_path):
    from mains.metering import importing
    from mains.metering.imports.profiles import PROFILES

    def _take(text, profile="csv", *, zone="Europe/Madrid", name="file", dry_run=False, now=NOW):
        path = tmp_path / "upload"
        path.write_text(text, newline="")
        return importing.import_file(
            path=path,
            file_name=name,
            profile=PROFILES[profile],
            arrival=importing.Arrival(by="staff:1", now=now, zone=ZoneInfo(zone)),
            dry_run=dry_run,
        )

    return _take


@pytest.fixture
def undo(tenant):
    from mains.metering import importing

    def _undo(outcome):
        return importing.undo(import_id=outcome.import_id, by="staff:2", now=NOW)

    return _undo


@pytest.fixture
def table(tenant):
    """
    Return everything stored, as rows that compare.
    """

    def _table():
        from mains.metering.models import IntervalDay

        return {
            (row.register_id, row.day): (
                row.import_id, row.minutes, row.decimals, row.values, row.qualities,
            )
            for row in IntervalDay.objects.all()
        }  # fmt: skip

    return _table
