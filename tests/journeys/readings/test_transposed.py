"""The numbers of two registers of one meter, typed into each other's fields."""

from typing import Any

import pytest
from django.core.cache import cache
from tests.journeys import console_world
from tests.journeys.readings.many_meters import paste, send, text
from tests.journeys.readings.test_many_api import codes, post, reading
from tests.journeys.sharing_world import SLUG, Person

from mains.customers.models import Account
from mains.guard.context import inside
from mains.journeys import guest_readings
from mains.metering import queries, reviewing
from mains.metering.models import Reading, Register
from mains.metering.rules import transposing
from mains.tenancy import queries as tenancy

SAID = "The two numbers of this meter seem exchanged: did you mean {} here?"
# What the night register, which showed 500 less than the day register, shows now.
DAY, NIGHT = "1240", "740"


@pytest.fixture
def ids(tina) -> list[int]:
    """
    The registers of Tina's first meter; the second one stands 500 lower than the first.
    """
    with inside(SLUG):
        Reading.objects.filter(register__meter__serial="TWIN-000").exclude(source="IMPORT").delete()
        found = list(
            Register.objects.filter(meter__serial="TWIN-000").order_by("code").values_list("pk")
        )
        night = Reading.objects.filter(register_id=found[1][0], value__gte=1_000)
        for one in night:
            one.value -= 500
            one.save()
    yield [pk for (pk,) in found]
    with inside(SLUG):
        Reading.objects.filter(register__meter__serial="TWIN-000").exclude(source="IMPORT").delete()


def form(person: Person, ids: list[int], day: str, night: str, **ticked: str) -> Any:
    page = person.get("/readings/")
    key = page.context["form"]["key"].value()
    return person.post(
        "/readings/", key=key, **{f"reading-{ids[0]}": day, f"reading-{ids[1]}": night}, **ticked
    )


def ticked(ids: list[int]) -> dict[str, str]:
    return {f"confirm-{pk}": "on" for pk in ids}


def sent(ids: list[int]) -> list[tuple[int, int, str, str]]:
    with inside(SLUG):
        found = Reading.objects.filter(register_id__in=ids).exclude(source="IMPORT").order_by("pk")
        return [(ids.index(one.register_id), int(one.value), one.quality, one.verdict)
                for one in found]  # fmt: skip


def counted(ids: list[int]) -> list[int]:
    with inside(SLUG):
        return [int(queries.counting(register_id=pk).value) for pk in ids]


WAIT = [(0, 740, "NEEDS_REVIEW", "TRANSPOSED"), (1, 1240, "NEEDS_REVIEW", "TRANSPOSED")]


def signed_out() -> Person:
    return Person("nobody@home.example")


class TestTheForm:
    def test_says_on_both_what_may_have_been_meant_and_stores_neither(self, tina, ids):
        page = form(tina, ids, NIGHT, DAY)

        assert page.status_code == 422
        assert SAID.format("1,240") in text(page)
        assert SAID.format("740") in text(page)
        for pk in ids:
            assert f'name="confirm-{pk}"' in page.content.decode()
        assert sent(ids) == []

    def test_put_right_both_count(self, tina, ids):
        form(tina, ids, NIGHT, DAY)
        assert form(tina, ids, DAY, NIGHT).status_code == 302

        assert sent(ids) == [(0, 1240, "ACCEPTED", "OK"), (1, 740, "ACCEPTED", "OK")]

    def test_confirmed_both_wait(self, tina, ids):
        assert form(tina, ids, NIGHT, DAY, **ticked(ids)).status_code == 302

        assert sent(ids) == WAIT
        assert counted(ids) == [1184, 684]

    def test_one_confirmed_waits_and_the_other_is_asked_again(self, tina, ids):
        page = form(tina, ids, NIGHT, DAY, **ticked(ids[:1]))

        assert page.status_code == 422
        assert SAID.format("740") in text(page)
        assert sent(ids) == WAIT[:1]

    def test_beside_what_is_no_number_a_value_is_judged_by_itself(self, tina, ids):
        page = form(tina, ids, NIGHT, "12x4!")

        assert "seem exchanged" not in text(page)
        assert "less than the last reading" in text(page)

    def test_two_meters_are_not_taken_for_one(self, tina, ids):
        with inside(SLUG):
            other = Register.objects.get(meter__serial="TWIN-001", code="1.8.1").pk
        assert "seem exchanged" not in text(form(tina, [ids[0], other], NIGHT, DAY))

    def test_control_without_the_rule_nobody_is_told(self, tina, ids, monkeypatch):
        monkeypatch.setattr(transposing, "_seem_exchanged", lambda *_pair: False)

        assert "seem exchanged" not in text(form(tina, ids, NIGHT, DAY))


def test_a_guests_reading_of_one_register_gives_way_before_the_pair_is_judged(tina, ids):
    tenant = tenancy.tenant(SLUG)
    with inside(SLUG):
        Reading.objects.create(
            register_id=ids[1], read_date="2026-11-27", value=1_000, source="GUEST",
            quality="ACCEPTED", verdict="OK", period_start="2026-11-01", received_at=tenant.now(),
            sent_key="guest-twin",
        )  # fmt: skip
    assert SAID.format("1,240") in text(form(tina, ids, NIGHT, DAY))


