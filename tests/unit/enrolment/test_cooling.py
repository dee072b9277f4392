from datetime import UTC, datetime, timedelta

import pytest

from mains.enrolment.rules.cooling import possible_from

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def ago(*seconds: int) -> list[datetime]:
    return [NOW - timedelta(seconds=one) for one in seconds]


@pytest.mark.parametrize(
    ("sent", "wait"),
    [
        ((), None),
        ((60,), None),
        ((59,), 1),
        ((0,), 60),
        ((120, 240, 360, 480), None),
        # The fifth within the hour: when the first of the five is an hour old.
        ((120, 240, 360, 480, 3_000), 600),
        ((120, 240, 360, 480, 3_600), None),
        ((10, 240, 360, 480, 3_599), 50),
        # More than five, as after the form was filled in again: the last five count.
        ((120, 240, 360, 480, 600, 3_500), 3_000),
    ],
)
def test_one_a_minute_and_five_an_hour(sent, wait):
    found = possible_from(ago(*sent), now=NOW)
    assert found == (None if wait is None else NOW + timedelta(seconds=wait))
