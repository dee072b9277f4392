"""How far back a utility may claim more than it billed."""

from datetime import date

from mains.core.calendars import add_months

# Months, by country, where the law says it; what is longer ago is the utility's loss.
# GB: Ofgem, standard licence condition 21BA. ES: Real Decreto 1955/2000, article 96.2. IT: Legge
# 205/2017, article 1, paragraphs 4 to 10.
BY_COUNTRY = {"GB": 12, "ES": 12, "IT": 24}


def months_claimed(*, country: str, chosen: int | None) -> int | None:
    """
    Return for how many months back more may be claimed, or None for no limit.

    What a utility chose may be shorter than the law, never longer.
    """
    by_law = BY_COUNTRY.get(country)
    known = [months for months in (by_law, chosen) if months is not None]
    return min(known, default=None)


def charged_since(*, issue_date: date, months: int | None) -> date | None:
    """
    Return the day since which a bill may claim more for what was billed before, or None for all.
    """
    return None if months is None else add_months(issue_date, -months)
