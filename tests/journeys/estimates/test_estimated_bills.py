"""Bills of months that nobody read: estimated, marked, and set right by the next reading."""

from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.estimates import world
from tests.journeys.estimates.world import bill, issued, last_day, lines, started

from mains.billing.models import Bill


class TestAnEstimate:
    def test_a_month_that_nobody_read_is_billed_like_the_year_before(self, home):
        facts = bill(2027, 1)

        # 300 kWh in January 2026.
        assert lines(facts) == [("connection", "1", "5.00"), ("energy", "300", "30.00")]
        assert home.estimated() == [("01-31", 3_760, "ESTIMATED", "LAST_YEAR")]
        (register,) = facts["contracts"][0]["registers"]
        assert register["source"] == "ESTIMATE"
        assert register["estimated"] is True
        assert register["to"] == ["2027-01-31", "3760"]
        assert register["from_source"] == "SELF"

    def test_the_approver_is_told_how_many_bills_rest_on_estimates(self, home):
        run = started(2027, 1)
        assert [chunk.estimated for chunk in run.chunks.all()] == [1]
        # Nothing is stored before somebody is billed by it.
        assert home.estimated() == []

    def test_what_was_read_is_never_estimated(self, home):
        home.read(last_day(2027, 1), 3_500)
        assert lines(bill(2027, 1))[1] == ("energy", "40", "4.00")
        assert home.estimated() == []

    @pytest.mark.usefixtures("home")
    def test_a_meter_nobody_knows_waits_for_a_reading(self):
        from mains.metering.models import Reading

        Reading.objects.exclude(read_date=date(2026, 12, 31)).delete()
        run = started(2027, 1)
        assert [held[1] for chunk in run.chunks.all() for held in chunk.held] == ["NO_READING"]

    def test_what_was_used_before_somebody_moved_in_is_not_theirs(self, home):
        home.contract.start_date = date(2026, 12, 1)
        home.contract.save()
        # December alone is known: 310 kWh in 31 days, so the average, and not last January's 300.
        assert lines(bill(2027, 1))[1][1] == "310"
        assert home.estimated()[0][3] == "AVERAGE"

    def test_a_reading_that_waits_for_review_does_not_count(self, home):
        home.read(last_day(2027, 1), 3_500, quality="NEEDS_REVIEW")
        assert lines(bill(2027, 1))[1][1] == "300"

    def test_a_reading_after_the_rehearsal_makes_issue_refuse(self, home):
        from mains.billing.actions import ContentChanged

        run = started(2027, 1)
        home.read(last_day(2027, 1), 3_500)
        with pytest.raises(ContentChanged):
            issued(run)
        assert home.estimated() == []

    def test_even_a_reading_of_the_very_same_value_does(self, home):
        from mains.billing.actions import ContentChanged

        run = started(2027, 1)
        home.read(last_day(2027, 1), 3_760)
        with pytest.raises(ContentChanged):
            issued(run)

    def test_several_months_are_estimated_one_after_the_other(self, home):
        bill(2027, 1)
        facts = bill(2027, 2)
        assert lines(facts)[1] == ("energy", "280", "56.00")
        assert lines(facts, corrects="2027-01-01") == []
        assert [row[:3] for row in home.estimated()] == [
            ("01-31", 3_760, "ESTIMATED"), ("02-28", 4_040, "ESTIMATED"),
        ]  # fmt: skip


class TestNoEstimates:
    @pytest.mark.usefixtures("unblocked")
    def test_without_a_method_a_bill_waits_as_before(self):
        with world.opened(world.file_of(estimate=None)) as home:
            run = started(2027, 1)
            assert [held[1] for chunk in run.chunks.all() for held in chunk.held] == ["NO_READING"]
            assert home.estimated() == []


