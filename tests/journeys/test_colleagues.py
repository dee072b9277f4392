"""Colleagues are invited, join, change roles and leave: twice, late, in the wrong order, never."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests import databases
from tests.journeys import console_world as world
from tests.journeys import logins
from tests.journeys.logins import Browser

from mains.guard.context import PUBLIC, inside

ADMIN = "admin.localhost"
NEW = "rosa@alder.example"


@pytest.fixture(scope="module")
def providers(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.core.cache import cache
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        with inside(PUBLIC):
            cache.clear()
        for slug in databases.TENANTS:
            world.open_for_business(slug)
        world.add_staff("olga@alder.example", ("alder", "OWNER"))
        world.add_staff("sam@alder.example", ("alder", "SERVICE"))
        world.add_staff("bea@birch.example", ("birch", "OWNER"))
        world.add_staff("pia@mains.example", (None, "PLATFORM"))
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew(*databases.TENANTS)
        queries.forget()


@pytest.fixture
def olga(providers, django_db_blocker) -> Iterator[world.Desk]:
    from mains.identity.models import User
    from mains.tenancy.models import StaffInvitation

    with django_db_blocker.unblock():
        yield world.signed_in("olga@alder.example")
        with inside(PUBLIC):
            StaffInvitation.objects.all().delete()
            User.objects.filter(email=NEW).delete()


def invite(desk: world.Desk, email: str = NEW, role: str = "BILLING") -> Any:
    return desk.post("colleagues/", {"email": email, "role": role})


def link(recipient: str = NEW) -> str:
    return logins.path_in("staff-invitation", schema_name=PUBLIC, recipient=recipient)


def join(path: str, host: str = world.CONSOLE) -> tuple[Browser, Any]:
    browser = Browser(host)
    return browser, browser.post(path, name="Rosa Green", password=world.PASSWORD)


def role_of(email: str, slug: str | None = "alder") -> str | None:
    from mains.tenancy.models import Membership, Tenant

    with inside(PUBLIC):
        user = logins_by_email(email)
        tenant = Tenant.objects.get(schema_name=slug) if slug else None
        rows = Membership.objects.filter(user_id=user.pk if user else 0)
        rows = rows.filter(tenant=tenant) if tenant else rows.filter(tenant__isnull=True)
        return rows.values_list("role", flat=True).first()


def logins_by_email(email: str) -> Any:
    from mains.identity.models import User

    return User.objects.filter(email=email).first()


def invitations() -> list[Any]:
    from mains.tenancy.models import StaffInvitation

    with inside(PUBLIC):
        return list(StaffInvitation.objects.order_by("pk"))


def id_of(email: str) -> int:
    with inside(PUBLIC):
        return int(logins_by_email(email).pk)


def audited() -> list[str]:
    return [row for row in logins.audited(schema_name=PUBLIC) if row.startswith("staff.")]


class TestAnInvitation:
    def test_lets_a_new_colleague_in_with_the_role_and_a_second_step(self, olga):
        assert invite(olga).status_code == 302
        assert NEW in olga.get("colleagues/").content.decode()
        shown = Browser(world.CONSOLE).get(link())
        assert (shown.status_code, "Billing" in shown.text, NEW in shown.text) == (200, True, True)

        rosa, page = join(link())

        assert page.status_code == 403
        assert "/account/2fa/totp/activate/" in page.text
        world_page = rosa.client
        secret = set_up(world_page)
        assert secret
        assert rosa.get("/alder/runs/").status_code == 200
        assert rosa.get("/alder/settings/").status_code == 403
        assert role_of(NEW) == "BILLING"
        assert audited()[-2:] == ["staff.invited", "staff.joined"]

    def test_is_kept_as_a_hash_and_is_not_shown_to_anybody(self, olga):
        invite(olga)
        token = link().strip("/").split("/")[-1]

        assert invitations()[0].token_hash != token
        assert token not in olga.get("colleagues/").content.decode()

    def test_lets_somebody_in_who_has_a_login(self, olga):
        invite(olga, "bea@birch.example", "SERVICE")
        path = link("bea@birch.example")

        asked = Browser(world.CONSOLE).get(path)
        assert f"/account/login/?next={path}" in asked.text
        bea = world.signed_in("bea@birch.example", "birch")
        assert bea.client.get(path, headers={"host": world.CONSOLE}).status_code == 200
        assert role_of("bea@birch.example") is None
        done = bea.client.post(path, headers={"host": world.CONSOLE})

        assert done["Location"] == "/alder/"
        assert (role_of("bea@birch.example"), role_of("bea@birch.example", "birch")) == (
            "SERVICE", "OWNER",
        )  # fmt: skip
        olga.post(f"colleagues/{id_of('bea@birch.example')}/remove/")
        assert role_of("bea@birch.example") is None

    def test_works_once(self, olga):
        invite(olga)
        path = link()
        join(path)

        _again, page = join(path)

        assert page.status_code == 410
        assert Browser(world.CONSOLE).get(path).status_code == 410

    def test_sent_twice_leaves_one_link_that_works(self, olga):
        invite(olga)
        first = link()
        invite(olga)

        assert join(first)[1].status_code == 410
        assert role_of(NEW) is None
        assert Browser(world.CONSOLE).get(link()).status_code == 200

    def test_late_has_ended(self, olga):
        from mains.tenancy.models import StaffInvitation

        invite(olga)
        with inside(PUBLIC):
            row = StaffInvitation.objects.get()
            row.expires_at = row.created_at - timedelta(seconds=1)
            row.save()

        assert join(link())[1].status_code == 410
        assert role_of(NEW) is None
        olga.get("colleagues/")  # It says that the message is on its way.
        assert NEW not in olga.get("colleagues/").content.decode()

    def test_revoked_lets_nobody_in_and_revoked_twice_is_said(self, olga):
        invite(olga)
        place = f"colleagues/invitations/{invitations()[0].pk}/revoke/"
        olga.post(place)
        olga.post(place)

        assert join(link())[1].status_code == 410
        assert "ended already" in olga.get("colleagues/").content.decode()
        assert audited()[-2:] == ["staff.invited", "staff.invitation_revoked"]

    def test_revoked_after_it_was_accepted_takes_nothing_away(self, olga):
        invite(olga)
        join(link())

        olga.post(f"colleagues/invitations/{invitations()[0].pk}/revoke/")

        assert role_of(NEW) == "BILLING"

    def test_never_opened_gives_nobody_anything(self, olga):
        invite(olga)
        Browser(world.CONSOLE).get(link())

        assert role_of(NEW) is None
        with inside(PUBLIC):
            assert logins_by_email(NEW) is None

    def test_is_nothing_to_another_login(self, olga):
        invite(olga)
        sam = world.signed_in("sam@alder.example").client

        for page in (
            sam.get(link(), headers={"host": world.CONSOLE}),
            sam.post(link(), headers={"host": world.CONSOLE}),
        ):
            assert page.status_code == 403
        assert (role_of("sam@alder.example"), invitations()[0].accepted_at) == ("SERVICE", None)

    def test_of_a_provider_is_nothing_on_the_back_offices_host(self, olga):
        invite(olga)

        assert Browser(ADMIN).get(link()).status_code == 410
        assert join(link(), ADMIN)[1].status_code == 410

    def test_of_another_tenant_cannot_be_revoked(self, olga):
        invite(olga)
        bea = world.signed_in("bea@birch.example", "birch")

        bea.post(f"colleagues/invitations/{invitations()[0].pk}/revoke/")

        assert invitations()[0].revoked_at is None

    def test_to_somebody_who_works_here_is_explained(self, olga):
        page = invite(olga, "SAM@alder.example", "OWNER")

        assert page.status_code == 422
        assert "works here already" in page.content.decode()
        assert invitations() == []

    @pytest.mark.parametrize("role", ["PLATFORM", "KING", ""])
    def test_with_a_role_that_there_is_not_is_refused(self, olga, role):
        assert invite(olga, role=role).status_code == 422
        assert invitations() == []

    def test_of_an_owner_who_left_lets_nobody_in(self, olga):
        world.add_staff("otis@alder.example", ("alder", "OWNER"))
        otis = world.signed_in("otis@alder.example")
        invite(otis, role="OWNER")

        olga.post(f"colleagues/{id_of('otis@alder.example')}/remove/")

        assert join(link())[1].status_code == 410
        assert otis.get().status_code == 404

    def test_a_weak_password_is_explained(self, olga):
        invite(olga)
        page = Browser(world.CONSOLE).post(link(), name="Rosa", password="rosa")

        assert page.status_code == 422
        assert invitations()[0].accepted_at is None


def set_up(client: Any) -> str:
    place = "/account/2fa/totp/activate/"
    page = client.get(place, headers={"host": world.CONSOLE}).content.decode()
    secret = page.split('class="key">')[1].split("<")[0]
    client.post(place, {"code": world.code_of(secret)}, headers={"host": world.CONSOLE})
    return secret


class TestAMember:
    @pytest.fixture
    def tom(self, olga: world.Desk) -> Iterator[int]:
        from mains.identity.models import User
        from mains.tenancy.models import Membership

        assert olga.get().status_code == 200
        user_id = world.add_staff("tom@alder.example", ("alder", "SERVICE"))
        yield user_id
        with inside(PUBLIC):
            User.objects.filter(pk=user_id).delete()
            Membership.objects.filter(user_id=user_id).delete()

    def test_gets_another_role_at_once_and_it_is_written_down_once(self, olga, tom):
        desk = world.signed_in("tom@alder.example")
        assert desk.get("runs/").status_code == 403
        before = len(audited())

        for _ in range(2):
            assert olga.post(f"colleagues/{tom}/", {"role": "BILLING"}).status_code == 302

        assert desk.get("runs/").status_code == 200
        assert audited()[before:] == ["staff.role_changed"]

    def test_is_removed_at_once_and_removed_twice_is_not_found(self, olga, tom):
        desk = world.signed_in("tom@alder.example")

        assert olga.post(f"colleagues/{tom}/remove/").status_code == 302
        assert olga.post(f"colleagues/{tom}/remove/").status_code == 404

        assert desk.get().status_code == 404

    def test_who_was_removed_is_given_no_role(self, olga, tom):
        olga.post(f"colleagues/{tom}/remove/")

        assert olga.post(f"colleagues/{tom}/", {"role": "OWNER"}).status_code == 404
        assert role_of("tom@alder.example") is None

    def test_of_another_tenant_is_not_found(self, tom):
        bea = world.signed_in("bea@birch.example", "birch")

        assert bea.post(f"colleagues/{tom}/remove/").status_code == 404
        assert role_of("tom@alder.example") == "SERVICE"

    @pytest.mark.parametrize("how", ["remove", "role"])
    def test_the_last_owner_stays(self, olga, how):
        olga_id = id_of("olga@alder.example")
        if how == "remove":
            olga.post(f"colleagues/{olga_id}/remove/")
            assert "only owner" in olga.get(f"colleagues/{olga_id}/").content.decode()
        else:
            page = olga.post(f"colleagues/{olga_id}/", {"role": "SERVICE"})
            assert (page.status_code, "only owner" in page.content.decode()) == (422, True)

        assert role_of("olga@alder.example") == "OWNER"

    def test_control_without_the_rule_the_last_owner_goes(self, olga, monkeypatch):
        from mains.tenancy import staff

        def unguarded(rows, user_id, *, leaving):
            return next(row for row in rows if row.user_id == user_id)

        monkeypatch.setattr(staff, "_member", unguarded)
        olga.post(f"colleagues/{id_of('olga@alder.example')}/remove/")

        assert role_of("olga@alder.example") is None
        from mains.tenancy import actions

        with inside(PUBLIC):
            actions.add_member(
                user_id=id_of("olga@alder.example"), schema_name="alder", role="OWNER"
            )

    @pytest.mark.parametrize("place", ["colleagues/", "colleagues/1/"])
    @pytest.mark.usefixtures("olga")
    def test_who_is_no_owner_sees_and_does_nothing(self, place):
        sam = world.signed_in("sam@alder.example")

        assert (sam.get(place).status_code, sam.post(place).status_code) == (403, 403)


class TestThePlatform:
    @pytest.fixture
    def pia(self, olga: world.Desk) -> Any:
        assert olga.get().status_code == 200
        return world.signed_in("pia@mains.example", host=ADMIN).client

    def post(self, client: Any, place: str, **form: str) -> Any:
        return client.post(place, form, headers={"host": ADMIN})

    def test_invites_a_colleague_who_comes_in(self, pia):
        self.post(pia, "/colleagues/", email=NEW)
        assert Browser(world.CONSOLE).get(link()).status_code == 410

        _rosa, page = join(link(), ADMIN)

        assert page.status_code == 403
        assert role_of(NEW, None) == "PLATFORM"
        self.post(pia, f"/colleagues/{id_of(NEW)}/remove/")
        assert role_of(NEW, None) is None
        assert audited()[-3:] == ["staff.invited", "staff.joined", "staff.removed"]

    def test_keeps_its_last_one(self, pia):
        self.post(pia, f"/colleagues/{id_of('pia@mains.example')}/remove/")

        assert "only one left" in pia.get("/colleagues/", headers={"host": ADMIN}).content.decode()
        assert role_of("pia@mains.example", None) == "PLATFORM"

    def test_revokes_and_says_when_that_was_done_before(self, pia):
        self.post(pia, "/colleagues/", email=NEW)
        place = f"/colleagues/invitations/{invitations()[0].pk}/revoke/"
        self.post(pia, place)
        self.post(pia, place)

        assert "ended already" in pia.get("/colleagues/", headers={"host": ADMIN}).content.decode()
        assert join(link(), ADMIN)[1].status_code == 410
