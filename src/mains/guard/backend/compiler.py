"""SQL compilers that refuse a query outside the tenant it was written for."""

from collections.abc import Iterator
from typing import Any

from django.db.backends.postgresql import compiler as postgresql
from django.db.models.sql import compiler as standard

from mains.guard import context


def _check(query: Any) -> None:
    written_for = getattr(query, "guard_schema", None)
    if written_for is not None and written_for != context.current():
        raise context.WrongTenant(
            f"A query of {written_for!r} was run while serving {context.current()!r}."
        )


class InContext:
    query: Any

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        _check(self.query)
        return super().as_sql(*args, **kwargs)  # type: ignore[misc]


class SQLCompiler(InContext, standard.SQLCompiler):
    def results_iter(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        for row in super().results_iter(*args, **kwargs):
            # A half-read iterator may be carried into another tenant, so every row asks again.
            _check(self.query)
            yield row


class SQLInsertCompiler(postgresql.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(InContext, standard.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(InContext, standard.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(InContext, standard.SQLAggregateCompiler):
    pass
