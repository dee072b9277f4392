"""A provider signs up and gets a portal; every way of doing it wrong, and every kill in between."""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import databases
from tests.journeys import console_world as world

PLATFORM = "localhost"
SLUGS = ["hillwater", "valleyheat", "coastgas", "plainpower", "ridgeenergy", "brookwater"]
STEPS = ["QUEUED", "SCHEMA", "CONFIGURATION", "CUSTOMERS", "BILLS"]
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def clean(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    yield
    with django_db_blocker.unblock():
        context.choose(None)
        connection.close()
    with databases.owner() as owner:
        for slug in SLUGS:
            databases.drop_tenant(owner, slug)
        owner.execute("truncate public.identity_user, public.tenancy_providerapplication cascade")
        owner.execute("truncate public.notifications_message")
        owner.commit()
    queries.forget()


@pytest.fixture(autouse=True)
def platform(django_db_blocker, settings, tmp_path) -> Iterator[None]:
    from django.core.cache import cache

    from mains.guard.context import PUBLIC, inside

    settings.DATA_DIR = tmp_path
    with django_db_blocker.unblock():
        with inside(PUBLIC):
            cache.clear()
        yield


def _client() -> Any:
    from django.test import Client

    return Client(headers={"host": PLATFORM})


def _picture(kind: str = "PNG", size: tuple[int, int] = (640, 200)) -> bytes:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", size, "#5b2a86").save(drawn, kind)
    return drawn.getvalue()


def _bomb() -> bytes:
    """
    Return a PNG of a few bytes that says it is 50,000 pixels wide and high.
    """

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _form(client: Any, slug: str, **changes: Any) -> dict[str, Any]:
    page = client.get("/sign-up/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    return {
        "token": token[1],
        "name": "Hill Water",
        "slug": slug,
        "email": f"owner@{slug}.example",
        "password": world.PASSWORD,
        "preset": "aguaviva",
        "colour": "#5b2a86",
        "colour_picked": "#1f5f8b",
        **changes,
    }


def _apply(slug: str, **changes: Any) -> int:
    """
    Send the form as a provider would and return the application's id.
    """
    client = _client()
    response = client.post("/sign-up/", _form(client, slug, **changes))
    assert response.status_code == 302, response.content.decode()
    return _application(slug).pk


def _application(slug: str) -> Any:
    from mains.guard.context import PUBLIC, inside
    from mains.tenancy.models import ProviderApplication

    with inside(PUBLIC):
        return ProviderApplication.objects.get(slug=slug)


def _count() -> tuple[int, int]:
    from mains.guard.context import PUBLIC, inside
    from mains.identity.models import User
    from mains.tenancy.models import ProviderApplication

    with inside(PUBLIC):
        return ProviderApplication.objects.count(), User.objects.count()


def _build(application_id: int, **how: Any) -> None:
    from mains.journeys import onboard_provider

    onboard_provider.build(application_id=application_id, now=NOW, **how)


def _is_whole(slug: str) -> None:
    """
    Assert that a portal has all it should have, once.
    """
    from mains.billing.models import Bill, BillRun
    from mains.customers.models import Account
    from mains.guard.context import PUBLIC, inside
    from mains.notifications.models import Message
    from mains.payments.models import Payment
    from mains.tenancy.models import Configuration, Membership

    with inside(slug):
        assert Account.objects.count() == 20
        assert [run.stage for run in BillRun.objects.all()] == ["ISSUED"]
        assert Bill.objects.count() > 0
        assert Payment.objects.count() == 1
    application = _application(slug)
    assert application.step == "READY"
    with inside(PUBLIC):
        assert Configuration.objects.filter(tenant__schema_name=slug).count() == 1
        members = Membership.objects.filter(tenant__schema_name=slug)
        assert [(row.user_id, row.role) for row in members] == [(application.user_id, "OWNER")]
        assert Message.objects.filter(key=f"provider-ready:{application.pk}").count() == 1


def _mail(application_id: int, kind: str) -> Any:
    from mains.guard.context import PUBLIC, inside
    from mains.notifications.models import Message

    with inside(PUBLIC):
        return Message.objects.get(key=f"{kind}:{application_id}")


class TestEndToEnd:
    def test_from_the_front_page_to_a_live_portal_and_the_console(self):
        client = _client()
        assert "/sign-up/" in client.get("/").content.decode()
        form = _form(client, "hillwater", logo=SimpleUploadedFile("logo.png", _picture()))

        sent = client.post("/sign-up/", form)
        progress = client.get(sent["Location"])
        assert 'http-equiv="refresh"' in progress.content.decode()

        application = _application("hillwater")
        _build(application.pk)
        _is_whole("hillwater")

        ready = client.get(sent["Location"]).content.decode()
        assert 'http-equiv="refresh"' not in ready
        assert "hillwater.localhost" in ready
        portal = client.get("/", headers={"host": "hillwater.localhost"})
        assert portal.status_code == 200
        assert "Hill Water" in portal.content.decode()

        self._logo_is_theirs()
        self._owner_comes_in(application.pk)

    def _logo_is_theirs(self) -> None:
        from PIL import Image

        from mains.documents import queries as documents
        from mains.guard.context import inside
        from mains.tenancy import queries

        brand = queries.tenant("hillwater").file.brand
        name = brand.logo.rsplit("/", 1)[-1]
        assert brand.colour == "#5b2a86"
        with inside("hillwater"):
            png = documents.logo(name=name)
        with inside("alder"):
            assert documents.logo(name=name) is None
        assert png is not None
        with Image.open(io.BytesIO(png)) as picture:
            assert (picture.format, picture.size) == ("PNG", (400, 125))

    def _owner_comes_in(self, application_id: int) -> None:
        link = _mail(application_id, "provider-confirm").values["url"].split("localhost", 1)[1]
        client = _client()
        host = {"host": world.CONSOLE}
        assert client.get(link, headers=host).status_code == 200

        wrong = client.post(link, {"password": "not this one"}, headers=host)
        assert wrong.status_code == 422
        assert client.get("/hillwater/", headers=host).status_code == 302

        right = client.post(link, {"password": world.PASSWORD}, headers=host)
        assert right.status_code == 302
        assert client.get("/hillwater/", headers=host).status_code == 403
        world.set_up_second_step(client)
        assert client.get("/hillwater/", headers=host).status_code == 200

    def test_the_same_form_twice_makes_one_application(self):
        client = _client()
        form = _form(client, "brookwater")

        first, again = client.post("/sign-up/", form), client.post("/sign-up/", form)

        assert first["Location"] == again["Location"]
        assert _application("brookwater").step == "QUEUED"

    def test_an_unknown_token_shows_nothing(self):
        assert _client().get("/sign-up/unknown/").status_code == 404


class TestAKilledWorker:
    @pytest.mark.parametrize("step", STEPS)
    def test_is_followed_by_one_that_finishes(self, step):
        slug = "valleyheat"
        application_id = _apply(slug)

        def killed(at: str) -> None:
            if at == step:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            _build(application_id, tell=killed)
        assert _application(slug).step == step

        _build(application_id)
        _is_whole(slug)
        _forget(slug)

    @pytest.mark.parametrize("step", ["CUSTOMERS", "BILLS", "READY"])
    def test_killed_after_the_work_but_before_it_was_noted(self, step, monkeypatch):
        from mains.journeys import onboard_provider

        slug = "coastgas"
        application_id = _apply(slug, preset="fiamma")
        advance, finish = onboard_provider._advance, onboard_provider._finish

        def killed(application: Any, to: str) -> None:
            if to == step:
                raise KeyboardInterrupt
            advance(application, to)

        def never(**_ids: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(onboard_provider, "_advance", killed)
        monkeypatch.setattr(onboard_provider, "_finish", never)
        with pytest.raises(KeyboardInterrupt):
            _build(application_id)
        assert _application(slug).step != "READY"

        monkeypatch.setattr(onboard_provider, "_advance", advance)
        monkeypatch.setattr(onboard_provider, "_finish", finish)
        _build(application_id)
        assert _application(slug).step == "READY"
        _forget(slug)

    def test_building_a_finished_portal_again_changes_nothing(self):
        application_id = _apply("plainpower", preset="balta")
        for _ in range(2):
            _build(application_id)
            _is_whole("plainpower")


class TestAPreset:
    @pytest.mark.parametrize("preset", ["aguaviva", "balta", "fiamma", "tavho", "teplo"])
    def test_makes_a_portal_with_bills_that_hold_nobody(self, preset):
        from mains.billing.runs import overview as billing
        from mains.guard.context import inside
        from mains.tenancy import queries
        from mains.tenancy.tenantfile.payment_codes import PaymentCodes

        slug = "valleyheat"
        _build(_apply(slug, preset=preset))

        assert _application(slug).step == "READY"
        with inside(slug):
            runs = billing.runs()
            assert runs
            assert all(run.bills == 20 and not run.held for run in runs)
        file = queries.tenant(slug).file
        assert file.legal == ()
        assert file.privacy.processing_agreement is None
        assert {company.payment_codes for company in file.companies} == {PaymentCodes()}
        assert _client().get("/", headers={"host": f"{slug}.localhost"}).status_code == 200
        _forget(slug)


def _forget(slug: str) -> None:
    from django.db import connection

    from mains.tenancy import queries

    connection.close()
    with databases.owner() as owner:
        databases.drop_tenant(owner, slug)
        owner.execute("delete from public.tenancy_providerapplication where slug = %s", [slug])
        owner.execute("delete from public.notifications_message")
        owner.commit()
    queries.forget()


class TestASlug:
    @pytest.mark.parametrize(
        "slug",
        [
            *("console", "admin", "www", "public", "static", "account", "outbox"),
            *("ab", "9water", "pg_toast", "hill-water", "hill water", "hügel"),
        ],
    )
    def test_that_cannot_be_used_is_explained_and_stores_nothing(self, slug):
        client, before = _client(), _count()

        response = client.post("/sign-up/", _form(client, slug, email="x@new.example"))

        assert response.status_code == 422
        assert "short name cannot be used" in response.content.decode()
        assert _count() == before

    def test_of_an_existing_tenant_comes_with_free_ones(self):
        client, before = _client(), _count()

        response = client.post("/sign-up/", _form(client, "alder"))

        assert response.status_code == 422
        assert "alderenergy" in response.content.decode()
        assert _count() == before

    def test_that_somebody_opened_meanwhile_is_left_alone(self):
        from mains.guard.context import PUBLIC, inside
        from mains.tenancy.models import Membership, Tenant

        application_id = _apply("ridgeenergy")
        with databases.owner() as owner:
            databases.create_tenant(owner, "ridgeenergy")

        _build(application_id)

        assert _application("ridgeenergy").step == "TAKEN"
        with inside(PUBLIC):
            tenant = Tenant.objects.get(schema_name="ridgeenergy")
            assert tenant.name == "Ridgeenergy"
            assert not tenant.configurations.exists()
            assert not Membership.objects.filter(tenant=tenant).exists()


class TestAPicture:
    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            pytest.param("a.svg", b"<svg xmlns='x'><script/></svg>", "no PNG or JPEG", id="svg"),
            pytest.param("a.png", b"%PDF-1.7 not a picture", "no PNG or JPEG", id="pdf"),
            pytest.param("a.png", _bomb(), "too large", id="bomb"),
            pytest.param("a.png", b"\x89PNG" + b"\0" * 20_000_000, "too large", id="20 MB"),
            pytest.param("a.png", b"", "empty", id="empty"),
        ],
    )
    def test_that_cannot_be_shown_is_explained_and_stores_nothing(self, name, content, says):
        client, before = _client(), _count()
        form = _form(client, "newwater", logo=SimpleUploadedFile(name, content))

        response = client.post("/sign-up/", form)

        assert response.status_code == 422
        assert says in response.content.decode()
        assert _count() == before

    def test_a_damaged_one_is_no_picture(self):
        from mains.documents.pictures import NotAPicture, logo_png

        with pytest.raises(NotAPicture):
            logo_png(_picture()[:120])

    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    def test_a_sound_one_is_drawn_anew(self, kind):
        from mains.documents.pictures import logo_png

        assert logo_png(_picture(kind)).startswith(b"\x89PNG")