@pytest.mark.seed("S3.06")
class TestSettingRight:
    def test_the_next_reading_shares_its_use_at_the_prices_then_in_force(self, home):
        bill(2027, 1)
        # 290 kWh in January and February, expected were 300 and 280.
        home.read(last_day(2027, 2), 3_750)
        facts = bill(2027, 2)

        # January: 290 x 300 / 580 = 150 at 0.10, of which 300 were billed; February 140 at 0.20.
        assert lines(facts) == [("connection", "1", "5.00"), ("energy", "140", "28.00")]
        assert lines(facts, corrects="2027-01-01") == [("energy", "-150", "-15.00")]
        # VAT of January's energy was 21 %, of February's 12 %.
        assert [(vat["percent"], vat["net"]) for vat in facts["vat"]] == [
            ("21", "-10.00"), ("12", "28.00"),
        ]  # fmt: skip
        assert home.estimated() == [
            ("01-31", 3_760, "REPLACED", "LAST_YEAR"), ("01-31", 3_610, "ESTIMATED", "SHARE"),
        ]  # fmt: skip

    def test_both_bills_come_to_what_the_true_use_would_have(self, home):
        from mains.ledger.models import Balance

        bill(2027, 1)
        home.read(last_day(2027, 2), 3_750)
        bill(2027, 2)
        # 5 + 15 + 5 at 21 % and 28 at 12 %: 30.25 + 31.36, were it not for rounding per bill.
        (balance,) = Balance.objects.values_list("minor", flat=True)
        assert abs(balance - (3_025 + 3_136)) <= 1

    def test_the_bill_shows_the_register_from_its_share_on(self, home):
        bill(2027, 1)
        home.read(last_day(2027, 2), 3_750)
        (contract,) = bill(2027, 2)["contracts"]

        assert contract["registers"][0]["from"] == ["2027-01-31", "3610"]
        assert contract["registers"][0]["from_source"] == "ESTIMATE"
        assert contract["registers"][0]["used"] == "140"
        (correction,) = contract["corrections"]
        assert correction["period"] == ["2027-01-01", "2027-02-01"]
        assert correction["registers"] == [
            {"meter": "M1", "unit": "kWh", "before": "300", "after": "150"}
        ]

    def test_what_people_used_is_what_they_paid_for(self, home):
        from mains.metering.consumption import series_of

        bill(2027, 1)
        home.read(last_day(2027, 2), 3_750)
        bill(2027, 2)
        (series,) = series_of(account_ids=[home.account.pk], since=date(2027, 1, 1))
        assert [(use.used, use.is_estimated) for use in series.uses] == [(150, True), (140, True)]

    def test_a_reading_that_comes_late_for_its_month_corrects_that_month(self, home):
        bill(2027, 1)
        home.read(date(2027, 1, 30), 3_500, received_at=world.at(2027, 2, 8))
        home.read(last_day(2027, 2), 3_750)
        facts = bill(2027, 2)

        assert lines(facts)[1] == ("energy", "250", "50.00")
        assert lines(facts, corrects="2027-01-01") == [("energy", "-260", "-26.00")]
        assert home.estimated() == [("01-31", 3_760, "REPLACED", "LAST_YEAR")]
        assert facts["contracts"][0]["registers"][0]["from"] == ["2027-01-30", "3500"]

    def test_a_late_reading_alone_moves_the_next_estimate(self, home):
        bill(2027, 1)
        home.read(date(2027, 1, 30), 3_500, received_at=world.at(2027, 2, 8))
        facts = bill(2027, 2)

        assert lines(facts)[1] == ("energy", "280", "56.00")
        assert lines(facts, corrects="2027-01-01") == [("energy", "-260", "-26.00")]
        assert home.estimated()[-1] == ("02-28", 3_780, "ESTIMATED", "LAST_YEAR")

    def test_an_estimate_that_was_right_corrects_nothing(self, home):
        bill(2027, 1)
        home.read(last_day(2027, 2), 3_460 + 580)
        facts = bill(2027, 2)
        assert lines(facts, corrects="2027-01-01") == []
        assert facts["contracts"][0]["corrections"] == []

    def test_what_was_set_right_is_not_set_right_again(self, home):
        bill(2027, 1)
        home.read(last_day(2027, 2), 3_750)
        bill(2027, 2)
        home.read(last_day(2027, 3), 3_900)
        facts = bill(2027, 3)
        assert lines(facts) == [("connection", "1", "5.00"), ("energy", "150", "30.00")]
        assert lines(facts, corrects="2027-01-01") == []

    def test_far_too_much_becomes_a_credit(self, home):
        bill(2027, 1)
        home.read(last_day(2027, 2), 3_460)
        facts = bill(2027, 2)
        # 5.00 of February less 30.00 of January, both with 21 %.
        assert Decimal(facts["total"]) == Decimal("-30.25")
        assert lines(facts, corrects="2027-01-01") == [("energy", "-300", "-30.00")]

    def test_half_a_year_is_shared_by_what_was_expected_of_each_month(self, home):
        for month in range(1, 6):
            bill(2027, month)
        # Twice as much as in the same six months of 2026: 1,300 kWh.
        home.read(last_day(2027, 6), 3_460 + 2_600)
        facts = bill(2027, 6)
        shares = [300, 280, 240, 200, 160]
        found = [lines(facts, corrects=f"2027-0{n}-01")[0][1] for n in range(1, 6)]
        assert found == [str(each) for each in shares]
        assert lines(facts)[1][1] == "240"

    def test_a_reading_below_the_last_one_somebody_read_is_held(self, home):
        bill(2027, 1)
        home.read(last_day(2027, 2), 3_400)
        run = started(2027, 2)
        assert [held[1] for chunk in run.chunks.all() for held in chunk.held] == ["BELOW_PREVIOUS"]
        assert home.estimated()[0][2] == "ESTIMATED"

    def test_a_held_bill_keeps_the_estimate_for_the_next(self, home):
        bill(2027, 1)
        wrong = home.read(last_day(2027, 2), 3_400)
        run = started(2027, 2)
        issued(run)
        wrong.quality = "REJECTED"
        wrong.save()
        home.read(last_day(2027, 3), 3_460 + 820)
        # 300 were billed for January; the rest of 820, expected 520, belongs to March's bill.
        facts = bill(2027, 3)
        assert lines(facts, corrects="2027-01-01") == []
        assert lines(facts)[1] == ("energy", "520", "104.00")

    def test_a_meter_that_was_exchanged_is_still_set_right(self, home):
        bill(2027, 1)
        installation = home.register.meter.installations.get()
        installation.end_date = date(2027, 2, 1)
        installation.save()
        new = home.hang("M2", date(2027, 2, 1))
        # The last reading of the old one belongs to January.
        home.read(date(2027, 2, 1), 3_500, month=date(2027, 1, 1))
        home.read(date(2027, 2, 1), 10, month=date(2027, 1, 1), register=new)
        home.read(last_day(2027, 2), 110, register=new)
        facts = bill(2027, 2)
        assert lines(facts)[1][1] == "100"
        assert lines(facts, corrects="2027-01-01") == [("energy", "-260", "-26.00")]

    def test_passing_zero_between_the_estimate_and_the_reading(self, home):
        home.read(last_day(2027, 1), 99_900)
        bill(2027, 1)
        bill(2027, 2)  # 280 expected: 180.
        assert home.estimated()[0][1] == 180
        home.read(last_day(2027, 3), 420, verdict="ROLLOVER")
        facts = bill(2027, 3)
        # As expected: 280 and 240.
        assert lines(facts)[1] == ("energy", "240", "48.00")
        assert lines(facts, corrects="2027-02-01") == []


