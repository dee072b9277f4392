"""A database server for the whole run, a database for every test process.

The settings may be imported only once the database's name is known, so conftest files import
nothing of Mains at their top.
"""

import gc
import os
from collections.abc import Callable, Iterator

import django
import hypothesis
import pytest

from tests import databases

DATABASE = f"{databases.NAME}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

# No test fails because the machine is busy; speed has its own command, `mains bench`.
hypothesis.settings.register_profile("mains", deadline=None)
hypothesis.settings.load_profile("mains")

os.environ.setdefault("SECRET_KEY", "tests-only-" + "0" * 50)
os.environ.setdefault("MASTER_KEYS", "tests-only-" + "1" * 50)

# A test process holds every module and all of pytest: looking through them for cycles after every
# few thousand objects, as Python does by itself, is a tenth of a run.
gc.set_threshold(200_000, 50, 100)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.start_server()
        if config.getoption("numprocesses", None):
            # Test processes inherit this environment; each names its own database in it.
            return
    os.environ["DJANGO_SETTINGS_MODULE"] = "mains.config.settings"
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        os.environ[name] = databases.with_name(os.environ[name], DATABASE)
    django.setup()
    from django.conf import settings

    from tests import hashing

    hashing.make_cheap()
    # Tenants have the same names in every test process, and so have their files.
    settings.DATA_DIR = settings.DATA_DIR / "tests" / DATABASE
    # Else every client of a test lists every static file before its first page.
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.stop_server()


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    databases.make(DATABASE)
    yield
    from django.db import connections

    connections.close_all()


@pytest.fixture
def tenant(django_db_setup, django_db_blocker) -> Iterator[Callable[[str], None]]:
    """
    Serve the first tenant inside a transaction that is rolled back; call it to serve another.
    """
    from django.db import connection, transaction

    from mains.guard import context

    with django_db_blocker.unblock():
        context.choose("alder")
        block = transaction.atomic()
        block._from_testcase = True
        with block:
            yield context.choose
            transaction.set_rollback(True)
        context.choose(None)
        connection.applied = None


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let what a process keeps of a tenant for some seconds not run out while a test counts what is
    asked of the database; it is asked for once more before.
    """
    from mains.tenancy import queries

    monkeypatch.setattr(queries, "CACHE_SECONDS", 600)
    queries.forget()


@pytest.fixture
def unblocked(django_db_blocker, django_db_setup) -> Iterator[None]:
    """
    Allow real commits; nobody is being served before or after.
    """
    from mains.guard import context

    with django_db_blocker.unblock():
        yield
    context.choose(None)
