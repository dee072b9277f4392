"""Personal data taken along (S0.12)."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from tests.journeys.conftest import NOW
from tests.journeys.logins import Browser, add_login, messages
from tests.journeys.personal_data.world import (
    HOST,
    LATER,
    browser_of,
    built,
    grow_stale,
    holder,
    tenant_of,
)

from mains.guard.context import inside

pytestmark = pytest.mark.usefixtures("demo_tenants")
TENANTS = {"balta", "fiamma"}


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
