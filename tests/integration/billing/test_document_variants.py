"""Each kind of bill is told apart on paper, and a document stays as it was at the issue."""

import copy
import io
import json
from hashlib import sha256

import pypdf
import pytest
from tests.integration.billing.test_documents import joined, text_of, utility


@pytest.fixture
def balta(tenant):
    return utility("balta")


@pytest.fixture
def facts(balta):
    from mains.billing import queries

    found = [queries.facts(bill_id=bill.pk) for bill in balta.bills]
    chosen = next(one for one in found if one and one["collection_date"] is None)
    return {**chosen, "language": "en"}


@pytest.fixture
def tavho(tenant):
    return utility("tavho")


def render(tenant, facts, **changes) -> str:
    from mains.billing.documents import pdf
    from mains.billing.documents.earlier import Earlier

    earlier = changes.pop("earlier", Earlier())
    return text_of(pdf.render(facts={**facts, **changes}, tenant=tenant, earlier=earlier))


def year_ago(facts, **changes):
    found = copy.deepcopy(facts) | changes
    found["number"] = "BE2025-000001"
    found["period"] = [day.replace("2026-", "2025-") for day in facts["period"]]
    return found


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("FINAL", "Final bill", "This is the last bill for the contracts on it."),
        ("INTERIM", "Interim bill", "It comes between two regular bills"),
        ("SETTLEMENT", "Settlement", "less the fixed amounts that were billed for it"),
    ],
)
def test_each_kind_has_its_name_and_its_sentence(balta, facts, kind, name, said):
    text = render(balta.tenant, facts, kind=kind)

    assert text.count(name) >= 1
    assert joined(said) in joined(text)
    assert joined(said) not in joined(render(balta.tenant, facts))


def test_a_credit_note_asks_for_nothing_and_names_the_bill(balta, facts):
    from mains.billing.rules.crediting import credited

    note = credited(
        facts, number="BEC2026-000001", reference="RF00", issue_date="2026-11-20",
        due_date="2026-11-20", collection_date=None,
    )  # fmt: skip
    text = render(balta.tenant, note)

    assert "Credit note" in text
    assert joined(f"takes back every line of bill {facts['number']}") in joined(text)
    assert "Pay by bank transfer" not in text
    assert "Why it changed" not in text


def test_a_corrected_bill_shows_before_and_after(balta, facts):
    from mains.billing.documents.earlier import Earlier

    before = copy.deepcopy(facts)
    before["number"], before["total"] = "BE2026-000099", "99.99"
    before["lines"][0]["net"] = "77.77"
    text = render(balta.tenant, facts, kind="CORRECTION", earlier=Earlier(replaced=before))

    assert "Corrected bill" in text
    assert joined("It takes the place of bill BE2026-000099.") in joined(text)
    assert "€77.77" in text
    assert "€99.99" in text


def test_why_is_said_against_last_year_and_adds_up(balta, facts):
    from mains.billing.documents.earlier import Earlier

    before = year_ago(facts)
    line = before["lines"][-1]
    line["quantity"] = str(int(line["quantity"]) - 10)
    line["net"] = f"{float(line['net']) - 10 * float(line['unit_price']):.2f}"
    text = render(balta.tenant, facts, earlier=Earlier((before,)))

    assert "Why it changed" in text
    assert joined("more than in the same period last year") in joined(text)
    assert joined("You used 10 kWh more") in joined(text)
    assert "Why it changed" not in render(balta.tenant, facts)


def test_estimates_are_hatched_and_said_for_whoever_does_not_see_it(balta, facts):
    from mains.billing.documents.earlier import Earlier
    from mains.billing.documents.layout import layout

    before = year_ago(facts)
    before["contracts"][0]["registers"][0] |= {"source": "ESTIMATE", "estimated": True}
    words = layout(facts=facts, tenant=balta.tenant, earlier=Earlier((before,)))["history"]

    assert [bar["kind"] for bar in words["bars"]] == ["estimated", "own"]
    assert "(estimated)" in words["alt"]
    assert [key for key, _name in words["key"]] == ["own", "estimated"]


