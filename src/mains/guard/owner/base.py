"""
The database backend of migrations: the owner's login, one schema on the search path.

No process that serves people has this login.
"""

from typing import Any

from django_tenants.postgresql_backend import base as django_tenants


class DatabaseWrapper(django_tenants.DatabaseWrapper):
    def set_tenant(self, tenant: Any, include_public: bool = False) -> None:  # noqa: ARG002
        # A table missing in a tenant must be missing, not found in public.
        super().set_tenant(tenant, include_public=False)
