"""Dated rows: half-open date ranges that the database keeps from overlapping."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


def no_overlap(
    *fields: str,
    name: str,
    start: str = "start_date",
    end: str = "end_date",
    condition: Q | None = None,
) -> Any:
    """
    Refuse two rows with the same fields whose periods [start, end) share a day.

    With a condition only those that fulfil it.
    """
    period = Func(
        F(start), F(end), Value("[)"), function="daterange", output_field=models.DateField()
    )
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in fields),
            (period, RangeOperators.OVERLAPS),
        ],
        condition=condition,
    )


def ends_after_start(*, name: str, start: str = "start_date", end: str = "end_date") -> Any:
    """
    Refuse a row that ends before or on the day it starts.
    """
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": F(start)}), name=name
    )