def test_a_correction_belongs_to_the_period_that_it_corrects(balta, facts):
    from mains.billing.documents.earlier import Earlier
    from mains.billing.documents.layout import layout

    before = year_ago(facts)
    before["contracts"][0]["registers"][0] |= {"source": "ESTIMATE", "estimated": True}
    use = next(line for line in facts["lines"] if line["unit"] == "kWh")
    fixed = copy.deepcopy(use) | {"quantity": "-5", "corrects": before["period"]}
    given = {**facts, "lines": [*facts["lines"], fixed]}
    bars = layout(facts=given, tenant=balta.tenant, earlier=Earlier((before,)))["history"]["bars"]

    assert bars[0]["kind"] == "read"
    assert bars[0]["value"] == str(int(use["quantity"]) - 5)
    assert bars[1]["value"] == use["quantity"]


def test_months_that_were_used_nothing_have_bars_of_nothing(balta, facts):
    lines = [line | {"quantity": "0", "net": "0.00"} for line in facts["lines"]]
    assert "0 kWh in this period" in render(balta.tenant, facts, lines=lines)


class TestStaysAsItWas:
    """
    Nothing that happens later changes the document of a bill.
    """

    def bills(self, balta):
        from mains.billing.models import Bill

        (latest,) = Bill.objects.filter(account_id=balta.bills[0].account_id).order_by("-pk")[:1]
        return latest

    def earlier_bill(self, bill, *, number, months, state="ISSUED"):
        """
        Write a bill of the same account that ends some months before another one begins.
        """
        from mains.billing.models import Bill, BillRun
        from mains.core.calendars import add_months

        facts = json.loads(bill.facts)
        start, end = (add_months(day, -months) for day in (bill.period_start, bill.period_end))
        facts |= {"number": number, "period": [start.isoformat(), end.isoformat()]}
        text = json.dumps(facts)
        run = BillRun.objects.get(pk=bill.run_id)
        run.pk, run.period_start, run.period_end = None, start, end
        run._state.adding = True
        run.save()
        return Bill.objects.create(
            account_id=bill.account_id, run=run, kind="REGULAR", state=state, number=number,
            reference=f"RF{number}", period_start=start, period_end=end,
            issue_date=bill.issue_date, due_date=bill.due_date, currency=bill.currency,
            net_minor=bill.net_minor, vat_minor=bill.vat_minor, total_minor=bill.total_minor,
            facts=text, facts_hash=sha256(text.encode()).hexdigest(),
            issued_at=bill.issued_at.replace(year=bill.issued_at.year - 1),
        )  # fmt: skip

    def test_a_bill_before_it_is_compared_with(self, balta):
        from mains.billing.documents.earlier import earlier_than

        bill = self.bills(balta)
        self.earlier_bill(bill, number="BE2025-000777", months=12)

        found = earlier_than(bill_id=bill.pk)

        assert [one["number"] for one in found.bills] == ["BE2025-000777"]
        assert found.year_before(json.loads(bill.facts))["number"] == "BE2025-000777"

    def test_what_is_credited_later_still_stood_then(self, balta):
        from datetime import timedelta

        from mains.billing.documents.earlier import earlier_than
        from mains.billing.models import Bill

        bill = self.bills(balta)
        before = self.earlier_bill(bill, number="BE2025-000777", months=12)
        note = Bill.objects.create(
            account_id=bill.account_id, kind="CREDIT", credits=before, state="ISSUED",
            number="BEC-1", reference="RFBEC1", period_start=before.period_start,
            period_end=before.period_end, issue_date=bill.issue_date, due_date=bill.due_date,
            currency=bill.currency, net_minor=-before.net_minor, vat_minor=-before.vat_minor,
            total_minor=-before.total_minor, facts="{}", facts_hash="",
            issued_at=bill.issued_at + timedelta(days=1),
        )  # fmt: skip
        Bill.objects.filter(pk=before.pk).update(state="CANCELLED")
        assert [one["number"] for one in earlier_than(bill_id=bill.pk).bills] == ["BE2025-000777"]

        # Control: credited before the bill was issued, it did not stand.
        Bill.objects.filter(pk=note.pk).update(issued_at=bill.issued_at - timedelta(days=1))
        assert earlier_than(bill_id=bill.pk).bills == ()

    def test_a_bill_before_it_that_was_changed_makes_no_document(self, balta):
        from mains.billing.documents import pdf
        from mains.billing.models import Bill
        from mains.billing.queries import FactsTampered

        bill = self.bills(balta)
        before = self.earlier_bill(bill, number="BE2025-000777", months=12)
        assert pdf.pdf(bill_id=bill.pk, tenant=balta.tenant)
        Bill.objects.filter(pk=before.pk).update(facts=before.facts + " ")

        with pytest.raises(FactsTampered, match="BE2025-000777"):
            pdf.pdf(bill_id=bill.pk, tenant=balta.tenant)


