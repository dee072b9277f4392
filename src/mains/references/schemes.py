"""All schemes of references, and what somebody typed read by those of a tenant's companies."""

from collections.abc import Iterable
from typing import cast

from mains.references import bollettino_896, cuaderno_57, pagopa, reference_731, rf
from mains.references.payable import Payee, Scheme, Typed, WrongReference, plain

# In the order in which they are tried; a new one is a module and a place here.
SCHEMES: tuple[Scheme, ...] = tuple(
    cast(Scheme, module) for module in (cuaderno_57, pagopa, bollettino_896, reference_731, rf)
)


def read(typed: str, *, payees: Iterable[Payee]) -> tuple[Typed, ...]:
    """
    Return what a text can stand for, by company; empty where it is of no scheme's form.

    Two companies may read the same text; what was typed is a bill number where none can.

    :raises WrongReference: if every scheme whose form it has says that it cannot be right.
    """
    text, found, wrong = plain(typed), [], None
    for payee in payees:
        for scheme in SCHEMES:
            try:
                one = scheme.read(text, payee)
            except WrongReference as error:
                wrong = wrong or error
            else:
                if one is not None:
                    found.append(one)
                    break
    if wrong is not None and not found:
        raise wrong
    return tuple(found)
