"""Civil days cut into intervals, and labels put on them, over the days clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.metering.rules.daygrid import DayNotWhole, NotOnGrid, day_grid, place
from mains.metering.rules.labels import Marks, NoSuchTime, numbered, shown_at, starts

MADRID = ZoneInfo("Europe/Madrid")
AUTUMN, SPRING = date(2021, 10, 31), date(2022, 3, 27)
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Madrid", "Atlantic/Canary", "Europe/Kyiv", "Europe/Dublin", "America/New_York",
        "Asia/Kathmandu", "Pacific/Chatham", "Africa/Cairo", "America/Havana", "UTC",
    )
]  # fmt: skip
days = st.dates(date(2020, 1, 1), date(2029, 12, 31))
zones = st.sampled_from(ZONES)
lengths = st.sampled_from([15, 30, 60])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "minutes", "slots"),
    [
        (AUTUMN, 60, 25), (AUTUMN, 30, 50), (AUTUMN, 15, 100), (SPRING, 60, 23), (SPRING, 15, 92),
        (date(2021, 10, 30), 60, 24), (date(2022, 3, 28), 15, 96),
    ],
)  # fmt: skip
def test_the_golden_days_of_madrid_have_23_and_25_hours(day, minutes, slots):
    assert day_grid(day, MADRID, minutes).slots == slots


def test_a_day_that_moves_by_half_an_hour_has_no_whole_hours():
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    with pytest.raises(DayNotWhole):
        day_grid(date(2026, 4, 5), lord_howe, 60)
    assert day_grid(date(2026, 4, 5), lord_howe, 30).slots == 49


def test_a_zone_of_quarter_hours_starts_its_grid_at_its_own_midnight():
    kathmandu = ZoneInfo("Asia/Kathmandu")
    assert place(at("2026-05-01T18:15+00:00"), zone=kathmandu, minutes=60) == (date(2026, 5, 2), 0)
    with pytest.raises(NotOnGrid):
        place(at("2026-05-01T18:00+00:00"), zone=kathmandu, minutes=60)


@given(day=days, zone=zones, minutes=lengths)
def test_each_interval_of_a_day_is_found_again_and_the_next_day_follows_it(day, zone, minutes):
    grid = day_grid(day, zone, minutes)
    for slot in range(grid.slots):
        assert place(grid.start_of(slot), zone=zone, minutes=minutes) == (day, slot)
    assert grid.start_of(grid.slots) == day_grid(day + timedelta(1), zone, minutes).start
    with pytest.raises(NotOnGrid):
        grid.slot_at(grid.start_of(grid.slots))
    with pytest.raises(NotOnGrid):
        grid.slot_at(grid.start + timedelta(minutes=7))


@given(day=days, zone=zones, minutes=lengths)
def test_labels_with_a_flag_lead_back_to_the_interval_whichever_custom_wrote_them(
    day, zone, minutes
):
    grid, length = day_grid(day, zone, minutes), timedelta(minutes=minutes)
    for slot in range(grid.slots):
        start = grid.start_of(slot)
        begin, end = start.astimezone(zone), (start + length).astimezone(zone)
        for wall, flagged, marks in (
            (begin.replace(tzinfo=None), begin, Marks.BEGINNING),
            (end.replace(tzinfo=None), end, Marks.ENDING),
        ):
            assert starts(
                wall.replace(fold=0), zone=zone, minutes=minutes, marks=marks,
                summer=bool(flagged.dst()),
            ) == (start,)  # fmt: skip


@given(day=days, zone=zones, minutes=lengths)
def test_labels_told_apart_by_their_order_name_every_interval_once(day, zone, minutes):
    grid, length = day_grid(day, zone, minutes), timedelta(minutes=minutes)
    for marks in Marks:
        seen: dict[datetime, int] = {}
        for slot in range(grid.slots):
            wall = grid.start_of(slot).astimezone(zone).replace(tzinfo=None, fold=0)
            wall += length if marks is Marks.ENDING else timedelta(0)
            found = starts(wall, zone=zone, minutes=minutes, marks=marks)
            assert found[seen.get(wall, 0)] == grid.start_of(slot)
            seen[wall] = seen.get(wall, 0) + 1


@pytest.mark.parametrize(
    ("label", "summer", "start"),
    [
        # The clock at the end: 02:00 comes twice.
        ("2021-10-31T02:00", True, "2021-10-31T01:00+02:00"),
        ("2021-10-31T02:00", False, "2021-10-31T02:00+02:00"),
        ("2021-10-31T03:00", False, "2021-10-31T02:00+01:00"),
        # The beginning plus an hour: 03:00 comes twice.
        ("2021-10-31T03:00", True, "2021-10-31T02:00+02:00"),
        # Spring: the hour from 01:00 ends when the clock shows 03:00; others write 02:00.
        ("2022-03-27T03:00", True, "2022-03-27T01:00+01:00"),
        ("2022-03-27T02:00", False, "2022-03-27T01:00+01:00"),
        # The last hour of a day is labelled with the next one.
        ("2021-06-02T00:00", True, "2021-06-01T23:00+02:00"),
        # A flag that is wrong where nothing is ambiguous decides nothing.
        ("2021-06-01T05:00", False, "2021-06-01T04:00+02:00"),
    ],
)
def test_an_hour_ending_label_of_madrid_starts_at(label, summer, start):
    found = starts(
        datetime.fromisoformat(label), zone=MADRID, minutes=60, marks=Marks.ENDING, summer=summer
    )
    assert found == (at(start),)


def test_a_repeated_label_without_a_flag_offers_both_hours_the_earlier_first():
    wall = datetime(2021, 10, 31, 3)  # noqa: DTZ001
    assert starts(wall, zone=MADRID, minutes=60, marks=Marks.ENDING) == (
        at("2021-10-31T02:00+02:00"), at("2021-10-31T02:00+01:00"),
    )  # fmt: skip


def test_an_hour_that_spring_leaves_out_is_refused():
    wall = datetime(2022, 3, 27, 2)  # noqa: DTZ001
    assert shown_at(wall, MADRID) == ()
    with pytest.raises(NoSuchTime):
        starts(wall, zone=MADRID, minutes=60, marks=Marks.BEGINNING)


def test_hours_are_numbered_to_25_in_autumn_and_to_23_in_spring():
    assert numbered(AUTUMN, 25, zone=MADRID, minutes=60) == at("2021-10-31T23:00+01:00")
    assert numbered(SPRING, 23, zone=MADRID, minutes=60) == at("2022-03-27T23:00+02:00")
    for day, number in ((AUTUMN, 26), (SPRING, 24), (SPRING, 0)):
        with pytest.raises(NoSuchTime):
            numbered(day, number, zone=MADRID, minutes=60)
