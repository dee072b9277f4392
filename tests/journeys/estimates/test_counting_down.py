"""A register that counts down is billed, estimated and judged like any other."""

from datetime import date

import pytest
from tests.journeys import console_world, sharing_world
from tests.journeys.conftest import move_clock
from tests.journeys.estimates import world
from tests.journeys.estimates.world import SLUG, bill, last_day, lines, started

from mains.guard import context


def turned(home):
    """
    Let the home's register show its readings the other way round.
    """
    from mains.metering.models import Reading

    for reading in Reading.objects.all():
        reading.value = 50_000 - reading.value
        reading.save()
    home.register.counts_down = True
    home.register.save()


@pytest.fixture
def reverse(home):
    turned(home)
    return home


class TestBilling:
    def test_it_is_billed_by_what_it_lost(self, reverse):
        reverse.read(last_day(2027, 1), 46_540 - 40)
        assert lines(bill(2027, 1))[1] == ("energy", "40", "4.00")

    def test_it_is_estimated_and_set_right(self, reverse):
        bill(2027, 1)
        assert reverse.estimated()[0][:2] == ("01-31", 46_240)
        reverse.read(last_day(2027, 2), 46_540 - 290)
        facts = bill(2027, 2)
        assert lines(facts)[1] == ("energy", "140", "28.00")
        assert lines(facts, corrects="2027-01-01") == [("energy", "-150", "-15.00")]

    def test_its_use_is_positive(self, reverse):
        from mains.metering.consumption import series_of

        reverse.read(last_day(2027, 1), 46_540 - 40)
        (series,) = series_of(account_ids=[reverse.account.pk], since=date(2027, 1, 1))
        assert [use.used for use in series.uses] == [40]

    def test_control_understood_upwards_its_bill_is_held(self, reverse):
        reverse.register.counts_down = False
        reverse.register.save()
        reverse.read(last_day(2027, 1), 46_540 - 40)
        held = [entry[1] for chunk in started(2027, 1).chunks.all() for entry in chunk.held]
        assert held == ["BELOW_PREVIOUS"]


class TestSending:
    def test_less_than_the_last_is_ordinary_and_more_is_asked_back(self, reverse):
        from mains.metering.models import Reading

        move_clock(SLUG, world.at(2027, 1, 31))
        anna = sharing_world.person("anna@home.example", reverse.account, slug=SLUG)
        field = f"reading-{reverse.register.pk}"
        answer = anna.post("/readings/", key="a" * 20, **{field: "47999"})
        assert answer.status_code == 422
        assert "This register counts down" in answer.content.decode()
        assert anna.post("/readings/", key="b" * 20, **{field: "46240"}).status_code == 302
        with context.inside(SLUG):
            assert Reading.objects.latest("pk").quality == "ACCEPTED"


class TestSayingSo:
    @pytest.fixture
    def olga(self, home):
        from mains.guard.context import PUBLIC, inside
        from mains.identity.models import User
        from mains.tenancy import queries

        user = console_world.add_staff("olga@poplar.example", (SLUG, "BILLING"))
        queries.forget()
        move_clock(SLUG, world.at(2027, 1, 15))
        home.place = f"customers/{home.account.pk}/meters/{self.installation(home)}/"
        yield console_world.signed_in("olga@poplar.example", SLUG)
        with inside(PUBLIC):
            User.objects.filter(pk=user).delete()

    def installation(self, home) -> int:
        return int(home.register.meter.installations.get().pk)

    def say(self, olga, home, counts: str, register: str = "1.8.0"):
        return olga.post(f"{home.place}direction/", {"register": register, "counts": counts})

    def direction(self, home) -> bool:
        with context.inside(SLUG):
            home.register.refresh_from_db()
            return bool(home.register.counts_down)

    def test_staff_turn_it_and_turn_it_back(self, home, olga):
        assert "let it count down" in olga.get(home.place).content.decode()
        assert self.say(olga, home, "down").status_code == 302
        assert self.direction(home)
        assert "let it count up" in olga.get(home.place).content.decode()
        self.say(olga, home, "up")
        assert not self.direction(home)

    def test_twice_is_audited_once(self, home, olga):
        from mains.audit.models import Entry

        self.say(olga, home, "down")
        self.say(olga, home, "down")
        with context.inside(SLUG):
            assert Entry.objects.filter(action="register.direction").count() == 1

    def test_another_register_is_not_there(self, home, olga):
        assert self.say(olga, home, "down", register="9.9.9").status_code == 404
        assert not self.direction(home)
