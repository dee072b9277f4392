"""Where a company's numbers begin: another system may have numbered before Mains does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mains.audit import actions as audit
from mains.billing.models import Bill, NumberSeries
from mains.billing.numbers import number_text
from mains.core.transactions import owns_transaction

# As many as the printed number has digits for.
LARGEST = 999_999


class NumbersTaken(Exception):
    """Mains has numbered in this series and year already; from there on no number is left out."""


class NotUpward(Exception):
    """The next number is higher than that already, so a lower one could be taken twice."""


class NumberTooLarge(Exception):
    """A number is at least 1 and has six digits at most."""


@dataclass(frozen=True, slots=True)
class Series:
    """
    The numbers of a company's documents of a kind in a year; `is_begun` if Mains took the first.
    """

    company_id: int
    code: str
    year: int
    next_number: int
    is_begun: bool

    @property
    def next_text(self) -> str:
        """
        Return the next number as printed.
        """
        return number_text(series=self.code, year=self.year, number=self.next_number)


def series(*, company_id: int, codes: Sequence[str], years: Sequence[int]) -> list[Series]:
    """
    Return how far a company's series are in some years.
    """
    rows = NumberSeries.objects.filter(company_id=company_id, code__in=codes, year__in=years)
    found = {(row.code, row.year): row.next_number for row in rows}
    return [
        Series(company_id, code, year, found.get((code, year), 1), is_begun(code=code, year=year))
        for code in codes
        for year in years
    ]


def is_begun(*, code: str, year: int) -> bool:
    """
    Tell whether Mains has numbered a document of a series and year.
    """
    first = number_text(series=code, year=year, number=0).removesuffix("000000")
    return Bill.objects.filter(number__startswith=first).exists()


@owns_transaction
def begin_at(
    *, company_id: int, code: str, year: int, next_number: int, actor: str, now: datetime
) -> bool:
    """
    Let a series of a company go on from a number, and tell whether that changed anything.

    Only before Mains takes the first one of that series and year, and only upward.

    :raises NumberTooLarge: if it is no number of a document.
    :raises NumbersTaken: if Mains has numbered in it already.
    :raises NotUpward: if its next number is higher.
    """
    if not 1 <= next_number <= LARGEST:
        raise NumberTooLarge(next_number)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into billing_numberseries (company_id, code, year, next_number)"
            " values (%s, %s, %s, 1) on conflict (company_id, code, year) do nothing",
            [company_id, code, year],
        )
    # Whoever numbers holds this row until its bills are committed, so they are seen from here on.
    row = NumberSeries.objects.select_for_update().get(company_id=company_id, code=code, year=year)
    if row.next_number == next_number:
        return False
    if is_begun(code=code, year=year):
        raise NumbersTaken(f"{code}{year}")
    if next_number < row.next_number:
        raise NotUpward(row.next_number)
    before, row.next_number = row.next_number, next_number
    row.save(update_fields=["next_number"])
    audit.record(
        action="numbers.begun",
        subject=f"number_series:{row.pk}",
        actor=actor,
        detail={"series": f"{code}{year}", "before": before, "next": next_number},
        now=now,
    )
    return True
