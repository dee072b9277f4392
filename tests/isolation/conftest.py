"""Ten tenants with a canary each: a user whose name says whose it is."""

import os
from collections.abc import Iterator

import pytest

from tests import databases

TENANTS = [f"leak{number}" for number in range(10)]
CANARIES = 20


@pytest.fixture(scope="module")
def ten_tenants(django_db_setup, django_db_blocker) -> Iterator[list[str]]:
    from django.db import connection

    with django_db_blocker.unblock(), databases.owner() as owner:
        for schema_name in TENANTS:
            databases.create_tenant(owner, schema_name)
            owner.cursor().executemany(
                f'insert into "{schema_name}".identity_user'
                " (id, password, email, name, language, is_active, must_change_password,"
                " created_at)"
                " values (%s, '', %s, %s, '', true, false, now())",
                [
                    (number, f"{number}@{schema_name}.example", schema_name)
                    for number in range(1, CANARIES + 1)
                ],
            )
            owner.commit()
        yield TENANTS
        connection.close()
        for schema_name in TENANTS:
            databases.drop_tenant(owner, schema_name)


@pytest.fixture
def owner_login() -> dict[str, str]:
    from mains.config.env import parse_database

    login = parse_database(os.environ["OWNER_DATABASE_URL"])
    return {"USER": login.user, "PASSWORD": login.password}
