"""JSON and CSV of a bill."""

import csv
import io
import json

from tests.factories.bill_facts import facts_of_bill

from mains.einvoices.rules.tables import as_csv, as_json


def test_json_has_every_figure_of_the_bill():
    facts = facts_of_bill(1)
    found = json.loads(as_json(facts))
    assert found["number"] == facts["number"]
    assert [line["net"] for line in found["lines"]] == [line["net"] for line in facts["lines"]]
    assert (found["net"], found["tax"], found["total"]) == tuple(
        facts[name] for name in ("net", "tax", "total")
    )
    assert found["period"] == {"start": "2026-07-01", "end": "2026-10-01"}
    assert found["registers"][0]["used"] == "300"


def test_json_of_facts_from_before_is_made_as_well():
    old = facts_of_bill(1)
    del old["seller"]
    assert json.loads(as_json(old))["total"] == old["total"]
    assert as_csv(old)


def test_json_tells_no_tax_number_of_the_customer():
    facts = facts_of_bill(2)
    assert facts["customer"]["tax_id"].encode() not in as_json(facts).replace(
        facts["company"]["tax_id"].encode(), b""
    )


def test_csv_has_a_row_for_each_line_and_runs_no_formula():
    facts = facts_of_bill(7)
    facts["lines"][0]["label"] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(as_csv(facts).decode("utf-8-sig"))))
    assert [row["net"] for row in rows] == [line["net"] for line in facts["lines"]]
    assert any(row["net"].startswith("-") for row in rows)
    assert rows[0]["label"] == "'=HYPERLINK(1)"
    assert {row["supply_point"] for row in rows} == {"EIC-7"}
