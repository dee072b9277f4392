"""
Every row and every query remembers the tenant it was made for.

Models of Django and of libraries have to obey as well as ours, so the two classes that Django
builds for each of them are replaced once, at start, instead of asking every model to inherit.
"""

from typing import Any

from django.db.models import base, sql

from mains.guard import context

_PLAIN_STATE, _PLAIN_QUERY = base.ModelState, sql.Query


class StampedState(base.ModelState):
    def __init__(self) -> None:
        self.schema_name = context.current()


class StampedQuery(sql.Query):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard_schema = context.current()


def install() -> None:
    """
    Stamp every model instance and query made from here on.
    """
    base.ModelState, sql.Query = StampedState, StampedQuery  # type: ignore[misc]


def uninstall() -> None:
    """
    Stop stamping; only the negative controls of the tests do this.
    """
    base.ModelState, sql.Query = _PLAIN_STATE, _PLAIN_QUERY  # type: ignore[misc]


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
