"""What is charged or given once, as a line of a bill."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from mains.core.money import Money
from mains.tariffs.rules.kinds.sums import SUM
from mains.tariffs.rules.lines import RatedLine

_ONE = Decimal(1)
_PREFIX = "charge-"


class OneOff(NamedTuple):
    """
    A charge, or below zero a deduction: its words by language, its net and the name of its rate.
    """

    id: int
    texts: Mapping[str, str]
    net: Money
    vat_rate: str
    book: str

    @property
    def code(self) -> str:
        return f"{_PREFIX}{self.id}"

    def text(self, language: str) -> str:
        """
        Return its words in a language, or in the first there are.
        """
        known = [text for text in self.texts.values() if text]
        return self.texts.get(language) or next(iter(known), "")


def is_charge(code: str) -> bool:
    """
    Tell whether a line with this code is charged once.
    """
    return code.startswith(_PREFIX)


def charge_line(*, code: str, net: Money, vat_rate: str, book: str, service: str) -> RatedLine:
    """
    Return the line of a charge: a plain sum, once.
    """
    amount = net.as_decimal()
    return RatedLine(
        code=code,
        label="",
        service=service,
        vat_rate=vat_rate,
        unit=SUM,
        quantity=_ONE,
        unit_price=amount,
        times=_ONE,
        divisor=_ONE,
        exact=amount,
        net=net,
        trace=(),
        book=book,
    )
