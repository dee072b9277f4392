"""
The database backend of migrations: the owner's login, one schema on the search path.

No process that serves people has this login.
"""

from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django_tenants.postgresql_backend import base as django_tenants


class SchemaEditor(DatabaseSchemaEditor):
    def _create_like_index_sql(self, model: Any, field: Any) -> None:  # noqa: ARG002
        # Django adds a second index to every unique text for case-sensitive LIKE, which nothing
        # here asks; 22 of them were a seventh of the files of a tenant.
        return None


class DatabaseWrapper(django_tenants.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor

    def set_tenant(self, tenant: Any, include_public: bool = False) -> None:  # noqa: ARG002
        # A table missing in a tenant must be missing, not found in public.
        super().set_tenant(tenant, include_public=False)
