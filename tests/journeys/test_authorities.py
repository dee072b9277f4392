"""Staff attach many accounts to one login under a dated authority, extend it and end it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.journeys import console_world
from tests.journeys import sharing_world as world
from tests.journeys.conftest import move_clock
from tests.journeys.sharing_world import NOW, SLUG, TODAY

from mains.guard.context import inside

LAST = TODAY + timedelta(days=30)
SITE = "http://alder.localhost"


@pytest.fixture(scope="module")
def utility(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), world.opened("teplo", count=6):
        yield


@pytest.fixture
def olga(utility, django_db_blocker) -> Iterator[console_world.Desk]:
    with django_db_blocker.unblock():
        forget()
        desk = console_world.signed_in("olga@alder.example")
        desk.client.cookies["lang"] = "en"
        yield desk
        move_clock(SLUG, NOW)


def forget() -> None:
    from mains.enrolment.models import AccountLink, Invitation
    from mains.identity.models import User
    from mains.notifications.models import Message

    with inside(SLUG):
        for model in (AccountLink, Invitation, Message, User):
            model.objects.all().delete()


def numbers(company: str = "teplo") -> list[str]:
    return [account.number for account in world.accounts(company__code=company)]


def typed(*lines: str, email: str = "adam@admin.example", **changes: str) -> dict[str, str]:
    return {
        "email": email,
        "role": "ADMINISTRATOR",
        "authority": "Contract 12/2026",
        "last_date": LAST.isoformat(),
        "company": "",
        "numbers": "\n".join(lines),
        **changes,
    }


def preview(desk, data: dict[str, str]):
    return desk.post("authorities/new/", data)


def seen(page) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.content.decode())
    assert found, page.content.decode()[:500]
    return found[1]


def attach(desk, data: dict[str, str]):
    return desk.post("authorities/new/", {**data, "seen": seen(preview(desk, data))})


def results(page) -> dict[str, str]:
    """
    Return what the table says of each number.
    """
    html = page.content.decode().split("<tbody", 1)[1].split("</tbody>", 1)[0]
    rows = [re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL) for row in html.split("<tr ")[1:]]
    plain = [[re.sub(r"<.*?>", "", cell, flags=re.DOTALL).strip() for cell in row] for row in rows]
    return {number: words for _line, number, words in plain}


class TestTheList:
    def test_is_judged_line_by_line_before_anything_happens(self, olga):
        adam = world.person("adam@admin.example", world.accounts(company__code="teplo")[0])
        linked, good, *_rest = numbers()
        foreign = numbers("energo")[0]
        before = world.counted()
        page = preview(
            olga, typed(good, "999999", linked, foreign, good[:4] + " " + good[4:], company="teplo")
        )

        told = results(page)
        assert told[good] == "Will be attached"
        assert told["999999"] == "No account has this number"
        assert told[linked] == "Sees the account already"
        assert told[foreign] == "Belongs to another company"
        assert told[good[:4] + " " + good[4:]] == "Stands in the list twice"
        assert world.counted() == before, "looking writes nothing"
        assert good not in adam.get("/accounts/").content.decode()

    def test_attaches_what_it_promised_and_says_so_of_each_line(self, olga):
        adam = world.person("adam@admin.example")
        page = attach(olga, typed(*numbers(), "999999"))

        assert results(page)[numbers()[0]] == "Attached"
        assert results(page)["999999"] == "No account has this number"
        listed = adam.get("/accounts/").content.decode()
        assert all(number in listed for number in numbers())
        rows = world.links(user_id=adam.user.pk)
        assert {row.role for row in rows} == {"ADMINISTRATOR"}
        assert {row.authority for row in rows} == {"Contract 12/2026"}
        assert {row.until_date for row in rows} == {LAST + timedelta(days=1)}

    def test_tells_each_holder_once_and_the_login_once(self, olga):
        world.person("adam@admin.example")
        holder = world.accounts(company__code="teplo")[0].customer
        both = [account.number for account in world.accounts(customer=holder)]
        attach(olga, typed(*both))

        told = world.mailed("authority-given", holder.email)
        assert len(told) == 1
        assert told[0]["others"] == str(len(both) - 1)
        assert len(world.mailed("accounts-attached", "adam@admin.example")) == 1
        assert all("Contract 12/2026" in text for text in world.texts("authority-given"))
        assert world.texts("accounts-attached")

    def test_is_audited_account_by_account_with_who_did_it(self, olga):
        before = len(world.audited("account.linked"))
        world.person("adam@admin.example")
        attach(olga, typed(*numbers()))

        rows = world.audited("account.linked")[before:]
        assert len(rows) == len(numbers())
        assert all(row.actor.startswith("staff:") for row in rows)

    def test_twice_attaches_once(self, olga):
        world.person("adam@admin.example")
        data = typed(*numbers())
        agreed = {**data, "seen": seen(preview(olga, data))}
        olga.post("authorities/new/", agreed)
        before = world.counted()
        again = olga.post("authorities/new/", agreed)

        assert again.status_code == 409
        assert set(results(again).values()) == {"Sees the account already"}
        assert world.counted() == before

    def test_never_agreed_to_attaches_nothing(self, olga):
        world.person("adam@admin.example")
        before = world.counted()
        preview(olga, typed(*numbers()))

        assert world.counted() == before

    def test_in_the_wrong_order_an_agreement_to_another_list_attaches_nothing(self, olga):
        world.person("adam@admin.example")
        agreed = seen(preview(olga, typed(numbers()[0])))
        before = world.counted()
        for other in (typed(*numbers()), typed(numbers()[0], last_date="2027-06-30")):
            assert olga.post("authorities/new/", {**other, "seen": agreed}).status_code == 409
        assert world.counted() == before

    def test_late_a_day_that_is_over_is_refused(self, olga):
        world.person("adam@admin.example")
        yesterday = (TODAY - timedelta(days=1)).isoformat()
        before = world.counted()
        page = preview(olga, typed(*numbers(), last_date=yesterday))

        assert page.status_code == 422
        assert world.counted() == before
        data = typed(*numbers(), last_date=TODAY.isoformat())
        agreed = {**data, "seen": seen(preview(olga, data))}
        move_clock(SLUG, NOW + timedelta(days=1))
        assert olga.post("authorities/new/", agreed).status_code == 422
        assert world.counted() == before

    def test_half_done_is_nothing_done(self, olga, monkeypatch):
        from mains.enrolment.actions import authorities

        world.person("adam@admin.example")
        made = []

        def breaks(**given):
            if len(made) == 3:
                raise RuntimeError("the fourth account")
            made.append(given)
            return original(**given)

        original = authorities.make_link
        monkeypatch.setattr(authorities, "make_link", breaks)
        before = world.counted()
        data = typed(*numbers())
        agreed = {**data, "seen": seen(preview(olga, data))}
        with pytest.raises(RuntimeError):
            olga.post("authorities/new/", agreed)

        assert world.counted() == before

    def test_staff_of_another_tenant_reach_nothing(self, olga):
        console_world.add_staff(f"bea{id(olga)}@birch.example", ("birch", "OWNER"))
        bea = console_world.signed_in(f"bea{id(olga)}@birch.example", slug=SLUG)
        before = world.counted()

        assert bea.post("authorities/new/", typed(*numbers())).status_code == 404
        assert world.counted() == before


class TestAnAddressWithoutALogin:
    def test_is_told_as_invited_and_not_as_attached(self, olga):
        page = attach(olga, typed(*numbers(), "999999"))

        told = results(page)
        assert {told[number] for number in numbers()} == {"Invited"}
        assert told["999999"] == "No account has this number"
        assert "Attached" not in told.values()
        assert "<title>Invitation sent" in page.content.decode()
        assert world.links() == []

    def test_gets_one_message_whose_link_gives_all_accounts(self, olga):
        page = attach(olga, typed(*numbers(), email="new@admin.example"))

        assert "Invited to 6 accounts" in page.content.decode()
        assert len(world.mailed("accounts-invitation", "new@admin.example")) == 1
        assert not world.links()
        assert not world.mailed("authority-given"), "holders are told once it was accepted"
        new = visitor()
        form = new.get(world.link_path("accounts-invitation", "new@admin.example"))
        assert "6 accounts" in form.content.decode()
        accept(new, "new@admin.example")
        assert len(world.links(ended_at=None)) == 6
        assert world.mailed("authority-given")
        assert numbers()[0] in new.get("/accounts/").content.decode()

    def test_the_link_works_once_and_not_after_its_days(self, olga):
        attach(olga, typed(*numbers(), email="new@admin.example"))
        path = world.link_path("accounts-invitation", "new@admin.example")
        move_clock(SLUG, NOW + timedelta(days=15))
        assert visitor().get(path).status_code == 410
        move_clock(SLUG, NOW)
        accept(visitor(), "new@admin.example")

        assert visitor().get(path).status_code == 410
        assert visitor("birch").get(path).status_code == 410

    def test_an_authority_that_ended_meanwhile_gives_nothing(self, olga):
        attach(olga, typed(*numbers(), email="new@admin.example", last_date=TODAY.isoformat()))
        path = world.link_path("accounts-invitation", "new@admin.example")
        move_clock(SLUG, NOW + timedelta(days=1))

        assert visitor().get(path).status_code == 410

    def test_one_line_of_the_console_ends_the_whole_invitation(self, olga):
        attach(olga, typed(*numbers(), email="new@admin.example"))
        path = world.link_path("accounts-invitation", "new@admin.example")
        shown = olga.get("invitations/").content.decode()
        assert "6 in all" in shown
        pk = re.search(r'action="(\d+)/revoke/"', shown)
        assert pk
        olga.post(f"invitations/{pk[1]}/revoke/")

        assert visitor().get(path).status_code == 410


def visitor(slug: str = SLUG) -> world.Person:
    return world.Person("", slug)


def accept(new: world.Person, email: str) -> None:
    path = world.link_path("accounts-invitation", email)
    page = new.get(path).content.decode()
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', page)
    assert shown
    answer = new.post(
        path, name="Nadia", username="nadia", password="correct horse battery", shown=shown[1],
        **{"agree-terms": "on", "agree-privacy": "on"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:400]


class TestTheLastDay:
    @pytest.fixture
    def adam(self, olga) -> world.Person:
        adam = world.person("adam@admin.example")
        attach(olga, typed(*numbers()))
        return adam

    def opens(self, adam: world.Person) -> list[bool]:
        bill = world.bill_of(world.accounts(company__code="teplo")[0])
        listed = adam.call("GET", "/accounts").json()["data"]
        return [
            adam.get(f"/bills/{bill.pk}/").status_code == 200,
            adam.get(f"/bills/{bill.pk}/bill.pdf").status_code == 200,
            adam.call("GET", f"/bills/bil_{bill.pk}").status_code == 200,
            bool(listed),
        ]

    def test_is_open_to_the_end_of_the_civil_day_in_portal_and_api(self, adam):
        # A minute before midnight in Kyiv, two hours before it in London.
        move_clock(SLUG, datetime(LAST.year, LAST.month, LAST.day, 21, 59, tzinfo=UTC))
        assert self.opens(adam) == [True] * 4

    def test_afterwards_nothing_opens_though_no_worker_ran(self, adam):
        move_clock(SLUG, datetime(LAST.year, LAST.month, LAST.day, 22, 1, tzinfo=UTC))

        assert self.opens(adam) == [False] * 4
        assert all(row.ended_at is None for row in world.links(user_id=adam.user.pk))

    def test_without_the_date_it_would_stay_open(self, adam, monkeypatch):
        from mains.enrolment import queries
        from mains.enrolment.models import AccountLink

        monkeypatch.setattr(
            queries.links, "links_in_force",
            lambda *, user_id, **_today: AccountLink.objects.filter(user_id=user_id, ended_at=None),
        )  # fmt: skip
        move_clock(SLUG, datetime(LAST.year, LAST.month, LAST.day, 22, 1, tzinfo=UTC))
        assert self.opens(adam) == [True] * 4

    def test_attached_anew_on_the_first_day_after_it_opens_again(self, adam, olga):
        # It is the day after in Kyiv and still the last day in London.
        late = datetime(LAST.year, LAST.month, LAST.day, 22, 30, tzinfo=UTC)
        move_clock(SLUG, late)
        page = attach(olga, typed(*numbers(), last_date=(LAST + timedelta(days=90)).isoformat()))

        assert set(results(page).values()) == {"Attached"}
        assert self.opens(adam) == [True] * 4


class TestChanging:
    @pytest.fixture
    def adam(self, olga) -> world.Person:
        adam = world.person("adam@admin.example")
        attach(olga, typed(*numbers()))
        return adam

    def link(self, adam: world.Person):
        return world.links(user_id=adam.user.pk)[0]

    def test_the_account_lists_who_acts_for_it(self, adam, olga):
        row = self.link(adam)
        page = olga.get(f"customers/{row.account_id}/").content.decode()

        assert "adam@admin.example" in page
        assert "Contract 12/2026" in page
        assert f"people/{row.pk}/" in page
        shown = olga.get(f"people/{row.pk}/").content.decode()
        assert "5 other accounts under this authority" in shown

    def test_extended_for_one_account_or_for_all_and_everybody_is_told(self, adam, olga):
        row, later = self.link(adam), LAST + timedelta(days=60)
        olga.post(f"people/{row.pk}/", {"last_date": later.isoformat()})
        assert [one.until_date for one in world.links(user_id=adam.user.pk)].count(
            later + timedelta(days=1)
        ) == 1
        olga.post(f"people/{row.pk}/", {"last_date": later.isoformat(), "whole": "on"})

        ends = {one.until_date for one in world.links(user_id=adam.user.pk)}
        assert ends == {later + timedelta(days=1)}
        assert world.mailed("authority-changed", "adam@admin.example")
        holder = world.accounts(pk=row.account_id)[0].customer.email
        assert world.mailed("authority-changed", holder)
        assert world.texts("authority-changed")

    def test_twice_tells_once(self, adam, olga):
        row, later = self.link(adam), (LAST + timedelta(days=60)).isoformat()
        olga.post(f"people/{row.pk}/", {"last_date": later})
        before = world.counted()
        olga.post(f"people/{row.pk}/", {"last_date": later})

        assert world.counted() == before

    def test_late_an_authority_that_is_over_cannot_be_extended(self, adam, olga):
        row = self.link(adam)
        move_clock(SLUG, NOW + timedelta(days=32))
        before = world.counted()
        later = (LAST + timedelta(days=60)).isoformat()

        assert olga.post(f"people/{row.pk}/", {"last_date": later}).status_code == 404
        assert world.counted() == before

    def test_ended_early_it_opens_nothing_from_the_next_request_on(self, adam, olga):
        row = self.link(adam)
        bill = world.bill_of(world.accounts(company__code="teplo")[0])
        assert adam.get(f"/bills/{bill.pk}/").status_code == 200
        olga.post(f"people/{row.pk}/end/")

        assert adam.get(f"/bills/{bill.pk}/").status_code == 404
        assert len(world.links(user_id=adam.user.pk, ended_at=None)) == 5
        assert world.mailed("authority-changed", "adam@admin.example")[-1]["what"] == "ended"
        olga.post(f"people/{world.links(ended_at=None)[0].pk}/end/", {"whole": "1"})
        assert not world.links(user_id=adam.user.pk, ended_at=None)

    def test_ended_twice_ends_once_and_in_the_wrong_order_stays_ended(self, adam, olga):
        row = self.link(adam)
        olga.post(f"people/{row.pk}/end/")
        before = world.counted()
        olga.post(f"people/{row.pk}/end/")
        later = (LAST + timedelta(days=60)).isoformat()

        assert olga.post(f"people/{row.pk}/", {"last_date": later}).status_code == 404
        assert world.counted() == before

    def test_never_changed_everything_stays(self, adam, olga):
        before = world.counted()
        olga.get(f"people/{self.link(adam).pk}/")

        assert world.counted() == before
        assert len(world.links(user_id=adam.user.pk, ended_at=None)) == 6
