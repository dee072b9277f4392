"""When what the law wants kept may go."""

from datetime import date


def deleted_on(issued: date, *, years: int) -> date:
    """
    Return the day on which a bill is deleted: full calendar years after the year of its issue.
    """
    return date(issued.year + years + 1, 1, 1)


def issued_before(today: date, *, years: int) -> date:
    """
    Return the day before which a bill must have been issued to be deleted today.
    """
    return date(today.year - years, 1, 1)