class TestOtherBills:
    def test_a_quarter_is_estimated_and_set_right_as_one(self, home):
        facts = bill(2027, 1, months=3)
        # 820 were used from January to March of 2026: 31 of 90 days at 0.10, 59 days at 0.20.
        assert lines(facts) == [
            ("connection", "1", "5.00"), ("energy", "282.444444", "28.24"),
            ("connection", "2", "10.00"), ("energy", "537.555556", "107.51"),
        ]  # fmt: skip
        home.read(last_day(2027, 6), 3_460 + 650)
        facts = bill(2027, 4, months=3)
        # Expected were 820 and 480: half of each.
        assert lines(facts, corrects="2027-01-01") == [
            ("energy", "-141.222222", "-14.12"), ("energy", "-268.777778", "-53.75"),
        ]  # fmt: skip
        assert lines(facts)[1] == ("energy", "240", "48.00")

    @pytest.mark.usefixtures("unblocked")
    def test_blocks_count_every_meter_of_the_place(self):
        tariffs = world.file_of().model_dump(mode="json", exclude_none=True)["tariffs"]
        for version in tariffs[0]["versions"]:
            version["components"][1] = {
                "kind": "blocks", "code": "energy", "label": {"lv": "E", "en": "Energy"},
                "quantity": "energy", "unit": "kWh", "vat": "21",
                "blocks": [{"up_to": "400", "price": "0.10"}, {"price": "0.50"}],
            }  # fmt: skip
        with world.opened(world.file_of(tariffs=tariffs)) as home:
            other = home.hang("M2", date(2026, 1, 1))
            home.read(date(2026, 12, 31), 100, register=other)
            home.read(last_day(2027, 1), 300, register=other)
            facts = bill(2027, 1)
            # 300 estimated and 200 read.
            assert lines(facts)[1:] == [("energy", "400", "40.00"), ("energy", "100", "50.00")]

            home.read(last_day(2027, 2), 300, register=other)
            home.read(last_day(2027, 2), 3_750)
            facts = bill(2027, 2)
            # 150 after all, so 350 with the other: 40.00 + 50.00 become 35.00.
            assert lines(facts, corrects="2027-01-01") == [
                ("energy", "-50", "-5.00"), ("energy", "-100", "-50.00"),
            ]  # fmt: skip


