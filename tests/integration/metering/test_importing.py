"""A file taken in: once, partly, late, corrected; what it replaces comes back when it is undone."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import meter_files, meters
from tests.factories.meter_files import HEADER, hours

from mains.core.calendars import Period

pytestmark = pytest.mark.usefixtures("tenant")

MAY_1, MAY_2 = date(2026, 5, 1), date(2026, 5, 2)
E, M, C = 1, 2, 3


def stored(register, day=MAY_1):
    from mains.metering.interval_queries import interval_days

    return interval_days(register_id=register.pk, period=Period(day, date(2026, 12, 31)))[day]


@pytest.fixture
def register(tenant):
    return meters.meter("M1")["1.8.0"]


def test_a_file_is_stored_by_register_and_day(take, register):
    outcome = take(HEADER + hours([1, "0.25"]) + hours([3], day=MAY_2))
    assert (outcome.new_days, outcome.changed_days, outcome.refusals) == (2, 0, [])
    assert outcome.totals == {"1.8.0": Decimal("4.25")}
    day = stored(register)
    assert day.values[:3] == (1000, 250, None)
    assert day.qualities[:3] == (M, M, 0)
    assert (len(day.values), day.total()) == (24, Decimal("1.25"))


def test_the_same_file_again_adds_nothing(take, register, table):
    text = HEADER + hours([1, 2])
    first = take(text)
    before = table()
    again = take(text, name="another name")
    assert (again.again, again.import_id) == (True, first.import_id)
    assert table() == before


def test_the_same_values_in_another_file_change_nothing(take, register, table):
    take(HEADER + hours([1, 2]))
    before = table()
    outcome = take(HEADER + hours([1, 2]) + "\n")
    assert (outcome.again, outcome.new_days, outcome.changed_days) == (False, 0, 0)
    assert table() == before


def test_late_hours_complete_a_day(take, register):
    take(HEADER + hours([1, 2]))
    outcome = take(HEADER + hours([3], first=2))
    assert (outcome.new_days, outcome.changed_days) == (0, 1)
    assert stored(register).values[:4] == (1000, 2000, 3000, None)


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [("E", "M", 2000), ("M", "C", 2000), ("M", "E", 1000), ("C", "M", 1000), ("M", "M", 2000)],
)
def test_a_value_replaces_one_that_is_no_better(take, register, first, second, stands):
    take(HEADER + hours([1], mark=first))
    outcome = take(HEADER + hours([2], mark=second))
    assert stored(register).values[0] == stands
    assert outcome.changed_days == (stands == 2000)


def test_days_that_are_new_and_days_that_differ_go_in_together(take, register):
    take(HEADER + hours([1]) + hours([5], day=MAY_2))
    outcome = take(HEADER + hours([2]) + hours([5], day=MAY_2) + hours([7], day=date(2026, 5, 3)))
    assert (outcome.new_days, outcome.changed_days) == (1, 1)
    assert [stored(register, date(2026, 5, n)).values[0] for n in (1, 2, 3)] == [2000, 5000, 7000]


def test_valid_rows_are_taken_and_the_others_told_with_row_and_column(take, register):
    outcome = take(HEADER + hours([1, "x"]) + hours([2], point="GHOST"))
    assert outcome.new_days == 1
    assert [(one.row, one.column, one.text) for one in outcome.refusals] == [
        (3, "value", "x"), (4, "point", "GHOST"),
    ]  # fmt: skip
    assert str(outcome.refusals[1].trouble) == (
        "GHOST has no register 1.8.0 in kWh on 2026-05-01; add the meter and its register, or "
        "correct the number, and import the file again."
    )


def test_a_dry_run_tells_the_same_and_keeps_nothing(take, register, table):
    text = HEADER + hours([1, "x"])
    rehearsed = take(text, dry_run=True)
    assert table() == {}
    kept = take(text)
    assert (rehearsed.import_id, kept.import_id is None) == (None, False)
    assert (rehearsed.new_days, rehearsed.refusals) == (kept.new_days, kept.refusals)


class TestNames:
    def test_a_supply_point_means_the_meter_that_hangs_there_on_the_day(self, take):
        point = meters.supply_point("ES 0001-AB")
        old, new = (meters.meter(serial)["1.8.0"] for serial in ("OLD", "NEW"))
        meters.hang(old, point, end=MAY_2)
        meters.hang(new, point, start=MAY_2)
        outcome = take(
            HEADER + hours([1], point="es0001ab") + hours([2], point="es0001ab", day=MAY_2)
        )
        assert outcome.refusals == []
        assert stored(old).values[0] == 1000
        assert stored(new, MAY_2).values[0] == 2000

    def test_a_day_before_the_meter_hung_there_is_refused(self, take, table):
        register = meters.meter("NEW")["1.8.0"]
        meters.hang(register, meters.supply_point("ES1"), start=MAY_2)
        outcome = take(HEADER + hours([1], point="ES1") + hours([2], point="ES1", day=MAY_2))
        assert [day for _, day in table()] == [MAY_2]
        assert "on 2026-05-01" in str(outcome.refusals[0].trouble)

    def test_a_row_without_a_name_is_refused(self, take, table):
        outcome = take(HEADER + hours([1], point=""))
        assert table() == {}
        assert str(outcome.refusals[0].trouble).startswith("The row names no meter; write")

    def test_the_only_register_of_a_meter_counts_all_of_it(self, take):
        register = meters.meter("M9", codes=("1",))["1"]
        take(HEADER + hours([1], point="M9"))
        assert stored(register).values[0] == 1000

    def test_control_of_two_registers_none_is_guessed(self, take, table):
        meters.meter("M9", codes=("1", "2"))
        assert take(HEADER + hours([1], point="M9")).new_days == 0
        assert table() == {}

    def test_a_register_in_another_unit_is_not_meant(self, take):
        meters.meter("M9", unit="m3")
        assert "in kWh" in str(take(HEADER + hours([1], point="M9")).refusals[0].trouble)

    def test_two_names_of_one_register_are_refused_and_the_first_is_taken(self, take, register):
        meters.hang(register, meters.supply_point("ES1"))
        outcome = take(HEADER + hours([1]) + hours([2], point="ES1"))
        assert stored(register).values[0] == 1000
        assert str(outcome.refusals[0].trouble).startswith("ES1 and M1 name the same register")

    def test_a_point_with_two_meters_of_the_kind_is_refused(self, take, table):
        point = meters.supply_point("ES1")
        for serial in ("A", "B"):
            meters.hang(meters.meter(serial)["1.8.0"], point)
        outcome = take(HEADER + hours([1], point="ES1"))
        assert table() == {}
        assert str(outcome.refusals[0].trouble).startswith("ES1 has several registers 1.8.0")

    def test_magnitudes_without_a_register_are_left_out_in_silence(self, take):
        register = meters.meter("ES0000000000000001AA1P")["1.8.0"]
        outcome = take(meter_files.P1D, "es-p1d")
        assert (outcome.new_days, outcome.refusals) == (1, [])
        assert stored(register, date(2021, 10, 31)).total() == Decimal("3.75")


class TestLengths:
    def test_a_whole_day_of_quarters_replaces_hours_and_is_undone(self, take, undo, register):
        take(HEADER + hours([1] * 24))
        quarters = HEADER + "".join(
            f"M1;2026-05-01T{slot // 4:02d}:{slot % 4 * 15:02d}+02:00;0.3;M\n" for slot in range(96)
        )
        finer = take(quarters, "csv-15")
        assert (stored(register).minutes, stored(register).total()) == (15, Decimal("28.8"))
        undo(finer)
        assert (stored(register).minutes, stored(register).total()) == (60, Decimal(24))

    def test_a_part_of_one_is_refused(self, take, register):
        take(HEADER + hours([1] * 24))
        outcome = take(HEADER + "M1;2026-05-01T00:15+02:00;0.3;M\n", "csv-15")
        assert (outcome.changed_days, stored(register).minutes) == (0, 60)
        (refusal,) = outcome.refusals
        assert (refusal.column, refusal.text) == ("day", "2026-05-01")
        assert ["60 minutes are stored", " 15 minutes came"][0] in str(refusal.trouble)


@pytest.mark.usefixtures("register")
class TestUndo:
    def test_new_days_go_and_changed_ones_become_what_they_were(self, take, undo, table):
        take(HEADER + hours([1], mark="E"))
        before = table()
        second = take(HEADER + hours([2]) + hours([3], day=MAY_2))
        assert undo(second).state == "UNDONE"
        assert table() == before

    def test_twice_changes_nothing_more(self, take, undo, table):
        outcome = take(HEADER + hours([1]))
        first = undo(outcome)
        take(HEADER + hours([7], day=MAY_2))
        before = table()
        assert undo(outcome).undone_at == first.undone_at
        assert table() == before

    def test_before_a_newer_import_is_refused_by_its_number(self, take, undo, table):
        from mains.metering.importing import NewerImports

        first, second = take(HEADER + hours([1])), take(HEADER + hours([2]))
        before = table()
        with pytest.raises(NewerImports, match=f"Imports {second.import_id} changed"):
            undo(first)
        assert table() == before
        undo(second)
        undo(first)
        assert table() == {}

    def test_late_after_a_newer_import_of_other_days_is_fine(self, take, undo, table):
        first = take(HEADER + hours([1]))
        take(HEADER + hours([2], day=MAY_2))
        undo(first)
        assert [day for _, day in table()] == [MAY_2]

    def test_of_the_second_leaves_the_first_to_be_undone_later(self, take, undo, table):
        first = take(HEADER + hours([1]))
        undo(take(HEADER + hours([2])))
        third = take(HEADER + hours([3]))
        undo(third)
        undo(first)
        assert table() == {}

    def test_the_file_may_be_imported_again_afterwards(self, take, undo, table):
        text = HEADER + hours([1])
        undo(take(text))
        again = take(text)
        assert (again.again, again.new_days, len(table())) == (False, 1, 1)

    def test_of_an_import_that_never_was_is_refused(self, undo):
        from mains.metering.importing import Outcome
        from mains.metering.models import MeterImport

        never = Outcome(99, False, 0, 0, 0, 0, 0, {}, [])
        with pytest.raises(MeterImport.DoesNotExist):
            undo(never)

    def test_both_are_audited_and_listed(self, take, undo):
        from mains.audit import queries
        from mains.metering.interval_queries import imports

        outcome = take(HEADER + hours([1, "x"]), name="may.csv")
        undo(outcome)
        deeds = [
            entry.action for entry in queries.entries(subject=f"meter_import:{outcome.import_id}")
        ]
        assert deeds == ["metering.import_undone", "metering.imported"]
        (row,) = imports()
        assert (row.file_name, row.state, row.new_days, row.refused_rows) == (
            "may.csv", "UNDONE", 1, 1,
        )  # fmt: skip


class TestTelegrams:
    @pytest.fixture
    def meters_read(self):
        own = meters.meter("MAINS01", codes=("1.8.1", "2.8.1"))
        gas = meters.meter("GAS0001", codes=("1",), unit="m3", service="gas", digits=5)
        return {**own, "gas": gas["1"]}

    def test_readings_are_stored_once_and_undone(self, take, undo, meters_read):
        from mains.metering.models import Reading

        outcome = take(meter_files.telegram(), "p1", zone="Europe/Budapest")
        assert (outcome.new_readings, outcome.refusals) == (3, [])
        rows = Reading.objects.order_by("register_id").values_list(
            "register_id", "read_date", "value", "source", "quality", "period_start"
        )
        day, month = date(2025, 10, 26), date(2025, 10, 1)
        assert list(rows) == [
            (meters_read["1.8.1"].pk, day, Decimal("12.345"), "REMOTE", "ACCEPTED", month),
            (meters_read["2.8.1"].pk, day, Decimal("0.5"), "REMOTE", "ACCEPTED", month),
            (meters_read["gas"].pk, day, Decimal("7.25"), "REMOTE", "ACCEPTED", month),
        ]
        again = take(meter_files.telegram() * 2, "p1", zone="Europe/Budapest")
        assert again.new_readings == 0
        undo(outcome)
        assert not Reading.objects.exists()

    def test_a_counter_that_went_back_waits_for_review(self, take, meters_read):
        from mains.metering.models import Reading, ReadingQuality

        take(meter_files.telegram(), "p1", zone="Europe/Budapest")
        lower = meter_files.TELEGRAM.replace("000012.345", "000011.000").replace("251026", "251027")
        lower = lower.replace("{sum}", meter_files.crc(lower[: lower.index("!") + 1]))
        assert take(lower, "p1", zone="Europe/Budapest").new_readings == 3
        latest = Reading.objects.filter(register=meters_read["1.8.1"]).latest("read_date")
        assert (latest.value, latest.quality) == (Decimal(11), ReadingQuality.NEEDS_REVIEW)

    def test_a_meter_we_do_not_have_is_refused_by_its_row(self, take):
        outcome = take(meter_files.telegram(), "p1")
        assert [(one.row, one.text) for one in outcome.refusals] == [
            (5, "MAINS01"), (6, "MAINS01"), (8, "GAS0001"),
        ]  # fmt: skip

    def test_a_value_longer_than_the_register_is_refused(self, take):
        meters.meter("MAINS01", codes=("1.8.1", "2.8.1"), digits=1)
        meters.meter("GAS0001", codes=("1",), unit="m3", digits=5)
        (refusal,) = take(meter_files.telegram(), "p1").refusals
        assert (refusal.column, refusal.text) == ("value", "12.345")
