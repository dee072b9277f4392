"""Code that is one migration ahead of every tenant, as after a release."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from django.conf import settings

from mains.documents import migrations as documents_migrations
from mains.tenancy import record

ONE_COLUMN = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        migrations.AddField("storedfile", "note", models.CharField(default="", max_length=20))
    ]
"""
_numbers = count(1)


@contextmanager
def ahead(*, migration: str) -> Iterator[None]:
    """
    Add a migration to an app of the tenants for a block; it follows `documents.0001_initial`.
    """
    recorded, modules = record.FILE, dict(settings.MIGRATION_MODULES)
    # A new name each time, because a module is imported only once.
    name = f"released_documents_migrations_{next(_numbers)}"
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / name
        package.mkdir()
        for file in Path(documents_migrations.__path__[0]).glob("*.py"):
            (package / file.name).write_text(file.read_text())
        (package / "0002_released.py").write_text(migration)
        first, rest = recorded.read_text().split("\n", 1)
        record.FILE = Path(folder) / "tenant.sql"
        record.FILE.write_text(f"{first}-{name}\n{rest}")
        sys.path.insert(0, folder)
        settings.MIGRATION_MODULES = {**modules, "documents": name}
        try:
            yield
        finally:
            settings.MIGRATION_MODULES = modules
            sys.path.remove(folder)
            record.FILE = recorded
