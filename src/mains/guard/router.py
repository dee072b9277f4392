"""Django asks a router before it saves, deletes or follows a relation of a row."""

from typing import Any

from django_tenants.routers import TenantSyncRouter

from mains.guard import stamps


class GuardRouter(TenantSyncRouter):
    def db_for_read(self, model: type[Any], **hints: Any) -> None:  # noqa: ARG002
        self._check(hints)

    def db_for_write(self, model: type[Any], **hints: Any) -> None:  # noqa: ARG002
        self._check(hints)

    def _check(self, hints: dict[str, Any]) -> None:
        if (instance := hints.get("instance")) is not None:
            stamps.check(instance)
