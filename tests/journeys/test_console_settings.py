"""Settings, the readings desk, the search, and the back office."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import databases
from tests.journeys import console_world as world

ADMIN = "admin.localhost"


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        world.open_for_business("alder")
        world.add_staff("olga@alder.example", ("alder", "OWNER"))
        world.add_staff("pia@mains.example", (None, "PLATFORM"), second_factor=True)
        world.add_staff("pit@mains.example", (None, "PLATFORM"), second_factor=False)
        queries.forget()
        yield
        context.choose(None)
        connection.close()
        databases.renew("alder")
        queries.forget()


@pytest.fixture
def olga(provider, django_db_blocker, settings, tmp_path) -> Iterator[world.Desk]:
    settings.DATA_DIR = tmp_path
    with django_db_blocker.unblock():
        yield world.signed_in("olga@alder.example")


def _tenant() -> Any:
    from mains.tenancy import queries

    queries.forget()
    return queries.tenant("alder")


def _toml(desk: world.Desk) -> str:
    return desk.get(f"settings/versions/{_tenant().version}/toml/").content.decode()


def _upload(desk: world.Desk, text: str) -> Any:
    file = SimpleUploadedFile("alder.toml", text.encode())
    return desk.post("settings/versions/new/", {"file": file})


class TestAConfiguration:
    @pytest.mark.parametrize("name", ["aguaviva", "balta", "fiamma", "tavho", "teplo"])
    def test_written_as_toml_reads_as_the_same(self, name):
        import tomllib

        from mains.tenancy.tenantfile import load, parse
        from mains.tenancy.tenantfile.writing import to_toml

        file = load(world.TENANTS / f"{name}.toml")

        assert parse(tomllib.loads(to_toml(file)), source=name) == file

    def test_downloaded_and_uploaded_changes_nothing(self, olga):
        response = _upload(olga, _toml(olga))

        assert response.status_code == 200
        assert "Nothing would change" in response.content.decode()

    @pytest.mark.parametrize(
        ("old", "new", "place"),
        [
            pytest.param("due_days", "due_day", "billing.due_day", id="unknown key"),
            pytest.param('country = "ES"', 'country = "Spain"', "locale.country", id="pattern"),
            pytest.param(
                'kind = "last_days"', 'kind = "lastdays"', "services[0].window", id="kind"
            ),
            pytest.param('slug = "alder"', 'slug = "birch"', "slug", id="another tenant"),
            pytest.param("alder.localhost", "birch.localhost", "hosts", id="another host"),
            pytest.param('theme = "azul"', 'theme = "none"', "brand.theme", id="theme"),
            pytest.param("[billing]", "[billing", "file", id="no TOML"),
        ],
    )
    def test_with_a_mistake_names_its_place_and_publishes_nothing(self, olga, old, new, place):
        text, before = _toml(olga), _tenant().version
        assert old in text

        response = _upload(olga, text.replace(old, new, 1))

        assert response.status_code == 422
        assert f"<code>{place}" in response.content.decode()
        assert _tenant().version == before

    def test_is_previewed_and_then_published_with_who_and_what(self, olga):
        before = _tenant()
        text = _toml(olga).replace("due_days = 20", "due_days = 25")

        preview = _upload(olga, text).content.decode()
        assert "billing.due_days" in preview
        assert _tenant().file.billing.due_days == 20

        form = {"content": text, "based_on": before.version, "note": "More time"}
        olga.post("settings/versions/publish/", form)

        assert _tenant().file.billing.due_days == 25
        versions = olga.get("settings/versions/").content.decode()
        assert "More time" in versions
        assert "olga@alder.example" in versions
        changed = olga.get(f"settings/versions/{_tenant().version}/").content.decode()
        assert "billing.due_days" in changed

    def test_published_twice_is_one_version(self, olga):
        text = _toml(olga).replace("due_days = 25", "due_days = 26")
        form = {"content": text, "based_on": _tenant().version}

        olga.post("settings/versions/publish/", form)
        version = _tenant().version
        olga.post("settings/versions/publish/", form)

        assert _tenant().version == version

    def test_based_on_an_older_version_is_shown_again(self, olga):
        text = _toml(olga).replace("due_days = 26", "due_days = 27")

        response = olga.post(
            "settings/versions/publish/", {"content": text, "based_on": _tenant().version - 1}
        )

        assert "meanwhile" in response.content.decode()
        assert _tenant().file.billing.due_days == 26

    def test_that_changes_published_prices_is_refused(self, olga):
        text = _toml(olga).replace('price = "0.35"', 'price = "0.36"', 1)
        form = {"content": text, "based_on": _tenant().version}

        response = olga.post("settings/versions/publish/", form)

        assert response.status_code == 422
        assert "from another day" in response.content.decode()


class TestABrand:
    def _form(self, **changes: Any) -> dict[str, Any]:
        brand = _tenant().file.brand
        return {
            "name": "Alder Agua",
            "theme": "azul",
            "colour": "#aa2244",
            "support_email": brand.support_email,
            "support_phone": brand.support_phone,
            **changes,
        }

    def test_is_published_with_its_logo(self, olga):
        from PIL import Image

        drawn = io.BytesIO()
        Image.new("RGB", (900, 300), "#aa2244").save(drawn, "JPEG")

        olga.post(
            "settings/brand/",
            self._form(logo=SimpleUploadedFile("logo.jpg", drawn.getvalue())),
        )

        brand = _tenant().file.brand
        assert (brand.name, brand.colour) == ("Alder Agua", "#aa2244")
        logo = olga.get(f"brand/logo/{brand.logo.rsplit('/', 1)[-1]}")
        assert logo["Content-Type"] == "image/png"
        assert olga.get("brand/logo/" + "0" * 64 + ".png").status_code == 404

    def test_keeps_its_logo_when_none_is_chosen(self, olga):
        before = _tenant().file.brand.logo

        olga.post("settings/brand/", self._form(name="Alder"))

        assert _tenant().file.brand.logo == before
        assert _tenant().file.brand.name == "Alder"

    def test_with_an_svg_is_explained(self, olga):
        version = _tenant().version

        response = olga.post(
            "settings/brand/", self._form(logo=SimpleUploadedFile("logo.svg", b"<svg/>"))
        )

        assert response.status_code == 422
        assert "no PNG or JPEG" in response.content.decode()
        assert _tenant().version == version


class TestTheClock:
    def test_of_a_sandbox_moves_and_comes_back(self, olga):
        olga.post("settings/clock/", {"day": "2027-03-01"})
        moved = _tenant()
        assert moved.date_of(moved.now()).isoformat() == "2027-03-01"

        olga.post("settings/clock/", {"real": "1"})
        assert _tenant().clock_offset_seconds == 0


class TestASearch:
    @pytest.fixture
    def account(self, olga) -> Any:
        from mains.customers.models import Account
        from mains.guard.context import inside
        from mains.metering.models import Meter

        with inside(olga.slug):
            account = Account.objects.select_related("customer").order_by("number")[1]
            return account.number, account.customer, Meter.objects.order_by("serial")[1].serial

    def _found(self, desk: world.Desk, text: str) -> list[str]:
        page = desk.get("customers/", q=text).content.decode()
        return re.findall(r'<a href="/alder/customers/\d+/"[^>]*>([^<]+)', page)

    def test_finds_by_any_identifier(self, olga, account):
        number, customer, serial = account

        for text in [number, f"{number[:3]} {number[3:]}", customer.email, customer.tax_id, serial]:
            assert self._found(olga, text) == [number], text

    def test_forgives_accents_and_small_mistakes_in_names(self, olga, account):
        number, customer, _serial = account
        assert customer.name == "Antonio Ruiz Mora"

        for text in ["antonio ruiz", "Antónío", "Antonyo"]:
            assert self._found(olga, text) == [number], text

    def test_says_so_where_nobody_fits(self, olga):
        assert self._found(olga, "zzzzzz") == []
        assert "Nobody fits" in olga.get("customers/", q="zzzzzz").content.decode()

    @pytest.mark.usefixtures("olga")
    def test_pages_through_all_without_losing_one(self):
        from mains.customers import queries
        from mains.guard.context import inside

        with inside("alder"):
            first = queries.find_accounts(size=3)
            second = queries.find_accounts(size=3, after=first.after)
            back = queries.find_accounts(size=3, before=second.before)

        assert (len(first.rows), len(second.rows)) == (3, 1)
        assert (first.before, second.after) == ("", "")
        assert [row.number for row in back.rows] == [row.number for row in first.rows]

    def test_opens_an_account_with_all_it_holds(self, olga, account):
        page = olga.get("customers/", q=account[0]).content.decode()
        link = re.findall(r'href="/alder/(customers/\d+/)"', page)[0]

        shown = olga.get(link).content.decode()

        for text in [account[0], account[1].email, account[2], "On paper"]:
            assert text in shown


class TestAReadingToBeChecked:
    @pytest.fixture
    def reading(self, olga) -> int:
        from mains.guard.context import inside
        from mains.metering.models import Reading

        with inside(olga.slug):
            reading = Reading.objects.order_by("-read_date", "pk").first()
            Reading.objects.filter(pk=reading.pk).update(quality="NEEDS_REVIEW", verdict="HIGH")
            return int(reading.pk)

    def _quality(self, reading_id: int) -> str:
        from mains.guard.context import inside
        from mains.metering.models import Reading

        with inside("alder"):
            return Reading.objects.values_list("quality", flat=True).get(pk=reading_id)

    @pytest.mark.parametrize(
        ("decision", "quality"), [("accept", "ACCEPTED"), ("reject", "REJECTED")]
    )
    def test_is_decided_once_however_often_it_is_sent(self, olga, reading, decision, quality):
        assert "Much more than usual" in olga.get("readings/").content.decode()

        for _ in range(2):
            olga.post(f"readings/{reading}/", {"decision": decision})

        assert self._quality(reading) == quality
        other = "reject" if decision == "accept" else "accept"
        olga.post(f"readings/{reading}/", {"decision": other})
        assert self._quality(reading) == quality

    def test_that_does_not_exist_is_not_found(self, olga):
        assert olga.post("readings/999999/", {"decision": "accept"}).status_code == 404


class TestAMessage:
    def test_that_lets_its_reader_in_is_not_shown_to_staff(self, olga):
        from django.db import transaction

        from mains.guard.context import inside
        from mains.notifications import actions
        from mains.notifications.models import Message

        with inside("alder"), transaction.atomic():
            actions.queue(
                kind="sign-in-code",
                key="1",
                recipient="anna@alder.example",
                language="en",
                values={"code": "482913"},
                now=world.NOW,
            )
        with inside("alder"):
            message_id = Message.objects.values_list("pk", flat=True).get(key="sign-in-code:1")

        for place in ["messages/", f"messages/{message_id}/"]:
            page = olga.get(place).content.decode()
            assert "anna@alder.example" in page
            assert "482913" not in page


@pytest.mark.usefixtures("olga")
class TestTheBackOffice:
    PLACES = ("/", "/tenants/alder/", "/applications/")

    def _pages(self, email: str) -> list[int]:
        client = world.signed_in(email, host=ADMIN).client
        return [client.get(place, headers={"host": ADMIN}).status_code for place in self.PLACES]

    def test_opens_to_platform_staff_with_a_second_step(self):
        assert self._pages("pia@mains.example") == [200, 200, 200]

    def test_is_closed_to_platform_staff_without_it(self):
        assert self._pages("pit@mains.example") == [403, 403, 403]

    def test_does_not_exist_for_a_providers_staff(self):
        assert self._pages("olga@alder.example") == [404, 404, 404]

    def test_sends_visitors_to_sign_in(self):
        from django.test import Client

        response = Client().get("/", headers={"host": ADMIN})

        assert response["Location"] == "/account/login/?next=/"

    def test_puts_an_unfinished_application_into_the_queue_again(self, monkeypatch):
        from mains.core.jobs import Job
        from mains.guard.context import PUBLIC, inside
        from mains.tenancy.models import ProviderApplication

        sent: list[dict[str, Any]] = []
        monkeypatch.setattr(Job, "send", lambda _job, **ids: sent.append(ids))
        with inside(PUBLIC):
            row = ProviderApplication.objects.create(
                token_hash="0" * 64,
                slug="slowwater",
                name="Slow Water",
                email="slow@slowwater.example",
                preset="aguaviva",
                colour="#1f5f8b",
                created_at=world.NOW,
            )
        client = world.signed_in("pia@mains.example", host=ADMIN).client

        page = client.get("/applications/", headers={"host": ADMIN}).content.decode()
        assert f"/applications/{row.pk}/again/" in page
        client.post(f"/applications/{row.pk}/again/", headers={"host": ADMIN})

        assert sent == [{"application_id": row.pk}]
        with inside(PUBLIC):
            ProviderApplication.objects.filter(pk=row.pk).delete()

    def test_shows_state_version_and_members(self):
        client = world.signed_in("pia@mains.example", host=ADMIN).client

        page = client.get("/tenants/alder/", headers={"host": ADMIN}).content.decode()

        for text in ["Sandbox", "Current", "olga@alder.example", "slug = &quot;alder&quot;"]:
            assert text in page

    def test_changes_a_state_with_a_reason_only(self):
        client = world.signed_in("pia@mains.example", host=ADMIN).client

        def send(**form: str) -> Any:
            return client.post("/tenants/alder/", form, headers={"host": ADMIN})

        assert send(state="LIVE", reason=" ").status_code == 422
        assert _tenant().state == "SANDBOX"

        assert send(state="LIVE", reason="Contract signed").status_code == 302
        assert _tenant().state == "LIVE"
        send(state="SANDBOX", reason="Back to tests")
        assert _tenant().state == "SANDBOX"