class TestAnotherHolder:
    def test_an_estimate_billed_to_somebody_else_is_not_set_right_with_the_next_holder(self, home):
        from mains.customers.models import Account, Contract

        bill(2027, 1)
        home.contract.end_date = date(2027, 2, 1)
        home.contract.save()
        other = Account.objects.create(
            number="10000002",
            customer=home.account.customer,
            company=home.account.company,
            currency="EUR",
            postal_address="Iela 1\nRīga",
        )
        Contract.objects.create(
            account=other,
            supply_point=home.contract.supply_point,
            service="electricity",
            contract_class="home",
            tariff_code="home",
            start_date=date(2027, 2, 1),
        )
        home.read(last_day(2027, 2), 3_900)
        facts = bill(2027, 2)
        assert facts["account"] == "10000002"
        assert lines(facts)[1][1] == "140"
        assert lines(facts, corrects="2027-01-01") == []

    @pytest.mark.parametrize("chunk", [1_000, 1])
    def test_the_month_of_a_move_does_not_hang_on_who_is_billed_first(
        self, home, monkeypatch, chunk
    ):
        from mains.billing import actions

        monkeypatch.setattr(actions, "CHUNK", chunk)
        bill(2027, 1)
        moved(home, date(2027, 2, 11))
        # Read late for January; nobody read in February, in which one handed over to the other.
        home.read(date(2027, 1, 30), 3_500, received_at=world.at(2027, 2, 8))
        run = started(2027, 2)
        # Who left can be estimated; what the next holder began with is not known before that.
        assert [held[1] for part in run.chunks.all() for held in part.held] == ["NO_READING"]
        home.read(last_day(2027, 2), 3_935)
        found = by_account(2027, 2)
        left, came = found["10000001"], found["10000002"]
        assert lines(left, corrects="2027-01-01") == [("energy", "-260", "-26.00")]
        assert lines(came, corrects="2027-01-01") == []
        # 435 kWh in 29 days since January 30, of which 11 are those of who left.
        assert (lines(left)[1][1], lines(came)[1][1]) == ("165", "270")
        assert [row[2:] for row in home.estimated()] == [
            ("REPLACED", "LAST_YEAR"), ("ESTIMATED", "SPLIT"),
        ]  # fmt: skip


def moved(home, day: date) -> None:
    """
    Let somebody else move in on a day.
    """
    from mains.customers.models import Account, Contract

    home.contract.end_date = day
    home.contract.save()
    other = Account.objects.create(
        number="10000002",
        customer=home.account.customer,
        company=home.account.company,
        currency="EUR",
        postal_address="Iela 1\nRīga",
    )
    Contract.objects.create(
        account=other,
        supply_point=home.contract.supply_point,
        service="electricity",
        contract_class="home",
        tariff_code="home",
        start_date=day,
    )


def by_account(year: int, month: int) -> dict[str, dict]:
    """
    Rehearse a run again, issue it, and return the facts of each account's bill.
    """
    import json

    from mains.billing.models import BillRun, RunStage

    run = BillRun.objects.get(period_start=date(year, month, 1))
    run.chunks.update(state="WAITING")
    run.stage = RunStage.DRAFT
    run.save()
    run = issued(started(year, month))
    rows = Bill.objects.filter(run=run).select_related("account")
    return {row.account.number: json.loads(row.facts) for row in rows}
