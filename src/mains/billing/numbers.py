"""Legal numbers without a gap."""

from django.db import connection

from mains.core.transactions import inside_transaction


@inside_transaction
def take(*, company_id: int, series: str, year: int, count: int) -> int:
    """
    Take the next numbers of a series and return the first; others wait until this commits.

    A rollback gives them back, so no number is ever missing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into billing_numberseries (company_id, code, year, next_number)"
            " values (%s, %s, %s, 1) on conflict (company_id, code, year) do nothing",
            [company_id, series, year],
        )
        cursor.execute(
            "update billing_numberseries set next_number = next_number + %s"
            " where company_id = %s and code = %s and year = %s returning next_number",
            [count, company_id, series, year],
        )
        return int(cursor.fetchone()[0]) - count


def number_text(*, series: str, year: int, number: int) -> str:
    """
    Return a bill number as printed, e.g. `BE2026-000042`.
    """
    return f"{series}{year}-{number:06d}"
