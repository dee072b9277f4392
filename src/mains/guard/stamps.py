"""
Every row and every query remembers the tenant it was made for.

Models of Django and of libraries have to obey as well as ours, so what Django builds for each of
them is replaced once, at start, instead of asking every model to inherit.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.db.models import QuerySet, base, sql

from mains.guard import context

_PLAIN_STATE, _PLAIN_QUERY = base.ModelState, sql.Query
# These write rows without asking the router about each of them.
_PLAIN_BULK = {name: getattr(QuerySet, name) for name in ("bulk_create", "bulk_update")}


class StampedState(base.ModelState):
    def __init__(self) -> None:
        self.schema_name = context.current()


class StampedQuery(sql.Query):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard_schema = context.current()

    def check_query_object_type(self, value: Any, opts: Any, field: Any) -> None:
        # A row of another tenant has a key, and here that key names somebody else.
        if hasattr(value, "_state"):
            check(value)
        super().check_query_object_type(value, opts, field)


def install() -> None:
    """
    Stamp every model instance and query made from here on.
    """
    base.ModelState, sql.Query = StampedState, StampedQuery  # type: ignore[misc]
    for name, plain in _PLAIN_BULK.items():
        setattr(QuerySet, name, _checked(plain))


def uninstall() -> None:
    """
    Stop stamping; only the negative controls of the tests do this.
    """
    base.ModelState, sql.Query = _PLAIN_STATE, _PLAIN_QUERY  # type: ignore[misc]
    for name, plain in _PLAIN_BULK.items():
        setattr(QuerySet, name, plain)


def check(instance: Any) -> None:
    """
    Refuse a row that belongs to another tenant than the one being served.

    :raises WrongTenant: if it was loaded or made elsewhere.
    """
    made_for = getattr(instance._state, "schema_name", None)
    serving = context.current()
    if made_for is None:
        instance._state.schema_name = serving
    elif made_for != serving:
        raise context.WrongTenant(
            f"A {instance._meta.label} of {made_for!r} was used while serving {serving!r}."
        )


def _checked(plain: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(plain)
    def bulk(self: Any, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = tuple(objs)
        for row in rows:
            check(row)
        return plain(self, rows, *args, **kwargs)

    return bulk
