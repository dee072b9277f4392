"""Where anything needs a second owner, a new owner does: twice, in another order, never."""

from tests.journeys import console_world as world
from tests.journeys import logins
from tests.journeys.owners.world import IVO, do, id_of

from mains.guard.context import PUBLIC, inside


class TestANewOwner:
    def invited(self, desk: world.Desk, role: str = "OWNER") -> str:
        response = desk.post("colleagues/", {"email": "straw@alder.example", "role": role})
        return str(response["Location"]).removeprefix("/alder/")

    def open_invitations(self) -> list[tuple[str, str]]:
        from mains.tenancy.models import StaffInvitation

        with inside(PUBLIC):
            rows = StaffInvitation.objects.filter(revoked_at=None, accepted_at=None)
            found = list(rows.values_list("email", "role"))
            rows.delete()
            return found

    def test_is_invited_once_another_owner_approves(self, olga, ivo):
        place = self.invited(olga)
        assert place.startswith("approvals/")
        assert self.open_invitations() == []
        assert "straw@alder.example" in ivo.get(place).content.decode()
        assert "Another owner has to approve" in do(olga, place, "approve")

        do(ivo, place, "approve")
        do(ivo, place, "approve")

        assert self.open_invitations() == [("straw@alder.example", "OWNER")]
        assert len(logins.messages("staff-invitation", schema_name=PUBLIC)) == 1

    def test_is_promoted_once_another_owner_approves(self, olga, ivo):
        from mains.tenancy.models import Membership

        bea = id_of("bea@alder.example")
        with inside(PUBLIC):
            rows = Membership.objects.filter(user_id=bea)
        place = olga.post(f"colleagues/{bea}/", {"role": "OWNER"})["Location"]
        assert "approvals/" in place
        with inside(PUBLIC):
            assert rows.get().role == "BILLING"

        do(ivo, place.removeprefix("/alder/"), "approve")

        with inside(PUBLIC):
            assert rows.get().role == "OWNER"
            rows.update(role="BILLING")

    def test_refused_or_never_approved_is_none(self, olga, ivo):
        place = self.invited(olga)
        do(ivo, place, "refuse", reason="Who is that?")

        assert "refused already" in do(ivo, place, "approve")
        assert self.open_invitations() == []

    def test_who_works_here_by_then_is_not_invited_again(self, olga, ivo):
        from mains.tenancy.models import Membership

        place = self.invited(olga)
        with inside(PUBLIC):
            before = Membership.objects.filter(user_id=id_of(IVO)).get()
        straw = world.add_staff("straw@alder.example", ("alder", "SERVICE"))

        page = do(ivo, place, "approve")

        assert "no longer fits" in page
        with inside(PUBLIC):
            assert Membership.objects.get(user_id=straw).role == "SERVICE"
            Membership.objects.filter(user_id=straw).delete()
            assert before.role == "OWNER"

    def test_any_other_role_needs_one_owner(self, olga):
        assert self.invited(olga, role="SERVICE") == "colleagues/"
        assert self.open_invitations() == [("straw@alder.example", "SERVICE")]

    def test_control_without_the_guard_one_owner_makes_another(self, olga, monkeypatch):
        from mains.journeys import colleagues

        monkeypatch.setattr(colleagues, "_one_owner_is_enough", lambda *_what, **_how: None)
        assert self.invited(olga) == "colleagues/"
        assert self.open_invitations() == [("straw@alder.example", "OWNER")]
