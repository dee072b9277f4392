"""Messages and bills in the utility's own words, from the console to the customer."""

import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from tests import databases
from tests.journeys import console_world as world

MAIL = "settings/mail/bill-issued/"
WORDS = {
    "subject-en": "{amount} for your water",
    "text-en": "Hello {name},\n\nbill {number} is here.\n\n{url}",
}


@pytest.fixture(scope="module")
def provider(django_db_setup, django_db_blocker) -> Iterator[None]:
    from django.db import connection

    from mains.guard import context
    from mains.tenancy import queries

    with django_db_blocker.unblock():
        world.open_for_business("alder")
        world.add_staff("olga@alder.example", ("alder", "OWNER"))
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


def file_of() -> Any:
    from mains.tenancy import queries

    queries.forget()
    return queries.tenant("alder").file


class TestMessages:
    def test_own_words_are_published_sent_and_taken_back(self, olga):
        from mains.guard.context import inside
        from mains.notifications.models import Message
        from mains.notifications.rendering import render, sender

        assert "your own" not in olga.get("settings/mail/").content.decode()
        olga.post(MAIL, WORDS)
        assert "your own" in olga.get("settings/mail/").content.decode()
        with inside("alder"):
            values = {
                "name": "Ann", "number": "AV1", "amount": "12 €", "due": "1 May",
                "account": "042", "url": "https://x.example/", "collection": "",
            }  # fmt: skip
            message = Message(kind="bill-issued", key="bill-issued:1", recipient="a@example.org",
                              language="en", values=values)  # fmt: skip
            assert render(message, sender=sender()).subject == "12 € for your water"

        olga.post(MAIL, dict.fromkeys(WORDS, ""))
        assert file_of().mails == ()

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"text-en": "Hello {nam},\n\n{url}"}, "{nam} is not known"),
            ({"text-en": "Hello {name}, it is here."}, "it needs {url}"),
            ({"text-en": "Hello {name, it is here.\n\n{url}"}, "stands alone"),
            ({"subject-en": ""}, "Write subject and text for each language"),
        ],
    )
    def test_what_cannot_be_sent_is_said_beside_its_field(self, olga, changes, said):
        page = olga.post(MAIL, {**WORDS, **changes})
        assert page.status_code == 422
        assert said in page.content.decode()
        assert file_of().mails == ()

    def test_twice_is_one_version(self, olga):
        from mains.tenancy import queries

        olga.post(MAIL, WORDS)
        queries.forget()
        first = queries.tenant("alder").version
        olga.post(MAIL, WORDS)
        queries.forget()
        assert queries.tenant("alder").version == first
        olga.post(MAIL, dict.fromkeys(WORDS, ""))

    def test_the_domains_records_are_asked_only_when_wanted(self, olga, monkeypatch):
        from mains.notifications.channels import names

        asked = []
        answers = {"_dmarc": ["v=DMARC1; p=reject"], "mains": ["v=DKIM2"]}

        def texts_at(name):
            asked.append(name)
            if not name.startswith(("_dmarc", "mains")):
                raise names.NotAnswered(name)
            return answers[name.split(".")[0]]

        monkeypatch.setattr(names, "texts_at", texts_at)
        assert "not asked yet" in olga.get("settings/mail/").content.decode()
        assert asked == []
        page = olga.get("settings/mail/", ask="1").content.decode()
        assert len(asked) == 3
        for said in ("no answer, ask again", "missing", "in order"):
            assert said in page


class TestBills:
    def form(self, **changes: Any) -> dict[str, Any]:
        own = {
            f"{one.block}-{language}": text
            for one in file_of().bill.texts
            for language, text in one.text.items()
        }
        printed = ["why", "history", "glossary", "contract_end", "readings"]
        return {"profile": "es_water", "printed": printed, **own, **changes}

    def test_blocks_and_words_are_published_and_stand_on_the_specimen(self, olga):
        given = self.form(
            printed=["why", "history", "contract_end", "readings"],
            **{"legal-es": "Palabras propias.", "legal-en": "Words of our own."},
        )
        olga.post("settings/bill/", given)
        answer = olga.get("settings/bill/aguaviva/en.pdf")
        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        text = "".join(page.extract_text() for page in pages)

        assert "Words of our own." in text
        assert "Terms on this bill" not in text
        assert file_of().bill.leave_out == ("glossary",)
        olga.post("settings/bill/", self.form(**{"legal-es": "", "legal-en": ""}))
        assert file_of().bill.leave_out == ()

    def test_what_the_profile_wants_cannot_be_left_out(self, olga):
        before = file_of()
        page = olga.post("settings/bill/", self.form(printed=["why"]))
        assert page.status_code == 422
        assert "leave_out has" in page.content.decode()
        page = olga.post("settings/bill/", self.form(**{"disputes-es": "", "disputes-en": ""}))
        assert page.status_code == 422
        assert "none for disputes" in page.content.decode()
        assert file_of() == before

    def test_there_is_no_specimen_of_another_company_or_language(self, olga):
        assert olga.get("settings/bill/nobody/en.pdf").status_code == 404
        assert olga.get("settings/bill/aguaviva/hu.pdf").status_code == 404
