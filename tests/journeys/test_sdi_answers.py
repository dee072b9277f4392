"""What the exchange system answers to the files of fiamma, in order, late, twice and wrongly."""

from datetime import timedelta

import pytest
from tests.factories.office_schemas import FOLDER, needs_folder
from tests.factories.sdi_notices import notice
from tests.journeys.conftest import NOW

from mains.customers.models import Company
from mains.einvoices import actions, documents, filing, queries
from mains.einvoices.models import Filing, FilingState
from mains.einvoices.rules.sdi import NotForSenders, NoticeContradicts, read_notice
from mains.guard.context import inside
from mains.tenancy import queries as tenancy

TENANTS = {"fiamma"}
pytestmark = pytest.mark.usefixtures("demo_tenants")


class TestAnswers:
    @pytest.fixture(autouse=True)
    def one(self):
        with inside("fiamma"):
            filing.file_waiting(tenant=tenancy.tenant("fiamma"), now=NOW)
            self.file = Filing.objects.filter(state=FilingState.MADE).order_by("pk")[0]
            yield

    def answered(self, step: str, *, message: str = "", sdi: str = "111", file: str = "") -> str:
        content = notice(step, file=file or f"{self.file.name}.p7m", message=message, sdi=sdi)
        return actions.receive(content=content, actor="staff:1", now=NOW).state

    @pytest.mark.seed("S1.11")
    @pytest.mark.parametrize(
        ("steps", "states"),
        [
            (["RC", "NE+"], ["DELIVERED", "ACCEPTED"]),
            (["RC", "NE-"], ["DELIVERED", "DECLINED"]),
            (["RC", "DT"], ["DELIVERED", "LAPSED"]),
            (["MC", "RC"], ["UNDELIVERED", "DELIVERED"]),
            (["MC", "AT"], ["UNDELIVERED", "IMPOSSIBLE"]),
            (["NS"], ["REJECTED"]),
            # Late: what came before is noted, and the state stays.
            (["NE+", "RC", "MC"], ["ACCEPTED"] * 3),
            (["DT", "RC"], ["LAPSED"] * 2),
        ],
    )
    def test_lead_from_state_to_state(self, steps, states):
        assert [self.answered(step) for step in steps] == states
        self.file.refresh_from_db()
        assert [one["kind"] for one in self.file.details["answers"]] == [
            step.rstrip("+-") for step in steps
        ]

    def test_twice_changes_nothing(self):
        assert self.answered("RC") == self.answered("RC") == "DELIVERED"
        self.file.refresh_from_db()
        assert len(self.file.details["answers"]) == 1

    @pytest.mark.parametrize("steps", [("NS", "RC"), ("DT", "NE+"), ("NE+", "NE-"), ("AT", "RC")])
    def test_that_contradict_are_refused(self, steps):
        first, second = steps
        state = self.answered(first)
        with pytest.raises(NoticeContradicts):
            self.answered(second)
        self.file.refresh_from_db()
        assert self.file.state == state

    def test_with_another_id_of_the_system_are_refused(self):
        self.answered("MC")
        with pytest.raises(NoticeContradicts):
            self.answered("RC", sdi="112")

    def test_about_files_of_others_are_refused(self):
        with pytest.raises(actions.NoSuchFile):
            self.answered("RC", file="IT01234567890_11111.xml.p7m")

    def test_a_rejected_file_goes_again_under_another_name(self):
        self.answered("NS")
        name = self.file.name
        again = actions.send_again(
            filing_id=self.file.pk, actor="staff:1", now=NOW + timedelta(days=1)
        )
        assert again.state == FilingState.MADE
        assert again.name != name
        document = documents.document(
            bill_id=again.bill_id,
            kind="fatturapa",
            company_code=Company.objects.get(accounts__bills=again.bill_id).code,
            tenant=tenancy.tenant("fiamma"),
        )
        assert document.name == again.name
        with pytest.raises(actions.NotRejected):
            actions.send_again(filing_id=self.file.pk, actor="staff:1", now=NOW)
        # The old name's rejection once more is known; anything else about it is not true.
        assert self.answered("NS", message="2") == "MADE"
        with pytest.raises(NoticeContradicts):
            self.answered("RC")
        assert self.answered("RC", file=again.name) == "DELIVERED"
        assert [one for each in queries.check() for one in each.findings] == []

    def test_what_was_not_rejected_does_not_go_again(self):
        self.answered("RC")
        with pytest.raises(actions.NotRejected):
            actions.send_again(filing_id=self.file.pk, actor="staff:1", now=NOW)


@needs_folder
def test_the_systems_own_samples_are_read():
    found = {}
    for path in sorted((FOLDER / "fatturapa" / "notifications").glob("*.xml")):
        try:
            one = read_notice(path.read_bytes())
        except NotForSenders:
            found[path.stem.split("_")[2]] = "for recipients"
            continue
        assert one.file_name == "IT01234567890_11111.xml"
        found[path.stem.split("_")[2]] = one.kind
    recipients = dict.fromkeys(("EC", "MT", "SE"), "for recipients")
    assert found == {kind: kind for kind in ("AT", "DT", "MC", "NE", "NS", "RC")} | recipients