class TestAGuest:
    @pytest.fixture
    def page(self, ids) -> Any:
        """
        What somebody without a login is answered at a link to the meter's readings.
        """
        cache.clear()
        tenant = tenancy.tenant(SLUG)
        with inside(SLUG):
            account = Account.objects.get(number="TWIN000000")
            url, _until = guest_readings.link_of(
                tenant=tenant, account_id=account.pk, actor="tests", now=tenant.now()
            )
        self.path, self.kim = f"/read/{url.split('/read/')[1]}", signed_out()
        self.key = self.kim.get(self.path).context["form"]["key"].value()
        return self.post(ids)

    def post(self, ids: list[int], **ticked: str) -> Any:
        typed = {f"reading-{ids[0]}": NIGHT, f"reading-{ids[1]}": DAY}
        return self.kim.post(self.path, key=self.key, **typed, **ticked)

    def test_is_told_without_an_earlier_reading(self, page):
        assert page.status_code == 422
        assert SAID.format("1,240") in text(page)
        for last in ("1,184", "1184", "684", "1,000"):
            assert last not in text(page)

    def test_confirmed_both_wait(self, page, ids):
        assert page.status_code == 422
        assert self.post(ids, **ticked(ids)).status_code == 302
        assert self.post(ids, **ticked(ids)).status_code == 302

        assert sent(ids) == WAIT


class TestAList:
    ROWS = f"TWIN-000\t1.8.1\t{NIGHT}\nTWIN-000\t1.8.2\t{DAY}"

    @pytest.mark.usefixtures("ids")
    def test_says_it_in_both_rows_and_holds_up_no_other(self, tina):
        page = paste(tina, f"{self.ROWS}\nTWIN-001\t1.8.1\t1241")

        assert "Send 1 reading" in text(page)
        assert SAID.format("1,240") in text(page)
        assert SAID.format("740") in text(page)

    def test_confirmed_both_wait(self, tina, ids):
        page = paste(tina, self.ROWS)
        assert send(tina, page, **{"right-0": "on", "right-1": "on"}).status_code == 302

        assert sent(ids) == WAIT

    def test_the_api_names_it(self, tina, ids):
        day, night = (f"reg_{pk}" for pk in ids)
        answer = post(tina, [reading(day, NIGHT), reading(night, DAY)], tina.token())
        assert codes(answer) == ["unusual_transposed", "unusual_transposed"]
        assert "seem exchanged" in answer.json()["outcomes"][0]["refusal"]["detail"]

        right = post(tina, [reading(night, NIGHT), reading(day, DAY)], tina.token())
        assert codes(right) == ["ACCEPTED", "ACCEPTED"]


class TestTheDesk:
    @pytest.fixture
    def olga(self, tina, ids) -> console_world.Desk:
        form(tina, ids, NIGHT, DAY, **ticked(ids))
        return console_world.signed_in("olga@alder.example")

    def reading_of(self, ids: list[int], at: int) -> Reading:
        with inside(SLUG):
            found = Reading.objects.filter(register_id=ids[at], verdict="TRANSPOSED")
            return found.latest("pk")

    def press(self, olga, pk: int, decision: str = "exchange") -> str:
        assert olga.post(f"readings/{pk}/", {"decision": decision}).status_code == 302
        return text(olga.get("readings/"))

    def test_shows_both_values_in_words_with_a_key(self, olga):
        page = olga.get("readings/")

        assert "The numbers of two registers may be exchanged" in text(page)
        assert "1.8.1 740 m³, 1.8.2 1,240 m³" in text(page)
        assert 'data-shortcut="e"' in page.content.decode()

    @pytest.mark.parametrize("at", [0, 1])
    def test_takes_them_exchanged_once_however_often_it_is_pressed(self, olga, ids, at):
        pk = self.reading_of(ids, at).pk
        assert "Both readings count, exchanged" in self.press(olga, pk)
        self.press(olga, pk)
        self.press(olga, self.reading_of(ids, 1 - at).pk)

        assert counted(ids) == [1240, 740]
        assert [row[2] for row in sent(ids)] == ["REJECTED", "REJECTED", "ACCEPTED", "ACCEPTED"]

    def test_not_after_one_was_decided(self, olga, ids):
        day, night = (self.reading_of(ids, at).pk for at in (0, 1))
        self.press(olga, day, "reject")
        assert "does not wait any more" in self.press(olga, night)
        assert "Somebody else decided" in self.press(olga, day)

        assert 'data-shortcut="e"' not in olga.get("readings/").content.decode()
        assert counted(ids) == [1184, 684]
        assert [row[2] for row in sent(ids)] == ["REJECTED", "NEEDS_REVIEW"]

    def test_accepted_as_they_were_sent_they_count_so(self, olga, ids):
        for at in (0, 1):
            self.press(olga, self.reading_of(ids, at).pk, "accept")

        assert counted(ids) == [740, 1240]

    def test_two_forms_are_two_pairs(self, olga, tina, ids):
        form(tina, ids, "741", "1241", **ticked(ids))
        page = text(olga.get("readings/"))

        assert "1.8.1 740 m³, 1.8.2 1,240 m³" in page
        assert "1.8.1 741 m³, 1.8.2 1,241 m³" in page

    def test_control_another_unusual_reading_has_no_such_button(self, olga, ids):
        with inside(SLUG):
            Reading.objects.filter(register_id__in=ids, verdict="TRANSPOSED").update(
                verdict="BELOW_LAST"
            )
            with pytest.raises(reviewing.NothingToExchange):
                reviewing.exchange(
                    reading_id=Reading.objects.filter(register_id=ids[0]).latest("pk").pk,
                    actor="staff:1",
                    now=tenancy.tenant(SLUG).now(),
                )
        assert 'data-shortcut="e"' not in olga.get("readings/").content.decode()
