"""Who owns a transaction: actions open one that cannot nest, helpers demand that one is open."""

from collections.abc import Callable
from functools import wraps

from django.db import connection, transaction


class TransactionRequired(Exception):
    """A helper that is only part of something atomic was called alone."""


def owns_transaction[**Params, Result](
    function: Callable[Params, Result],
) -> Callable[Params, Result]:
    """
    Run an action in one transaction that commits when it returns and refuses to nest.
    """
    return transaction.atomic(durable=True)(function)


def inside_transaction[**Params, Result](
    function: Callable[Params, Result],
) -> Callable[Params, Result]:
    """
    Refuse to run outside a transaction, because the caller decides what is atomic.

    :raises TransactionRequired: where none is open.
    """

    @wraps(function)
    def checked(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        if not connection.in_atomic_block:
            raise TransactionRequired(function.__qualname__)
        return function(*args, **kwargs)

    return checked
