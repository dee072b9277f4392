"""When a bill may go."""

from datetime import date

import pytest

from mains.privacy.rules.retention import deleted_on, issued_before


@pytest.mark.parametrize(
    ("issued", "years", "gone"),
    [
        (date(2026, 1, 1), 8, date(2035, 1, 1)),
        (date(2026, 12, 31), 8, date(2035, 1, 1)),
        (date(2027, 1, 1), 8, date(2036, 1, 1)),
        (date(2024, 2, 29), 1, date(2026, 1, 1)),
    ],
)
def test_full_calendar_years_after_the_year_of_issue(issued, years, gone):
    assert deleted_on(issued, years=years) == gone


@pytest.mark.parametrize("issued", [date(2026, 1, 1), date(2026, 12, 31)])
def test_the_nightly_job_agrees_with_the_day_that_was_promised(issued):
    gone = deleted_on(issued, years=8)
    before = date.fromordinal(gone.toordinal() - 1)

    assert issued < issued_before(gone, years=8)
    assert not issued < issued_before(before, years=8)
