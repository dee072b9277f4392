"""Where customers' money goes changes only if two owners want it: twice, late, in another order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.journeys import console_world as world
from tests.journeys import logins
from tests.journeys.owners.world import (
    ANDA,
    IBAN,
    IVO,
    OLGA,
    OTHER_IBAN,
    ask,
    do,
    file_with,
    iban,
    id_of,
    later,
    only_owner,
    publish,
    send,
    state,
    tenant,
)  # fmt: skip

from mains.guard.context import PUBLIC, inside


class TestAsking:
    def test_is_offered_instead_of_publishing_and_publishes_nothing(self, olga):
        before, version = iban(), tenant().version
        from mains.tenancy.tenantfile.writing import to_toml

        toml = SimpleUploadedFile("a.toml", to_toml(file_with(OTHER_IBAN)).encode())
        page = olga.post("settings/versions/new/", {"file": toml}).content.decode()
        assert "A second owner has to approve this" in page
        assert "Ask the other owners" in page
        assert "companies.aguaviva.iban" in page

        place = ask(olga)

        assert (iban(), tenant().version) == (before, version)
        shown = olga.get(place).content.decode()
        assert OTHER_IBAN in shown
        assert "New bank" in shown
        assert "approve/" not in shown
        assert "withdraw/" in shown
        assert "Waits for a second owner" in olga.get("approvals/").content.decode()

    def test_tells_the_other_owners_and_nobody_else(self, olga):
        ask(olga)

        told = logins.messages("approval-asked", schema_name=PUBLIC)
        assert [message.recipient for message in told] == [IVO]
        assert told[0].values["who"] == OLGA

    def test_twice_is_one_wish_and_one_message(self, olga):
        assert ask(olga) == ask(olga)
        assert len(logins.messages("approval-asked", schema_name=PUBLIC)) == 1

    def test_the_same_by_another_owner_is_the_one_that_they_can_approve(self, olga, ivo):
        place = ask(olga)

        assert ask(ivo) == place
        assert len(logins.messages("approval-asked", schema_name=PUBLIC)) == 1
        assert "approve/" in ivo.get(place).content.decode()
        do(ivo, place, "approve")
        assert iban() == (OTHER_IBAN, OTHER_IBAN)
        publish(file_with(IBAN), approved=True)

    def test_is_not_needed_for_anything_else(self, olga):
        due = tenant().file.billing.model_copy(update={"due_days": 17})
        send(olga, tenant().file.model_copy(update={"billing": due}))

        assert tenant().file.billing.due_days == 17
        assert state() == "None"

    @pytest.mark.parametrize("what", ["gateways", "demand", "codes", "company of a service"])
    def test_is_needed_for_each_way_to_lead_money_elsewhere(self, olga, what):
        from mains.tenancy.tenantfile.approvals import Approvals
        from mains.tenancy.tenantfile.payment_codes import PaymentCodes

        file = tenant().file
        changed = {
            "gateways": lambda: {"payments": file.payments.model_copy(update={"gateways": ()})},
            "demand": lambda: {"approvals": Approvals()},
            "codes": lambda: {
                "companies": (
                    file.companies[0].model_copy(update={"payment_codes": PaymentCodes()}),
                )
            },
            "company of a service": lambda: {
                "companies": (
                    *file.companies,
                    file.companies[0].model_copy(
                        update={"code": "straw", "series": "ST", "payment_codes": PaymentCodes()}
                    ),
                ),
                "services": (
                    file.services[0].model_copy(update={"company": "straw"}),
                    *file.services[1:],
                ),
            },
        }[what]()
        version = tenant().version

        response = send(olga, file.model_copy(update=changed))

        assert "approvals/" in response["Location"]
        assert tenant().version == version

    def test_of_nobody_is_refused(self, olga):
        with only_owner(OLGA):
            page = send(olga, file_with(OTHER_IBAN)).content.decode()

        assert "there is none" in page
        assert state() == "None"

    @pytest.mark.usefixtures("olga")
    def test_cannot_be_demanded_by_the_only_owner(self):
        from mains.journeys import configuration_desk
        from mains.tenancy.tenantfile.approvals import Approvals
        from mains.tenancy.tenantfile.writing import to_toml

        content = to_toml(tenant().file).encode()
        file = tenant().file.model_copy(update={"approvals": Approvals()})
        alone = replace(tenant(), file=file)

        def problems() -> list[str]:
            with inside("alder"):
                proposal = configuration_desk.propose(tenant=alone, content=content)
            return [place for place, _what in proposal.problems]

        assert problems() == []
        with only_owner(OLGA):
            assert problems() == ["approvals"]


class TestApproving:
    def test_by_another_owner_publishes_once_in_both_names(self, olga, ivo):
        place, version = ask(olga), tenant().version

        page = do(ivo, place, "approve")

        assert iban() == (OTHER_IBAN, OTHER_IBAN)
        assert tenant().version == version + 1
        assert "Approved and done" in page
        listed = olga.get("settings/versions/").content.decode()
        assert f"{IVO}, {OLGA}" in listed or f"{OLGA}, {IVO}" in listed
        told = logins.messages("approval-decided", schema_name=PUBLIC)[0]
        assert (told.recipient, told.values["state"]) == (OLGA, "DONE")
        done = [row for row in logins.audited() if row.startswith("approval.")]
        assert done[-3:] == ["approval.asked", "approval.approved", "approval.done"]

        do(ivo, place, "approve")
        assert tenant().version == version + 1
        assert len(logins.messages("approval-decided", schema_name=PUBLIC)) == 1
        do(ivo, ask(olga, IBAN), "approve")
        assert iban() == (IBAN, IBAN)

    def test_by_whoever_asked_does_nothing(self, olga):
        before, place = iban(), ask(olga)

        page = do(olga, place, "approve")

        assert "Another owner has to approve" in page
        assert (iban(), state()) == (before, "WAITING")

    def test_control_without_the_check_the_database_still_refuses(self, olga):
        from django.db import IntegrityError

        from mains.approvals import actions

        place = ask(olga)

        class Anybody(int):
            def __eq__(self, other: object) -> bool:
                return False

            __hash__ = int.__hash__

        with inside("alder"), pytest.raises(IntegrityError, match="approval_by_another"):
            actions.approve(
                approval_id=int(place.split("/")[1]),
                approved_by=Anybody(id_of(OLGA)),
                now=datetime.now(UTC),
            )

    def test_asks_who_is_there_first(self, olga, ivo, monkeypatch):
        from mains.identity import reauthentication

        place, before = ask(olga), iban()
        monkeypatch.setattr(reauthentication, "did_recently_reauthenticate", lambda _request: False)

        response = ivo.post(f"{place}approve/")

        assert "reauthenticate" in response["Location"]
        assert (iban(), state()) == (before, "WAITING")

    def test_goes_on_once_they_have_proven_it(self, olga, monkeypatch):
        place = ask(olga)
        monkeypatch.undo()
        ivo = world.signed_in(IVO)

        proof = ivo.post(f"{place}approve/")["Location"]
        headers = {"host": world.CONSOLE}
        wrong = ivo.client.post(proof, {"password": "wrong"}, headers=headers)
        assert wrong.status_code != 302
        assert state() == "WAITING"
        done = ivo.client.post(proof, {"password": world.PASSWORD}, headers=headers)

        assert done["Location"] == f"/alder/{place}"
        assert (iban(), state()) == ((OTHER_IBAN, OTHER_IBAN), "DONE")
        publish(file_with(IBAN), approved=True)

    @pytest.mark.parametrize("email", ["bea@alder.example", None])
    def test_is_for_owners_only(self, olga, email):
        before, place = iban(), ask(olga)
        desk = world.signed_in(email) if email else world.Desk(type(olga.client)())

        response = desk.post(f"{place}approve/")

        assert response.status_code in (302, 403)
        assert (iban(), state()) == (before, "WAITING")

    def test_late_does_nothing_and_the_same_can_be_asked_again(self, olga, ivo, monkeypatch):
        before, place = iban(), ask(olga)
        with monkeypatch.context() as patch:
            later(patch, days=7, seconds=1)
            assert "waited too long" in do(ivo, place, "approve")
            assert "Waited too long" in ivo.get(place).content.decode()
            assert iban() == before
            from mains.console.approvals import asking

            patch.setattr(asking, "real_now", lambda: datetime.now(UTC) + timedelta(days=8))
            again = ask(olga)
        assert again != place

    def test_after_another_version_publishes_nothing(self, olga, ivo):
        before, place = iban(), ask(olga)
        due = tenant().file.billing.model_copy(update={"due_days": 18})
        send(olga, tenant().file.model_copy(update={"billing": due}))
        version = tenant().version

        page = do(ivo, place, "approve")

        assert "no longer fits" in page
        assert (iban(), tenant().version, state()) == (before, version, "OUTDATED")
        assert logins.messages("approval-decided", schema_name=PUBLIC)[0].values["state"] == (
            "OUTDATED"
        )

    def test_of_somebody_who_is_no_owner_any_more_publishes_nothing(self, olga, ivo):
        from mains.tenancy.models import Membership

        before, place = iban(), ask(olga)
        with inside(PUBLIC):
            rows = Membership.objects.filter(user_id=id_of(OLGA))
            rows.update(role="BILLING")
        try:
            page = do(ivo, place, "approve")
        finally:
            with inside(PUBLIC):
                rows.update(role="OWNER")

        assert "no longer an owner" in page
        assert iban() == before

    def test_that_broke_off_is_finished_by_approving_again(self, olga, ivo, monkeypatch):
        from mains.approvals import actions

        place, version = ask(olga), tenant().version

        def crash(**_what: Any) -> Any:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(actions, "finish", crash)
            with pytest.raises(KeyboardInterrupt):
                ivo.post(f"{place}approve/")
        assert (state(), tenant().version) == ("APPROVED", version + 1)
        assert "did not finish" in ivo.get(place).content.decode()

        do(ivo, place, "approve")

        assert (state(), tenant().version) == ("DONE", version + 1)
        do(ivo, ask(olga, IBAN), "approve")

    def test_of_what_is_not_there(self, ivo):
        assert ivo.post("approvals/999999/approve/").status_code == 404

    def test_in_another_tenant_is_not_there(self, olga):
        world.add_staff(ANDA, ("birch", "OWNER"))
        publish(world.tenant_file("birch"))
        place = ask(olga)

        assert world.signed_in(ANDA).post(f"{place}approve/").status_code == 404
        assert world.signed_in(ANDA, "birch").post(f"{place}approve/").status_code == 404
        assert state() == "WAITING"


class TestRefusingAndWithdrawing:
    def test_refused_with_a_reason_that_the_first_one_reads(self, olga, ivo):
        before, place = iban(), ask(olga)
        assert ivo.post(f"{place}refuse/", {"reason": ""}).status_code == 422

        page = do(ivo, place, "refuse", reason="I know nothing of a new bank")

        assert "Refused" in page
        assert "I know nothing of a new bank" in olga.get(place).content.decode()
        told = logins.messages("approval-decided", schema_name=PUBLIC)[0]
        assert told.values["reason"] == "I know nothing of a new bank"
        assert "refused already" in do(ivo, place, "approve")
        do(ivo, place, "refuse", reason="Again")
        assert (iban(), state()) == (before, "REFUSED")
        assert "Again" not in olga.get(place).content.decode()

    def test_withdrawn_by_whoever_asked_and_by_nobody_else(self, olga, ivo):
        before, place = iban(), ask(olga)
        assert "Somebody else asked" in do(ivo, place, "withdraw")
        assert "Withdraw it instead" in do(olga, place, "refuse", reason="Mine")
        assert state() == "WAITING"

        do(olga, place, "withdraw")
        do(olga, place, "withdraw")

        assert "was withdrawn" in do(ivo, place, "approve")
        assert (iban(), state()) == (before, "WITHDRAWN")

    def test_done_cannot_be_undone_by_it(self, olga, ivo):
        place = ask(olga)
        do(ivo, place, "approve")

        assert "done already" in do(olga, place, "withdraw")
        assert "done already" in do(ivo, place, "refuse", reason="Too late")
        assert state() == "DONE"
        do(ivo, ask(olga, IBAN), "approve")


class TestOtherWaysToPublish:
    @pytest.mark.usefixtures("olga")
    def test_the_brand_of_an_older_page_brings_no_old_account_back(self):
        from mains.journeys import configure

        old = file_with(OTHER_IBAN)
        version = tenant().version

        with pytest.raises(configure.PublishedMeanwhile):
            publish(old, based_on=version - 1)
        with pytest.raises(configure.NeedsSecondOwner, match=r"companies\.aguaviva\.iban"):
            publish(old, based_on=version)
        assert tenant().version == version

    @pytest.mark.usefixtures("olga")
    def test_published_in_the_same_instant_leaves_rows_as_published(self, monkeypatch):
        from mains.journeys import configure
        from mains.tenancy import actions as tenancy

        file, before = file_with(OTHER_IBAN), iban()

        def overtaken(**_what: Any) -> int:
            raise configure.PublishedMeanwhile("alder")

        monkeypatch.setattr(tenancy, "publish_configuration", overtaken)
        with pytest.raises(configure.PublishedMeanwhile):
            publish(file, approved=True)

        assert iban() == before

    def test_control_without_the_demand_one_owner_is_enough(self, olga, monkeypatch):
        from mains.journeys import configure

        monkeypatch.setattr(configure, "needs_second_owner", lambda _before, _after: [])
        send(olga, file_with(OTHER_IBAN))

        assert iban() == (OTHER_IBAN, OTHER_IBAN)
        publish(file_with(IBAN), approved=True)

    def test_the_command_line_needs_a_reason(self, olga, tmp_path):
        from click.testing import CliRunner

        from mains.cli import tenant as command
        from mains.tenancy.tenantfile.writing import to_toml

        path = tmp_path / "alder.toml"
        path.write_text(to_toml(file_with(OTHER_IBAN)))
        refused = CliRunner().invoke(command.apply, [str(path)])
        assert isinstance(refused.exception, command.CommandFailed)
        assert iban() != (OTHER_IBAN, OTHER_IBAN)

        reason = "Ticket 7: the other owner has left"
        done = CliRunner().invoke(command.apply, [str(path), "--without-second-owner", reason])

        assert done.exit_code == 0, done.output
        assert iban() == (OTHER_IBAN, OTHER_IBAN)
        assert reason in olga.get("settings/versions/").content.decode()
        publish(file_with(IBAN), approved=True)
