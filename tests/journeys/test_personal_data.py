"""Personal data: taken along, closed, erased, and what the law keeps (S0.12, S0.14, S4.15)."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.joining_world import stored
from tests.journeys.logins import Browser, add_login, audited, messages

from mains.guard.context import inside

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS = {"balta", "fiamma"}
HOST = "balta.localhost"
LATER = timedelta(days=1)


@pytest.fixture(autouse=True)
def _calm(unblocked):
    from django.core.cache import cache

    cache.clear()


def holder(email: str, *, schema_name: str = "balta", position: int = 0):
    """
    Return a login of its own that holds an account, and the account.
    """
    from django.db import transaction

    from mains.customers.models import Account
    from mains.enrolment import actions

    user = add_login(email, schema_name=schema_name)
    with inside(schema_name), transaction.atomic():
        account = Account.objects.order_by("-pk")[position]
        actions.link(
            user=user, account=account, evidence=["bill_number"], now=NOW, today=NOW.date()
        )
        return user, account


def tenant_of(schema_name: str = "balta"):
    from mains.tenancy import queries

    return queries.tenant(schema_name)


def browser_of(user, host: str = HOST) -> Browser:
    browser = Browser(host)
    browser.sign_in(user.email)
    return browser


def grow_stale(browser: Browser) -> None:
    """
    Let the proof of who sits there grow older than it may be.
    """
    with inside("balta"):
        session = browser.client.session
        session["account_authentication_methods"] = []
        session.save()


def built(user):
    """
    Have the worker make what was asked for, and return the job.
    """
    from mains.privacy import actions
    from mains.privacy.models import DataJob

    with inside("balta"):
        actions.build_waiting(tenant=tenant_of(), now=NOW)
        return DataJob.objects.filter(user_id=user.pk).latest("pk")


@pytest.mark.seed("S0.12")
class TestExport:
    def test_holds_json_tables_a_page_to_read_and_the_bills(self):
        from pypdf import PdfReader

        user, account = holder("take@example.org")
        browser = browser_of(user)
        assert "In the works" in browser.post("/me/data/").content.decode()
        job = built(user)
        browser.prove()
        answer = browser.get(f"/me/data/{job.pk}/")

        assert answer.headers["Content-Type"] == "application/zip"
        assert "no-store" in answer.headers["Cache-Control"]
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        data = json.loads(archive.read("data.json"))
        with inside("balta"):
            customer = account.customer
            numbers = set(account.bills.values_list("number", flat=True))
        assert data["identity.User"][0]["email"] == "take@example.org"
        assert data["customers.Customer"][0]["name"] == customer.name
        assert {row["number"] for row in data["billing.Bill"]} == numbers
        assert data["metering.Reading"]
        assert "password" not in json.dumps(data["identity.User"])
        names = archive.namelist()
        assert {f"bills/{number}.pdf" for number in numbers} <= set(names)
        assert "take@example.org" in archive.read("csv/identity.User.csv").decode()
        text = "".join(
            page.extract_text() for page in PdfReader(io.BytesIO(archive.read("summary.pdf"))).pages
        )
        assert customer.name in text
        assert messages("data-ready", schema_name="balta")[0].recipient == "take@example.org"

    @pytest.mark.parametrize("language", ["en", "lv"])
    def test_is_read_in_words_and_not_in_codes(self, language):
        from django.utils import translation

        from mains.privacy import exporting, finding

        user, account = holder(f"words-{language}@example.org", position=4)
        browser_of(user).post("/me/data/news/", on="1")
        with inside("balta"), translation.override(language):
            about = finding.subject(user_ids=(user.pk,), customer_ids=(account.customer_id,))
            data = exporting.collect(about=about)
            found = list(exporting.sections(data, language=language, tenant=tenant_of()))
        said = {
            value for section in found for entry in section["entries"] for _name, value in entry
        }
        codes = {
            row[name]
            for rows in data.values()
            for row in rows
            for name in ("kind", "mode", "role", "method", "service", "purpose", "language")
            if row.get(name)
        }
        assert {"PERSON", "HOLDER", "marketing", "electricity", "en"} <= codes
        assert codes & said == set()
        if language == "en":
            assert {"Person", "Holder", "News and offers", "English"} <= said

    def test_asked_twice_is_one_archive_and_made_twice_stays_one(self):
        from mains.privacy import actions
        from mains.privacy.models import DataJob

        user, _account = holder("twice@example.org")
        browser = browser_of(user)
        browser.post("/me/data/")
        browser.post("/me/data/")
        job = built(user)
        with inside("balta"):
            assert DataJob.objects.filter(user_id=user.pk).count() == 1
            assert not actions.build_export(job_id=job.pk, tenant=tenant_of(), now=NOW)
            assert DataJob.objects.get(pk=job.pk).file_name == job.file_name

    def test_late_it_can_no_longer_be_downloaded_and_its_file_is_gone(self):
        from mains.documents import storage
        from mains.privacy import actions, queries

        user, _account = holder("late@example.org")
        browser_of(user).post("/me/data/")
        job = built(user)
        with inside("balta"):
            after = job.expires_at + timedelta(seconds=1)
            assert queries.export_file(job_id=job.pk, user_id=user.pk, now=NOW)
            assert queries.export_file(job_id=job.pk, user_id=user.pk, now=after) is None
            actions.delete_old(
                privacy=tenant_of().file.privacy, today=NOW.date() + 8 * LATER, now=after
            )
            with pytest.raises(storage.FileMissing):
                storage.get(name=f"exports/{job.file_name}")

    def test_in_the_wrong_order_a_login_deleted_meanwhile_gets_none(self):
        from mains.enrolment import actions as enrolment
        from mains.privacy.models import DataJob

        user, _account = holder("gone-first@example.org")
        browser_of(user).post("/me/data/")
        with inside("balta"):
            enrolment.delete_login(user_id=user.pk, now=NOW, today=NOW.date())
        job = built(user)
        with inside("balta"):
            assert DataJob.objects.get(pk=job.pk).state == "ENDED"
            assert not DataJob.objects.get(pk=job.pk).file_name

    def test_nobody_else_gets_it_and_nobody_without_proof_of_the_moment(self):
        user, _account = holder("mine@example.org")
        other, _another = holder("other@example.org", position=1)
        browser_of(user).post("/me/data/")
        job = built(user)

        stranger = browser_of(other)
        stranger.prove()
        assert stranger.get(f"/me/data/{job.pk}/").status_code == 404
        assert Browser(HOST).get(f"/me/data/{job.pk}/").request["PATH_INFO"] == "/account/login/"
        stale = browser_of(user)
        grow_stale(stale)
        page = stale.get(f"/me/data/{job.pk}/")
        assert page.request["PATH_INFO"] == "/account/reauthenticate/"

    def test_an_administrator_gets_nothing_about_the_people_they_act_for(self):
        from django.db import transaction

        from mains.customers.models import Account
        from mains.enrolment import actions
        from mains.enrolment.models import LinkRole

        user = add_login("manager@example.org", schema_name="balta")
        with inside("balta"), transaction.atomic():
            account = Account.objects.order_by("-pk")[2]
            name = account.customer.name
            actions.link(
                user=user, account=account, evidence=[], now=NOW, today=NOW.date(),
                terms=actions.Terms(role=LinkRole.ADMINISTRATOR, authority="A-1"),
            )  # fmt: skip
        browser = browser_of(user)
        browser.post("/me/data/")
        job = built(user)
        browser.prove()
        archive = zipfile.ZipFile(io.BytesIO(browser.get(f"/me/data/{job.pk}/").content))
        text = archive.read("data.json").decode()
        assert name not in text
        assert json.loads(text)["enrolment.AccountLink"][0]["account__number"] == account.number


@pytest.mark.seed("S4.15")
class TestClosing:
    def test_lists_what_is_lost_and_then_everything_resets(self):
        from mains.customers.models import Contract, DeliveryPreference
        from mains.enrolment.models import AccountLink

        user, account = holder("reset@example.org", schema_name="fiamma")
        with inside("fiamma"):
            contract = Contract.objects.filter(account=account).first()
            DeliveryPreference.objects.filter(contract=contract).delete()
            DeliveryPreference.objects.create(
                contract=contract, mode="ELECTRONIC", email="reset@example.org",
                start_date=contract.start_date, chosen_at=NOW,
            )  # fmt: skip
            bills = account.bills.count()
        browser = browser_of(user, "fiamma.localhost")
        browser.prove()
        page = browser.get("/me/close/").content.decode()
        assert account.number in page

        done = browser.post("/me/close/", sure="on")
        assert done.status_code == 200
        assert not browser.is_in("/me/")
        with inside("fiamma"):
            assert not AccountLink.objects.filter(user_id=user.pk, ended_at=None).exists()
            now_in_force = DeliveryPreference.objects.get(contract=contract, end_date=None)
            assert (now_in_force.mode, now_in_force.email) == ("PAPER", "")
            assert now_in_force.start_date > tenant_of("fiamma").date_of(NOW)
            assert account.bills.count() == bills > 0
        # The address is free again.
        assert add_login("reset@example.org", schema_name="fiamma").pk != user.pk

    def test_the_last_page_can_be_opened_again_and_repeats_nothing(self):
        user, _account = holder("again@example.org")
        browser = browser_of(user)
        browser.prove()
        done = browser.post("/me/close/", sure="on", erase="on")
        assert done.redirect_chain == [("/me/closed/", 302)]
        assert "wish to be erased" in done.content.decode()
        before = len(audited(schema_name="balta"))
        again = browser.get("/me/closed/")
        assert again.content == done.content
        assert len(audited(schema_name="balta")) == before
        assert not browser.is_in("/me/")

    def test_the_last_page_is_nobody_elses(self):
        user, _account = holder("stays@example.org")
        assert browser_of(user).get("/me/closed/").request["PATH_INFO"] == "/"
        assert Browser(HOST).get("/me/closed/").request["PATH_INFO"] == "/"

    def test_without_the_tick_nothing_happens(self):
        from mains.identity.models import User

        user, _account = holder("unsure@example.org")
        browser = browser_of(user)
        browser.prove()
        assert browser.post("/me/close/").status_code == 422
        with inside("balta"):
            assert User.objects.filter(pk=user.pk).exists()

    def test_twice_does_nothing_more(self):
        from mains.privacy import actions

        user, _account = holder("once@example.org")
        with inside("balta"):
            kept = {"user_id": user.pk, "ask_erasure": True, "tenant": tenant_of(), "now": NOW}
            assert actions.close_login(**kept)
            before = len(audited(schema_name="balta"))
            assert actions.close_login(**kept) is None
        assert len(audited(schema_name="balta")) == before

    def test_the_last_message_goes_out_and_keeps_no_address(self):
        from mains.notifications import actions as notifications
        from mains.privacy import actions

        user, _account = holder("last-word@example.org")
        with inside("balta"):
            actions.close_login(
                user_id=user.pk, ask_erasure=False, tenant=tenant_of(), now=NOW
            )  # fmt: skip
            queued = messages("login-closed", schema_name="balta")[0]
            assert queued.recipient == "last-word@example.org"
            notifications.send_queued(now=NOW)
        assert messages("login-closed", schema_name="balta")[0].recipient == "–"

    def test_a_stranger_at_an_open_screen_cannot_do_it(self):
        from mains.identity.models import User

        user, _account = holder("open-screen@example.org")
        browser = browser_of(user)
        grow_stale(browser)
        page = browser.post("/me/close/", sure="on")
        assert page.request["PATH_INFO"] == "/account/reauthenticate/"
        with inside("balta"):
            assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.seed("S0.14")
class TestNews:
    def test_off_until_agreed_word_for_word_and_off_again(self):
        user, _account = holder("news@example.org")
        browser = browser_of(user)
        assert self.consents(user) == []
        browser.post("/me/data/news/", on="1")
        browser.post("/me/data/news/", on="1")
        ((text, withdrawn),) = self.consents(user)
        assert "news and offers" in text
        assert withdrawn is None
        browser.post("/me/data/news/", off="1")
        ((_text, withdrawn),) = self.consents(user)
        assert withdrawn is not None

    def consents(self, user):
        from mains.enrolment.models import Consent

        with inside("balta"):
            return list(
                Consent.objects.filter(user_id=user.pk, purpose="marketing").values_list(
                    "wording__text", "withdrawn_at"
                )
            )

    def test_not_asked_where_the_tenant_does_not(self):
        user, _account = holder("quiet@example.org", schema_name="fiamma")
        browser = browser_of(user, "fiamma.localhost")
        before = stored("fiamma")
        assert browser.post("/me/data/news/", on="1").status_code == 404
        assert stored("fiamma") == before


@pytest.mark.seed("S0.12")
@pytest.mark.seed("S0.14")
def test_the_record_names_every_category_with_its_ground_and_its_time():
    from tests.journeys.console_world import add_staff, signed_in

    from mains.enrolment.rules.purposes import BASIS
    from mains.privacy.rules.inventory import Category

    add_staff("owner-record@example.org", ("balta", "OWNER"), second_factor=True)
    page = signed_in("owner-record@example.org", "balta").get("settings/privacy/")
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("Art. 6(1)") == len(Category) + len(BASIS)
    assert "full years after the year of issue" in text
    # It speaks of customers, not to one.
    text = text.split("<main", 1)[1]
    assert "Logins" in text
    for word in ("Your login", "You as a customer", "Messages to you", "programs of yours"):
        assert word not in text


def test_only_owners_reach_a_customers_data():
    from tests.journeys.console_world import add_staff, signed_in

    add_staff("clerk-data@example.org", ("balta", "SERVICE"), second_factor=True)
    _user, account = holder("clerked@example.org")
    desk = signed_in("clerk-data@example.org", "balta")
    assert desk.get(f"customers/{account.pk}/data/").status_code == 403
    assert desk.get("settings/privacy/").status_code == 403


@pytest.mark.seed("S0.14")
class TestBackToPaper:
    def agreed(self, email: str):
        from mains.customers.models import Contract, DeliveryPreference
        from mains.enrolment import actions, legal

        user, account = holder(email, position=3)
        with inside("balta"):
            words = legal.electronic_bill(file=tenant_of().file, language="en")
            actions.agree(
                user_id=user.pk, agreed=words, account_id=account.pk, address="", now=NOW
            )  # fmt: skip
            contract = Contract.objects.filter(account=account).first()
            DeliveryPreference.objects.filter(contract=contract).update(mode="ELECTRONIC")
        return user, account, contract

    def modes(self, contract) -> list[str]:
        from mains.customers.models import DeliveryPreference

        with inside("balta"):
            rows = DeliveryPreference.objects.filter(contract=contract, end_date=None)
            return list(rows.values_list("mode", flat=True))

    def test_withdraws_the_consent_and_holds_from_tomorrow_once(self):
        user, account, contract = self.agreed("paper@example.org")
        browser = browser_of(user)
        assert "Back to paper" in browser.get("/me/data/").content.decode()
        place = f"/me/data/paper/{account.pk}/"
        assert "on paper from tomorrow" in browser.post(place).content.decode()
        assert self.modes(contract) == ["PAPER"]
        again = browser.post(place).content.decode()
        assert "on paper from tomorrow" not in again
        assert "Back to paper" not in again

    def test_nobody_else_does_it(self):
        _user, account, contract = self.agreed("paper-owner@example.org")
        stranger, _own = holder("paper-stranger@example.org", position=1)
        browser_of(stranger).post(f"/me/data/paper/{account.pk}/")
        assert self.modes(contract) == ["ELECTRONIC"]
