"""A photo of the meter beside a reading: who sends it, who sees it, and when it is gone."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.readings.forms import register_ids
from tests.journeys.sharing_world import SLUG, Person

from mains.documents.models import StoredFile
from mains.guard.context import inside
from mains.metering import photos
from mains.metering.models import Reading
from mains.tenancy import queries


@pytest.fixture
def water(hanna, on, django_db_blocker) -> int:
    on(11, 28)
    yield register_ids("hot_water", hanna)[0]
    with django_db_blocker.unblock(), inside(SLUG):
        StoredFile.objects.filter(kind=photos.KIND).delete()


def picture(kind: str = "JPEG") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), (10, 90, 30)).save(made, kind)
    return SimpleUploadedFile("IMG_1.jpg", made.getvalue(), content_type="image/jpeg")


def send(person: Person, register: int, photo: object, *, key: str = "k1", **more: str):
    form = {"key": key, f"reading-{register}": "9999", f"confirm-{register}": "on"}
    return person.post("/readings/", **form, **{f"photo-{register}": photo}, **more)


def latest(register: int) -> int:
    with inside(SLUG):
        return Reading.objects.filter(register_id=register).latest("pk").pk


def kept() -> int:
    with inside(SLUG):
        return StoredFile.objects.filter(kind=photos.KIND).count()


class TestSent:
    def test_with_a_reading_it_is_kept_once_and_shown_in_the_history(self, hanna, water):
        for _ in range(2):
            assert send(hanna, water, picture()).status_code == 302
        assert kept() == 1
        assert "The photo is stored with it" in hanna.get("/readings/sent/").content.decode()
        (url,) = re.findall(
            r'href="(/readings/\d+/photo\.jpg)"', hanna.get("/readings/").content.decode()
        )
        answer = hanna.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert "no-store" in answer["Cache-Control"]
        assert Image.open(io.BytesIO(answer.content)).size == (60, 40)

    def test_is_offered_at_once_where_the_reading_is_unusual_and_folded_elsewhere(
        self, hanna, water
    ):
        page = hanna.get("/readings/").content.decode()
        assert page.count('class="photo"') == len(re.findall(r'name="photo-', page)) > 0
        asked = hanna.post("/readings/", key="k", **{f"reading-{water}": "99999"}).content.decode()
        assert asked.count('class="photo"') == len(re.findall(r'name="photo-', asked)) - 1

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"GIF89a", "no JPEG, PNG or WebP photo"),
            (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "stored as HEIC"),
        ],
    )
    def test_what_is_no_photo_is_said_and_nothing_is_stored(self, hanna, water, data, said):
        before = world.counted()["Reading"]
        named = SimpleUploadedFile("meter.jpg", data, content_type="image/jpeg")
        refused = send(hanna, water, named)
        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert 'value="9999"' in refused.content.decode()
        assert (world.counted()["Reading"], kept()) == (before, 0)
        assert send(hanna, water, "").status_code == 302, "control: without it, it is taken"

    def test_six_at_once_are_too_many(self, hanna, water):
        more = {f"photo-{number}": picture() for number in range(10_000, 10_005)}
        assert send(hanna, water, picture(), **more).status_code == 422
        assert kept() == 0

    def test_without_a_reading_is_kept_for_nothing(self, hanna, water):
        hanna.post("/readings/", key="k1", **{f"photo-{water}": picture()})
        assert kept() == 0


class TestSeen:
    def test_by_staff_on_the_desk_and_by_nobody_else(self, hanna, water):
        send(hanna, water, picture())
        reading = latest(water)
        desk = console_world.signed_in("olga@alder.example")
        assert f'src="{reading}/photo.jpg"' in desk.get("readings/").content.decode()
        assert desk.get(f"readings/{reading}/photo.jpg")["Content-Type"] == "image/jpeg"

        url = f"/readings/{reading}/photo.jpg"
        other = world.person("other@people.example", *world.accounts(company__code="energo")[1:2])
        assert other.get(url).status_code == 404
        hanna.client.cookies.clear()
        assert "/account/login/" in hanna.get(url).url

    def test_nobody_who_moved_in_later_sees_it(self, hanna, water):
        from mains.customers.models import Contract

        send(hanna, water, picture())
        reading = latest(water)
        with inside(SLUG):
            (mine,) = Contract.objects.filter(
                supply_point__installations__meter__registers=water, service="hot_water"
            )
            old = mine.start_date
            tomorrow = queries.tenant(SLUG).date_of(queries.tenant(SLUG).now()) + timedelta(days=1)
            Contract.objects.filter(pk=mine.pk).update(start_date=tomorrow)
        try:
            assert hanna.get(f"/readings/{reading}/photo.jpg").status_code == 404
        finally:
            with inside(SLUG):
                Contract.objects.filter(pk=mine.pk).update(start_date=old)
        assert hanna.get(f"/readings/{reading}/photo.jpg").status_code == 200, "control"

    def test_of_a_reading_without_one_there_is_none(self, hanna, water):
        send(hanna, water, "")
        assert hanna.get(f"/readings/{latest(water)}/photo.jpg").status_code == 404


class TestGone:
    def test_after_its_days_and_not_before(self, hanna, water):
        from mains.privacy import actions as privacy

        send(hanna, water, picture())
        reading, tenant = latest(water), queries.tenant(SLUG)
        days = tenant.file.privacy.photo_days
        for passed, left in ((days - 1, 1), (days + 1, 0), (days + 1, 0)):
            now = tenant.now() + timedelta(days=passed)
            with inside(SLUG):
                privacy.delete_old(privacy=tenant.file.privacy, today=now.date(), now=now)
            assert kept() == left
        with inside(SLUG):
            assert photos.shown(reading_id=reading) is None
            assert Reading.objects.filter(pk=reading).exists(), "the reading stays"

    def test_with_the_party_that_is_erased_and_with_no_other(self, hanna, water):
        from django.db import transaction

        from mains.customers.models import Account
        from mains.privacy import erasing
        from mains.privacy.finding import Subject

        send(hanna, water, picture())
        with inside(SLUG):
            whose = Account.objects.get(
                contracts__supply_point__installations__meter__registers=water,
                contracts__service="hot_water",
            ).customer_id
        for customer, left in ((whose + 10_000, 1), (whose, 0)):
            about = Subject((), (customer,), (), ())
            with inside(SLUG), transaction.atomic():
                found = erasing.photographed(about=about)
                photos.delete(reading_ids=found)
            assert kept() == left
