"""Without a tenant nothing is answered, and the tenant never changes in the middle of writing."""

import pytest
from django.apps import apps

from mains.guard import context, keys, stamps

pytestmark = pytest.mark.usefixtures("unblocked")

A, B = "alder", "birch"


def tenant_models():
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and model._meta.app_label != "tenancy"
    ]


@pytest.fixture
def user_of_a():
    """
    A committed user of the first tenant, taken away again.
    """
    from mains.identity.models import User

    with context.inside(A):
        user = User.objects.create(email="canary@alder.example", name=A)
    yield user.pk
    with context.inside(A):
        User.objects.filter(pk=user.pk).delete()


class TestForgottenContext:
    def test_no_model_answers(self):
        answered = []
        for model in apps.get_models():
            rows = model._default_manager
            for ask in (
                lambda rows=rows: list(rows.all()[:1]),
                lambda rows=rows: rows.count(),
                lambda rows=rows: rows.exists(),
                lambda rows=rows: rows.all().delete(),
            ):
                try:
                    ask()
                except context.NoTenant:
                    continue
                answered.append(model.__name__)
        assert answered == []

    def test_no_cursor_answers(self):
        from django.db import connection

        with pytest.raises(context.NoTenant), connection.cursor() as cursor:
            cursor.execute("select 1")
        with pytest.raises(context.NoTenant), connection.cursor() as cursor:
            cursor.executemany("select %s", [(1,), (2,)])

    def test_no_transaction_begins(self):
        from django.db import connection, transaction

        with (
            pytest.raises(context.NoTenant),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("select 1")

    def test_no_key_is_made(self):
        from django.core.cache import cache

        from mains.core.jobs import Job, tenant_task

        @tenant_task(Job("tests.guard"))
        def task(**_ids):
            raise AssertionError("The task ran without a tenant.")

        for forget in (
            lambda: cache.get("name"),
            lambda: cache.set("name", 1),
            lambda: keys.sign({"a": 1}, purpose="test"),
            lambda: keys.unsign("x", purpose="test"),
            lambda: keys.storage_key("bill.pdf"),
            lambda: Job("tests.guard").send(bill_id=1),
            lambda: Job("tests.guard").send_after_commit(bill_id=1),
        ):
            with pytest.raises(context.NoTenant):
                forget()

    def test_a_message_without_a_tenant_does_nothing(self):
        from mains.core.jobs import Job, TaskWithoutTenant, tenant_task

        ran = []

        @tenant_task(Job("tests.without"))
        def task(**ids):
            ran.append((context.current(), ids))

        with pytest.raises(TaskWithoutTenant):
            task(bill_id=1)
        task(bill_id=1, _tenant=A)
        assert ran == [(A, {"bill_id": 1})]
        assert context.current() is None

    def test_a_management_command_that_reads_refuses(self):
        from django.core.management import call_command

        with pytest.raises(context.NoTenant):
            call_command("clearsessions")

    def test_control_with_a_tenant_the_same_calls_answer(self):
        for schema_name in (A, B):
            with context.inside(schema_name):
                assert all(model._default_manager.count() >= 0 for model in tenant_models_of())


def tenant_models_of():
    from django.conf import settings

    labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    return [model for model in tenant_models() if model._meta.app_label in labels]


class TestSwitching:
    def test_is_refused_inside_a_writing_transaction(self):
        from django.db import transaction

        with context.inside(A), transaction.atomic():
            with pytest.raises(context.SwitchInsideTransaction), context.inside(B):
                raise AssertionError("The tenant changed in the middle of a transaction.")
            with pytest.raises(context.SwitchInsideTransaction):
                context.choose(None)
            assert context.current() == A
            with context.inside(A):
                pass

    def test_is_allowed_between_transactions_and_inside_read_only_ones(self, user_of_a):
        from django.db import connection

        from mains.identity.models import User

        with context.inside(A), connection.reading():
            assert User.objects.filter(pk=user_of_a, name=A).exists()
            with context.inside(B):
                assert not User.objects.filter(name=A).exists()
            assert User.objects.filter(pk=user_of_a, name=A).exists()

    def test_control_without_the_refusal_rows_would_land_elsewhere(self, monkeypatch):
        """
        With the check gone, a block begun for one tenant stores into another.
        """
        from django.db import connection, transaction

        from mains.identity.models import User

        monkeypatch.setattr(connection, "switchable", lambda: True)
        with context.inside(A):
            try:
                with transaction.atomic():
                    User.objects.create(email="first@alder.example")
                    with context.inside(B):
                        User.objects.create(email="second@birch.example")
                        assert User.objects.filter(email="second@birch.example").exists()
                    raise ZeroDivisionError
            except ZeroDivisionError:
                pass

    def test_goes_back_after_an_error(self):
        with context.inside(A):
            with pytest.raises(ZeroDivisionError), context.inside(B):
                raise ZeroDivisionError
            assert context.current() == A

    @pytest.mark.parametrize("name", ['a"b', "A", "", "a;drop", "a b", "1a", "a" * 41, "pg'x"])
    def test_refuses_names_that_could_not_be_quoted(self, name):
        with pytest.raises(context.UnusableSchemaName):
            context.choose(name)


class TestStatements:
    """
    Every way of sending a statement carries the tenant with it.
    """

    @pytest.fixture(autouse=True)
    def _canaries(self, unblocked):  # noqa: ARG002
        from mains.identity.models import User

        for schema_name in (A, B):
            with context.inside(schema_name):
                User.objects.bulk_create(
                    User(pk=900 + n, email=f"s{n}@{schema_name}.example", name=schema_name)
                    for n in range(3)
                )
        yield
        for schema_name in (A, B):
            with context.inside(schema_name):
                User.objects.filter(pk__gte=900).delete()

    def names(self, cursor):
        return {row[0] for row in cursor}

    def test_server_side_cursor(self):
        from django.db import transaction

        from mains.identity.models import User

        for schema_name in (A, B):
            with context.inside(schema_name):
                assert {user.name for user in User.objects.iterator(chunk_size=1)} == {schema_name}
                with transaction.atomic():
                    found = {user.name for user in User.objects.iterator(chunk_size=1)}
                assert found == {schema_name}

    def test_copy(self):
        from django.db import connection, transaction

        for schema_name in (A, B):
            with context.inside(schema_name):
                with (
                    transaction.atomic(),
                    connection.cursor() as cursor,
                    cursor.copy("copy identity_user (name) to stdout") as copy,
                ):
                    assert {row[0] for row in copy.rows()} == {schema_name}
                with (
                    pytest.raises(transaction.TransactionManagementError),
                    connection.cursor() as cursor,
                ):
                    cursor.copy("copy identity_user (name) to stdout")

    def test_executemany(self):
        from django.db import connection

        from mains.identity.models import User

        for schema_name in (A, B):
            with context.inside(schema_name), connection.cursor() as cursor:
                cursor.executemany(
                    "update identity_user set username = name || %s where id = %s",
                    [("1", 900), ("2", 901)],
                )
        for schema_name in (A, B):
            with context.inside(schema_name):
                assert User.objects.get(pk=900).username == f"{schema_name}1"

    def test_after_a_savepoint_was_rolled_back(self):
        from django.db import connection, transaction

        for schema_name in (A, B):
            with context.inside(schema_name), transaction.atomic():
                with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
                    connection.cursor().execute("select 1")
                    raise ZeroDivisionError
                with connection.cursor() as cursor:
                    cursor.execute("select name from identity_user")
                    assert self.names(cursor) == {schema_name}

    def test_after_a_savepoint_switched_in_a_read_only_block(self):
        from django.db import connection

        with context.inside(A), connection.reading():
            with (  # noqa: PT012
                pytest.raises(ZeroDivisionError),
                connection.reading(),
                context.inside(B),
                connection.cursor() as cursor,
            ):
                cursor.execute("select name from identity_user")
                assert self.names(cursor) == {B}
                raise ZeroDivisionError
            with connection.cursor() as cursor:
                cursor.execute("select name from identity_user")
                assert self.names(cursor) == {A}

    def test_on_commit_runs_in_the_tenant_that_committed(self):
        from django.db import transaction

        from mains.identity.models import User

        seen = []
        with context.inside(A), transaction.atomic():
            transaction.on_commit(lambda: seen.append(User.objects.get(pk=900).name))
        assert seen == [A]

    def test_nested_contexts(self):
        from mains.identity.models import User

        with context.inside(A):
            with context.inside(B):
                with context.inside(A):
                    assert User.objects.get(pk=900).name == A
                assert User.objects.get(pk=900).name == B
            assert User.objects.get(pk=900).name == A

    def test_control_without_its_settings_a_statement_reads_nothing(self):
        """
        The login alone has no rights: without the role that the guard sets, nothing is readable.
        """
        import os

        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"]) as plain:
            for schema_name in (A, B, "public"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    plain.execute(f'select * from "{schema_name}".identity_user')
                plain.rollback()


def test_control_without_stamps_a_foreign_row_is_overwritten(user_of_a):
    """
    What the stamps prevent: a row loaded in one tenant and saved in another.
    """
    from mains.identity.models import User

    stamps.uninstall()
    try:
        with context.inside(A):
            loaded = User.objects.get(pk=user_of_a)
        with context.inside(B):
            loaded.save()
            assert User.objects.filter(pk=user_of_a, name=A).exists()
            User.objects.filter(pk=user_of_a).delete()
    finally:
        stamps.install()
