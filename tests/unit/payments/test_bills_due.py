"""How a payment document stands: every state, and every change of a bill."""

from datetime import date

import pytest

from mains.payments.rules.bills_due import Change, DocumentState, Line, change_of, state_of

LAST = date(2026, 11, 18)


def line(asked, owed, *, credited=False) -> Line:
    return Line(asked, owed, is_credited=credited)


@pytest.mark.parametrize(
    ("one", "change"),
    [
        (line(100, 100), Change.NONE),
        (line(100, 0), Change.PAID),
        (line(100, 40), Change.PART_PAID),
        (line(100, 140), Change.MORE),
        (line(100, 0, credited=True), Change.CREDITED),
    ],
)
def test_what_happened_to_a_bill(one, change):
    assert change_of(one) is change


@pytest.mark.parametrize(
    ("lines", "today", "state"),
    [
        ([line(100, 100), line(50, 50)], LAST, DocumentState.OPEN),
        ([line(100, 100), line(50, 50)], date(2026, 11, 19), DocumentState.EXPIRED),
        ([line(100, 100), line(50, 0)], LAST, DocumentState.STALE),
        ([line(100, 40)], LAST, DocumentState.STALE),
        ([line(100, 140)], LAST, DocumentState.STALE),
        ([line(100, 100), line(50, 0, credited=True)], LAST, DocumentState.STALE),
        ([line(100, 100), line(50, 0)], date(2026, 11, 19), DocumentState.EXPIRED),
        ([line(100, 0), line(50, 0)], LAST, DocumentState.PAID),
        ([line(100, 0), line(50, 0)], date(2027, 1, 1), DocumentState.PAID),
    ],
)
def test_how_a_document_stands(lines, today, state):
    assert state_of(lines, last_date=LAST, today=today) is state
