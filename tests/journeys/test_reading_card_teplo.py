"""teplo: a card on paper opens its meters once, in its window, until staff end it."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from tests.journeys import guest_world as world
from tests.journeys.conftest import NOW, move_clock
from tests.journeys.guest_world import SLUG, Guest, secrets_of, shown
from tests.journeys.joining_world import deeds

from mains.enrolment import passes
from mains.enrolment.models import ContactCode
from mains.guard.context import inside
from mains.journeys import guest_readings, reading_cards
from mains.metering.models import Reading, ReadingQuality
from mains.tenancy import queries

TENANTS = {"teplo", "balta"}
CODE = re.compile(r"\b([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})\b")
pytestmark = [pytest.mark.usefixtures("fresh_tries", "anew"), pytest.mark.seed("S3.08")]


@pytest.fixture
def anew(fresh_tries, django_db_blocker):
    world.begin_anew()
    yield
    with inside(SLUG):
        ContactCode.objects.filter(purpose__in=list(passes.Kind)).delete()


def card_for(kim: Guest) -> reading_cards.Card:
    tenant = queries.tenant(SLUG)
    with inside(SLUG):
        return reading_cards.issue(
            tenant=tenant, account_id=kim.account.pk, actor="tests", now=tenant.now()
        )


def path(card: reading_cards.Card) -> str:
    return f"/card/{card.secret}/"


def fields(page) -> set[str]:
    return {name for name in page.form().fields if name.startswith("reading-")}


def sends_all(kim: Guest, page) -> object:
    likely = {}
    for one in kim.registers:
        likely[f"reading-{one.register_id}"] = f"{one.last_value + 1:f}"
        likely[f"confirm-{one.register_id}"] = "on"
    return kim.submit(page, **likely)


class TestThePaper:
    def test_has_the_meters_the_days_and_a_code_and_is_tagged(self):
        kim, desk = world.guest(), world.desk_of("SERVICE")
        answer = desk.post(f"customers/{kim.account.pk}/reading-card/")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store"
        paper = PdfReader(io.BytesIO(answer.content))
        text = paper.pages[0].extract_text()
        assert len(paper.pages) == 1
        width, height = (float(edge) for edge in paper.pages[0].mediabox[2:])
        assert (round(width), round(height)) == (420, 595), "A5"
        for register in kim.registers:
            assert register.meter in text
        assert kim.account.number not in text, "only its end"
        assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert paper.trailer["/Root"]["/Lang"] == kim.account.customer.language
        (code,) = CODE.findall(text)
        assert fields(kim.open(f"/card/{code}/")) == {
            f"reading-{one.register_id}" for one in kim.registers
        }
        assert deeds(SLUG, "reading_card.issued")[-1].subject == f"account:{kim.account.pk}"

    @pytest.mark.parametrize("language", ["en", "es", "hu", "it", "lv", "uk"])
    def test_is_in_the_customers_language(self, language):
        from dataclasses import replace

        from mains.metering import cards

        kim, tenant = world.guest(), queries.tenant(SLUG)
        card = replace(card_for(kim), language=language)
        with inside(SLUG):
            pdf = cards.pdf(cards=[card], tenant=tenant, on=tenant.date_of(tenant.now()))
        text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert ("Read your meters" in text) is (language == "en")

    def test_its_secret_is_kept_nowhere(self):
        card = card_for(world.guest())
        with inside(SLUG):
            (row,) = ContactCode.objects.filter(purpose=passes.Kind.CARD)
        assert card.secret not in f"{row.token_hash} {row.code_hash} {row.evidence}"

    def test_many_accounts_are_one_document_and_an_unknown_number_makes_none(self):
        kims, desk = [world.guest(position=at) for at in range(3)], world.desk_of()
        numbers = "\n".join(kim.account.number for kim in kims)
        refused = desk.post("readings/cards/", {"numbers": f"{numbers}\n404404"})
        assert refused.status_code == 422
        assert "404404" in refused.content.decode()
        with inside(SLUG):
            assert not ContactCode.objects.filter(purpose=passes.Kind.CARD).exists()
        made = desk.post("readings/cards/", {"numbers": numbers})
        assert len(PdfReader(io.BytesIO(made.content)).pages) == 3

    def test_more_than_five_hundred_are_refused(self):
        tenant = queries.tenant(SLUG)
        with inside(SLUG), pytest.raises(reading_cards.TooManyCards):
            reading_cards.print_for(
                tenant=tenant, account_ids=range(501), actor="tests", now=tenant.now()
            )

    @pytest.mark.parametrize(("extra", "code"), [("", 0), ("404404", 4)])
    def test_the_command_line_writes_them_or_makes_none(self, tmp_path, extra, code):
        from click.testing import CliRunner

        from mains.cli import main
        from mains.guard import context

        numbers, out = tmp_path / "numbers.txt", tmp_path / "cards.pdf"
        kims = [world.guest(position=at) for at in range(2)]
        numbers.write_text("\n".join([*(kim.account.number for kim in kims), extra]))
        words = ["cards", "print", "--tenant", SLUG, "--accounts", str(numbers), "--out", str(out)]
        try:
            done = CliRunner().invoke(main, words)
        finally:
            context.choose(None)
        assert done.exit_code == code, done.output
        assert out.exists() is (code == 0)
        if code == 0:
            assert len(PdfReader(out).pages) == 2
        with inside(SLUG):
            made = ContactCode.objects.filter(purpose=passes.Kind.CARD).count()
        assert made == (2 if code == 0 else 0)

    def test_an_account_without_such_a_meter_gets_none(self):
        kim, desk = world.guest("energo"), world.desk_of()
        assert desk.post(f"customers/{kim.account.pk}/reading-card/").status_code == 302
        with inside(SLUG):
            assert not ContactCode.objects.filter(purpose=passes.Kind.CARD).exists()


class TestOnce:
    def test_one_screen_and_a_receipt_then_it_is_over(self):
        kim = world.guest()
        card = card_for(kim)
        page = kim.open(path(card))
        assert shown(page, secrets_of(kim)) == []
        sent = sends_all(kim, page)
        assert sent.url.endswith("/readings/guest/sent/")
        assert len(kim.readings()) == len(kim.registers)
        assert kim.open(path(card)).status == 410

    def test_the_same_form_twice_shows_the_receipt_and_stores_once(self):
        kim = world.guest()
        page = kim.open(path(card_for(kim)))
        sends_all(kim, page)
        assert sends_all(kim, page).url.endswith("/readings/guest/sent/")
        assert len(kim.readings()) == len(kim.registers)

    def test_with_one_meter_read_it_opens_the_others(self):
        kim = world.guest()
        card = card_for(kim)
        kim.send(kim.open(path(card)))
        left = {f"reading-{one.register_id}" for one in kim.registers}
        assert fields(kim.open(path(card))) == left - {f"reading-{kim.register.register_id}"}

    def test_a_reading_that_staff_rejected_may_be_sent_again(self):
        kim = world.guest()
        card = card_for(kim)
        sends_all(kim, kim.open(path(card)))
        with inside(SLUG):
            Reading.objects.filter(pk__in=[one.pk for one in kim.readings()]).update(
                quality=ReadingQuality.REJECTED
            )
        assert kim.open(path(card)).status == 200


class TestTheEnd:
    def test_comes_with_a_newer_card(self):
        kim = world.guest()
        old, new = card_for(kim), card_for(kim)
        assert kim.open(path(old)).status == 410
        assert kim.open(path(new)).status == 200

    def test_another_account_keeps_its_card(self):
        kim, other = world.guest(), world.guest(position=1)
        card = card_for(other)
        card_for(kim)
        assert other.open(path(card)).status == 200

    def test_comes_when_staff_end_it_and_is_audited_once(self):
        kim, desk = world.guest(), world.desk_of("SERVICE")
        card = card_for(kim)
        place = f"customers/{kim.account.pk}/"
        (url,) = re.findall(r'href="(passes/\d+/)"', desk.get(place).content.decode())
        assert kim.open(path(card)).status == 200, "opening the question ends nothing"
        before = len(deeds(SLUG, "reading_pass.ended"))
        for _ in range(2):
            assert desk.post(f"{place}{url}").status_code == 302
        assert kim.open(path(card)).status == 410
        assert len(deeds(SLUG, "reading_pass.ended")) == before + 1
        assert "passes/" not in desk.get(place).content.decode()

    def test_comes_for_a_mailed_link_alone(self):
        kim, desk, tenant = world.guest(), world.desk_of("SERVICE"), queries.tenant(SLUG)
        with inside(SLUG):
            first, second = (
                guest_readings.link_of(
                    tenant=tenant, account_id=kim.account.pk, actor="tests", now=tenant.now()
                )[0]
                for _ in range(2)
            )
        place = f"customers/{kim.account.pk}/"
        newest, oldest = re.findall(r'href="(passes/\d+/)"', desk.get(place).content.decode())
        assert newest != oldest
        desk.post(f"{place}{oldest}")
        assert kim.browser.get(first).status == 410
        assert kim.browser.get(second).status == 200

    def test_a_pass_of_another_account_is_not_ended(self):
        kim, other, desk = world.guest(), world.guest(position=1), world.desk_of("SERVICE")
        card = card_for(other)
        with inside(SLUG):
            (row,) = ContactCode.objects.filter(purpose=passes.Kind.CARD)
        desk.post(f"customers/{kim.account.pk}/passes/{row.pk}/")
        assert other.open(path(card)).status == 200

    def test_comes_with_its_days_and_before_them_it_says_when(self):
        kim = world.guest()
        card = card_for(kim)
        last = max(group.days.end for group in card.groups)
        move_clock(SLUG, NOW.replace(year=last.year, month=last.month, day=last.day))
        assert kim.open(path(card)).status == 410
        move_clock(SLUG, NOW.replace(month=12, day=10))
        later = card_for(kim)
        page = kim.open(f"{path(later)}?lang=en")
        assert page.status == 200
        assert "not open yet" in page.text
        assert not fields_or_none(page)

    def test_a_reading_kept_on_the_device_within_its_days_still_arrives(self):
        kim = world.guest()
        card = card_for(kim)
        page = kim.open(path(card))
        last = max(group.days.end for group in card.groups)
        arrival = NOW.replace(year=last.year, month=last.month, day=last.day) + timedelta(days=1)
        move_clock(SLUG, arrival)
        assert kim.send(page, kim.likely()).status == 410, "control: typed too late"
        kept = str(int((arrival - NOW).total_seconds()))
        assert kim.send(page, "", kept=kept).url.endswith("/sent/")
        (reading,) = kim.readings()
        assert reading.read_date == NOW.date()

    def test_is_at_another_provider_and_for_any_other_code(self):
        kim = world.guest()
        card = card_for(kim)
        url = f"{queries.tenant('balta').url}{path(card)}"
        assert kim.browser.get(url).status == 410
        assert kim.open("/card/ABCDEFGHJKLM/").status == 410

    def test_a_card_is_no_contact_code_and_costs_none_of_them(self):
        from mains.enrolment import actions

        kim = world.guest()
        card = card_for(kim)
        with inside(SLUG), pytest.raises(actions.WrongCode):
            actions.redeem_letter(code=card.secret, now=queries.tenant(SLUG).now())


class TestTheTypedCode:
    @pytest.mark.parametrize("typed", ["{}-{}-{}", "{} {} {}", "{}{}{}"])
    def test_opens_it_however_it_is_written(self, typed):
        kim = world.guest()
        card = card_for(kim)
        parts = [card.secret[at : at + 4] for at in (0, 4, 8)]
        page = kim.submit(kim.open("/card/"), code=typed.format(*parts).lower())
        assert page.url.endswith(path(card))
        assert fields(page)

    def test_a_wrong_one_says_what_to_do_and_thirty_are_enough(self):
        from mains.portal.readings import cards

        kim = world.guest()
        page = kim.open("/card/")
        try:
            for _ in range(31):
                wrong = kim.submit(page, code="ABCD-EFGH-JKLM")
                assert wrong.status == 422
            right = kim.submit(page, code=card_for(kim).secret)
            assert right.status == 422, "over its budget"
        finally:
            with inside(SLUG):
                cards.WRONG.forget("127.0.0.0/24")
                from django.core.cache import cache

                cache.clear()
        assert kim.submit(page, code=card_for(kim).secret).url.endswith("/"), "control"


def fields_or_none(page) -> set[str]:
    return set(re.findall(r'name="(reading-\d+)"', page.text))
