"""Rows of meters and readings, however they were pasted."""

import pytest

from mains.metering.rules.pasted import (
    LONGEST,
    MOST_ROWS,
    ColumnsUnclear,
    TooManyRows,
    cells_of,
    read_rows,
)

HEADINGS = {"meter": "meter", "лічильник": "meter", "register": "register", "new": "value"}


def rows(text: str) -> list[tuple[int, str, str, str]]:
    pasted = read_rows(cells_of(text), headings=HEADINGS)
    return [(one.number, one.meter, one.register, one.typed) for one in pasted.rows]


@pytest.mark.parametrize(
    "text",
    [
        "HW-1\t12,5\r\nHW-2\t7",
        "HW-1;12,5\nHW-2;7\n",
        'HW-1,"12,5"\nHW-2,7',
        "\ufeffHW-1\t12,5\rHW-2\t7\t\t",
        "'HW-1\t 12,5 \nHW-2\t7",
    ],
)
def test_two_columns_cut_at_whatever_the_first_row_has(text):
    assert rows(text) == [(1, "HW-1", "", "12,5"), (2, "HW-2", "", "7")]


def test_three_columns_name_the_register():
    assert rows("E-1\t1.8.1\t5\nE-1\t1.8.2\t6") == [
        (1, "E-1", "1.8.1", "5"), (2, "E-1", "1.8.2", "6"),
    ]  # fmt: skip


def test_a_decimal_comma_between_commas_is_no_other_value():
    # The value is cut in two: then 12 names no register, and the row is refused.
    assert rows("HW-1,12,5") == [(1, "HW-1", "12", "5")]


def test_a_heading_says_which_column_is_which():
    text = "Account;Лічильник;Last;NEW\n41;HW-1;9;12\n42;HW-2;8;"
    pasted = read_rows(cells_of(text), headings=HEADINGS)

    assert [(one.number, one.meter, one.typed) for one in pasted.rows] == [(2, "HW-1", "12")]
    assert pasted.unread == 1


def test_a_heading_in_a_language_nobody_knows_is_no_row():
    assert rows("Zähler\tStand\nHW-1\t5") == [(2, "HW-1", "", "5")]


def test_a_first_row_with_a_digit_is_one():
    assert rows("HW-1\tabc\nHW-2\t5")[0] == (1, "HW-1", "", "abc")


def test_a_quotation_mark_too_many_costs_no_other_row():
    assert rows('HW-0\t1\n"HW-1\t5\nHW-2\t6') == [
        (1, "HW-0", "", "1"), (2, '"HW-1', "", "5"), (3, "HW-2", "", "6"),
    ]  # fmt: skip


def test_blank_rows_count_but_are_none():
    assert rows("\n\nHW-1\t5\n\t\nHW-2\t6\n")[1] == (5, "HW-2", "", "6")


def test_what_is_too_long_never_becomes_a_number():
    ((_number, meter, _register, typed),) = rows(f"{'9' * 50}\t{'1' * 50}")

    assert (len(meter), len(typed)) == (LONGEST, LONGEST)
    assert typed.endswith("…")


@pytest.mark.parametrize("text", ["HW-1", "a\tb\tc\td", "a 1\nb 2"])
def test_columns_that_nobody_can_tell_are_refused(text):
    with pytest.raises(ColumnsUnclear):
        rows(text)


def test_nothing_is_nothing():
    assert rows(" \n\t\n") == []


def test_there_is_a_most():
    many = "\n".join(f"HW-{at}\t1" for at in range(MOST_ROWS))
    assert len(rows(many)) == MOST_ROWS
    with pytest.raises(TooManyRows):
        rows(f"{many}\nHW-X1\t1")
