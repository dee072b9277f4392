"""A bill is computed again from its proof alone, in a process without database and network."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from tests.journeys.estimates import world as poplar
from tests.journeys.tariffs import world as willow
from tests.journeys.tariffs.published import SOCIAL

from mains.billing.rules.verifying import ProofUnreadable, Verdict, verify

pytestmark = pytest.mark.usefixtures("unblocked")


def proofs() -> list[dict]:
    """
    Return the proof of every bill of the tenant in context, as it is downloaded.
    """
    from mains.billing.documents import proofs as billing
    from mains.billing.models import Bill

    ids = Bill.objects.order_by("pk").values_list("pk", flat=True)
    return [json.loads(json.dumps(billing.proof(bill_id=pk))) for pk in ids]


def verified() -> list[Verdict]:
    return [verify(proof) for proof in proofs()]


class TestEveryBill:
    @pytest.mark.parametrize("slug", ["aguaviva", "balta", "fiamma", "tavho", "teplo"])
    @pytest.mark.usefixtures("tenant")
    def test_of_a_utility_holds(self, slug):
        from tests.factories import utilities

        utilities.billed(slug, count=12)
        found = verified()
        assert found
        assert [verdict.findings for verdict in found] == [()] * len(found)

    def test_that_sets_an_estimate_right_holds(self, home):
        poplar.bill(2027, 1)
        home.read(poplar.last_day(2027, 2), 4_000)
        poplar.bill(2027, 2)
        home.read(poplar.last_day(2027, 6), 5_000)
        poplar.bill(2027, 4, months=3)
        found = verified()
        assert [verdict.findings for verdict in found] == [()] * 3
        assert any("-" in line.quantity for line in found[1].lines)

    def test_over_a_change_of_prices_and_taxes_holds(self):
        version = {"components": [willow.named(one | {"vat": "iva"}) for one in SOCIAL]}
        dearer = [one | {"price": "0.25"} if one["code"] == "energy" else one for one in SOCIAL]
        tariff = {
            "code": "home", "name": "Home", "service": "supply",
            "versions": [
                version | {"start_date": "2009-01-01"},
                {"start_date": "2026-05-11",
                 "components": [willow.named(one | {"vat": "iva"}) for one in dearer]},
            ],
        }  # fmt: skip
        rates = [
            {"start_date": "2009-01-01", "percent": "21"},
            {"start_date": "2026-05-20", "percent": "10"},
        ]
        taxes = [{"code": "iva", "versions": rates}]
        file = willow.file_of(*SOCIAL, tariffs=[tariff], taxes=taxes)
        with willow.opened(file, contract_class="vulnerable") as home:
            home.used("energy", date(2026, 5, 1), date(2026, 6, 1), "221")
            facts = home.bill(date(2026, 5, 1), date(2026, 6, 1))
            (verdict,) = verified()
        assert verdict.findings == ()
        parts = [part["period"] for part in facts["contracts"][0]["rated"]]
        assert parts == [["2026-05-01", "2026-05-11"], ["2026-05-11", "2026-05-20"],
                         ["2026-05-20", "2026-06-01"]]  # fmt: skip
        used = sum(Decimal(line["quantity"]) for line in facts["lines"] if line["code"] == "energy")
        assert used == 221
        assert [vat["percent"] for vat in facts["vat"]] == ["21", "10"]


@pytest.fixture
def home() -> Iterator[poplar.Home]:
    with poplar.opened(poplar.file_of()) as home:
        yield home


@pytest.fixture
def proof(home) -> dict:
    home.read(poplar.last_day(2027, 1), 3_700)
    poplar.bill(2027, 1)
    (found,) = proofs()
    return found


def changed(proof: dict, change) -> dict:
    """
    Change the facts of a proof, and seal them anew as a forger would.
    """
    from hashlib import sha256

    facts = json.loads(proof["facts"])
    change(facts)
    text = json.dumps(facts, sort_keys=True)
    return proof | {"facts": text, "facts_hash": sha256(text.encode()).hexdigest()}


class TestForgery:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            (lambda facts: facts["lines"][1].update(net="1.00"), "lines[1].net"),
            (lambda facts: facts["lines"][1].update(unit_price="0.2"), "lines[1].unit_price"),
            (lambda facts: facts["lines"][0].update(vat="12"), "lines[0].vat"),
            (lambda facts: facts["lines"].pop(), "lines"),
            (lambda facts: facts["lines"].append(facts["lines"][0]), "lines"),
            (lambda facts: facts["vat"][0].update(tax="0.01"), "vat"),
            (lambda facts: facts.update(total="1.00"), "total"),
            (lambda facts: facts.update(net="1.00"), "net"),
            (
                lambda facts: facts["contracts"][0]["rated"][0]["quantities"].update(energy="1"),
                "lines[1].quantity",
            ),
            (lambda facts: facts["contracts"][0]["rated"][0].update(months="2"),
             "lines[0].quantity"),
            (lambda facts: facts["contracts"][0]["rated"][0].update(taxes=["21", "5"]),
             "lines[1].vat"),
        ],
    )  # fmt: skip
    def test_is_found_where_it_is(self, proof, change, place):
        assert verify(proof).findings == ()
        findings = verify(changed(proof, change)).findings
        assert place in {finding.place for finding in findings}

    def test_a_use_that_no_meter_showed_is_found(self, proof):
        def forge(facts: dict) -> None:
            facts["contracts"][0]["registers"][0]["used"] = "1"

        (finding,) = verify(changed(proof, forge)).findings
        assert finding.place.endswith(".energy")
        assert finding.computed == "1"

    def test_facts_that_were_not_sealed_so_are_found(self, proof):
        forged = proof | {"facts": proof["facts"].replace("Anna", "Inna")}
        assert [one.place for one in verify(forged).findings] == ["facts_hash"]

    def test_other_prices_are_found(self, proof):
        (version,) = proof["tariff_versions"].values()
        version["components"][1]["price"] = "0.11"
        assert "lines[1].unit_price" in {one.place for one in verify(proof).findings}

    @pytest.mark.parametrize(
        "broken", [{}, {"format": "mains-bill-proof", "version": 2}, {"tariff_versions": {}}]
    )
    def test_what_is_no_proof_is_refused(self, proof, broken):
        with pytest.raises(ProofUnreadable):
            verify(proof | broken if broken else {})


class TestCommandLine:
    def run(self, path, *more: str) -> subprocess.CompletedProcess:
        # No database, no settings, no tenant: only the file.
        return subprocess.run(
            [sys.executable, "-m", "mains", "bill", "verify", str(path), *more],
            env={"PATH": "/usr/bin:/bin", "HOME": str(path.parent)},
            capture_output=True,
            text=True,
        )

    def test_says_whether_a_bill_holds(self, proof, tmp_path):
        path = tmp_path / "bill.proof.json"
        path.write_text(json.dumps(proof))
        done = self.run(path)
        assert done.returncode == 0, done.stderr
        assert "holds: 2 lines come to" in done.stderr
        traced = json.loads(self.run(path, "--json").stdout)
        assert traced["holds"] is True
        assert traced["lines"][1]["trace"] == {"quantity": "energy"}

    def test_names_what_does_not(self, proof, tmp_path):
        path = tmp_path / "bill.proof.json"
        path.write_text(json.dumps(changed(proof, lambda facts: facts.update(total="1.00"))))
        done = self.run(path)
        assert done.returncode == 9
        assert "total says 1.00" in " ".join(done.stderr.split())

    def test_refuses_what_is_no_proof(self, tmp_path):
        path = tmp_path / "notes.json"
        path.write_text("[1]")
        done = self.run(path)
        assert done.returncode == 4
        assert "cannot be checked" in done.stderr


def test_a_bill_from_before_proofs_has_none(home):
    from mains.billing.documents import proofs as billing
    from mains.billing.models import Bill

    home.read(poplar.last_day(2027, 1), 3_700)
    poplar.bill(2027, 1)
    bill = Bill.objects.get()
    facts = json.loads(bill.facts)
    for contract in facts["contracts"]:
        del contract["rated"]
    resealed = changed({"facts": bill.facts}, lambda known: known.update(facts))
    Bill.objects.filter(pk=bill.pk).update(
        facts=resealed["facts"], facts_hash=resealed["facts_hash"]
    )
    with pytest.raises(billing.NoProof):
        billing.proof(bill_id=bill.pk)
    assert billing.proof(bill_id=bill.pk + 1) is None