class TestLetters:
    def test_a_reminder_asks_for_what_is_open(self, balta, facts):
        from mains.billing.documents import letters
        from mains.core.money import Money

        given = {"facts": facts, "tenant": balta.tenant, "outstanding": Money(1234, "EUR")}
        text = text_of(letters.reminder(**given, step=2, steps=3))
        last = text_of(letters.reminder(**given, step=3, steps=3))

        assert "Reminder 2" in text
        assert "Last reminder" in last
        assert joined("€12.34 has been due since") in joined(text)
        assert text.count("€12.34") == 3
        assert "Paid so far" in text
        assert (
            len(pypdf.PdfReader(io.BytesIO(letters.reminder(**given, step=1, steps=3))).pages) == 1
        )

    def test_a_plan_lists_its_parts_and_asks_for_the_next_one(self, balta, facts):
        from datetime import date

        from mains.billing.documents import letters
        from mains.billing.rules.instalments import Instalment
        from mains.core.money import Money

        parts = tuple(
            Instalment(date(2026, month, 20), Money(1000 + month, "EUR")) for month in (10, 11, 12)
        )
        text = text_of(
            letters.plan(
                facts=facts, tenant=balta.tenant, outstanding=Money(2023, "EUR"), parts=parts,
                next_part=parts[1],
            )
        )  # fmt: skip

        assert joined("To pay €10.11 by November 20, 2026") in joined(text)
        assert joined(f"Bill {facts['number']} is paid in 3 parts.") in joined(text)
        for amount in ("€10.10", "€10.11", "€10.12", "€30.33", "€20.23"):
            assert amount in text


class TestSavings:
    """
    Hungary wants what was saved since prices were lowered, on the bill and in all.
    """

    def test_it_is_the_same_quantity_at_the_price_before(self, tavho):
        from decimal import ROUND_HALF_UP, Decimal

        from mains.billing.documents import pdf
        from mains.core.money import Money
        from mains.core.wording import money_text

        bill = tavho.bills[0]
        former = {one.code: one.price for one in tavho.tenant.file.bill.former_prices}
        saved = Decimal(0)
        for line in json.loads(bill.facts)["lines"]:
            if line["code"] in former:
                quantity = Decimal(line["quantity"]) * Decimal(line["times"])
                quantity /= Decimal(line["divisor"])
                saved += (former[line["code"]] * quantity - Decimal(line["net"])) * Decimal("1.05")
        text = joined(text_of(pdf.pdf(bill_id=bill.pk, tenant=tavho.tenant)))

        (said,) = [
            one
            for minor in range(-1, 2)
            if (one := int(saved.quantize(Decimal(1), ROUND_HALF_UP)) + minor)
            and joined(f"megtakarításaáfával: {money_text(Money(one, 'HUF'), language='hu')}")
            in text
        ]
        # Lines are rounded to forints, so the two ways differ by less than one for each.
        assert abs(said - saved) < 2
        # The first bill of the account: all bills until it are this one.
        assert joined(f"összesen: {money_text(Money(said, 'HUF'), language='hu')}") in text

    def test_without_prices_before_there_are_no_figures(self, balta):
        from mains.billing.documents import pdf

        text = text_of(pdf.pdf(bill_id=balta.bills[0].pk, tenant=balta.tenant))
        assert "you save" not in text
