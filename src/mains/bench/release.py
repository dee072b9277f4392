"""Code that is one migration ahead of every tenant, as after a release."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path

from django.conf import settings

from mains.tenancy import record

ONE_COLUMN = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_waiting_by_kind")]
    operations = [
        migrations.AddField("storedfile", "note", models.CharField(default="", max_length=20))
    ]
"""
_numbers = count(1)


@contextmanager
def ahead(**migrations: str) -> Iterator[None]:
    """
    Add a migration, given as its module's text, to each named app of the tenants for a block.
    """
    recorded, modules = record.FILE, dict(settings.MIGRATION_MODULES)
    with tempfile.TemporaryDirectory() as folder:
        released = {app: _package(Path(folder), app, text) for app, text in migrations.items()}
        first, rest = recorded.read_text().split("\n", 1)
        record.FILE = Path(folder) / "tenant.sql"
        record.FILE.write_text(f"{first}-{next(_numbers)}\n{rest}")
        sys.path.insert(0, folder)
        settings.MIGRATION_MODULES = {**modules, **released}
        try:
            yield
        finally:
            settings.MIGRATION_MODULES = modules
            sys.path.remove(folder)
            record.FILE = recorded


def _package(folder: Path, app: str, migration: str) -> str:
    """
    Copy an app's migrations, add one, and return the name of the package.
    """
    # A new name each time, because a module is imported only once.
    name = f"released_{app}_migrations_{next(_numbers)}"
    (folder / name).mkdir()
    for file in Path(import_module(f"mains.{app}.migrations").__path__[0]).glob("*.py"):
        (folder / name / file.name).write_text(file.read_text())
    (folder / name / "0009_released.py").write_text(migration)
    return name