class TestTheForm:
    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            pytest.param({"colour": "blueish"}, "no colour", id="colour"),
            pytest.param({"password": "short"}, "too short", id="password"),
            pytest.param({"email": "nobody"}, "name@example.com", id="e-mail"),
            pytest.param({"preset": "unknown"}, "not on offer", id="preset"),
            pytest.param({"name": ""}, "your customers know", id="name"),
        ],
    )
    def test_says_what_is_wrong_and_stores_nothing(self, changes, says):
        client, before = _client(), _count()

        response = client.post("/sign-up/", _form(client, "newwater", **changes))

        assert response.status_code == 422
        assert says in response.content.decode()
        assert _count() == before

    def test_takes_the_picked_colour_where_only_that_was_changed(self):
        from mains.backoffice.signup.forms import CreatePortal
        from mains.tenancy.faces import PLATFORM_COLOUR

        form = CreatePortal(
            {**_form(_client(), "newwater"), "colour": PLATFORM_COLOUR, "colour_picked": "#AA0000"}
        )

        assert form.is_valid(), form.errors
        assert form.chosen_colour() == "#aa0000"


class TestAnEmailThatIsKnown:
    def test_keeps_its_password_and_gets_no_confirmation_link(self):
        from mains.guard.context import PUBLIC, inside
        from mains.identity.models import User

        world.add_staff("known@hills.example")
        client = _client()
        response = client.post(
            "/sign-up/",
            _form(client, "valleyheat", email="Known@hills.example", password="another password"),
        )

        assert response.status_code == 302
        application = _application("valleyheat")
        with inside(PUBLIC):
            user = User.objects.get(email="known@hills.example")
        assert user.check_password(world.PASSWORD)
        assert "/welcome/" not in _mail(application.pk, "provider-confirm").values["url"]
        _forget("valleyheat")
