"""What one tenant signed, cached, stored or sent is worthless in another."""

import pytest
from django.core import signing
from django.core.cache import cache

from mains.guard import context, keys

pytestmark = pytest.mark.usefixtures("unblocked")

A, B = "alder", "birch"


def test_a_signed_value_holds_for_one_tenant_and_one_purpose():
    with context.inside(A):
        token = keys.sign({"bill": 7}, purpose="guest-bill")
        assert keys.unsign(token, purpose="guest-bill") == {"bill": 7}
        with pytest.raises(signing.BadSignature):
            keys.unsign(token, purpose="another")
    for other in (B, "public"):
        with context.inside(other), pytest.raises(signing.BadSignature):
            keys.unsign(token, purpose="guest-bill")


def test_control_without_the_tenant_in_its_salt_it_would_hold_everywhere(monkeypatch):
    monkeypatch.setattr(keys, "_salt", lambda purpose: purpose)
    with context.inside(A):
        token = keys.sign({"bill": 7}, purpose="guest-bill")
    with context.inside(B):
        assert keys.unsign(token, purpose="guest-bill") == {"bill": 7}


def test_a_key_is_of_one_tenant_and_one_purpose_and_stays():
    found = {}
    for slug in (A, B):
        with context.inside(slug):
            found |= {(slug, purpose): keys.secret(purpose=purpose) for purpose in ("x", "y")}
            assert keys.secret(purpose="x") == found[slug, "x"]

    assert len(set(found.values())) == 4
    assert {len(key) for key in found.values()} == {32}


def test_where_nobody_is_served_there_is_no_key():
    with pytest.raises(context.NoTenant):
        keys.secret(purpose="x")


def test_a_cached_value_is_not_found_elsewhere():
    with context.inside(A):
        cache.set("whose", A)
    with context.inside(B):
        assert cache.get("whose") is None
        cache.set("whose", B)
    with context.inside(A):
        assert cache.get("whose") == A
        cache.clear()


def test_a_value_of_the_platform_is_found_everywhere():
    with context.inside(A):
        cache.set("platform:news", 1)
    with context.inside(B):
        assert cache.get("platform:news") == 1
    assert cache.get("platform:news") == 1


def test_a_stored_file_is_not_found_elsewhere(tmp_path, settings):
    from mains.documents import storage

    settings.DATA_DIR, settings.S3_BUCKET = tmp_path, ""
    with context.inside(A):
        key = storage.put(name="logos/a.png", data=b"A", content_type="image/png")
        assert key == "t/alder/logos/a.png"
        assert storage.get(name="logos/a.png") == b"A"
    with context.inside(B):
        with pytest.raises(storage.FileMissing):
            storage.get(name="logos/a.png")
        for around in ("../alder/logos/a.png", "../../t/alder/logos/a.png", "/t/alder/x", ""):
            with pytest.raises(keys.UnusableFileName):
                storage.get(name=around)


def test_control_without_the_check_a_name_climbs_out(tmp_path, settings, monkeypatch):
    from mains.documents import storage

    settings.DATA_DIR, settings.S3_BUCKET = tmp_path, ""
    with context.inside(A):
        storage.put(name="a.png", data=b"A", content_type="image/png")
    with context.inside(B):
        storage.put(name="b.png", data=b"B", content_type="image/png")
        monkeypatch.setattr(storage, "storage_key", lambda name: f"t/{B}/{name}")
        assert storage.get(name="../alder/a.png") == b"A"


def test_a_session_is_not_found_elsewhere():
    from django.contrib.sessions.backends.db import SessionStore

    with context.inside(A):
        session = SessionStore()
        session["whose"] = A
        session.create()
    for other in (B, "public"):
        with context.inside(other):
            assert not SessionStore(session_key=session.session_key).load()
    with context.inside(A):
        assert SessionStore(session_key=session.session_key)["whose"] == A
        session.delete()


class TestJobs:
    @pytest.fixture
    def sent(self, monkeypatch):
        from celery import current_app

        messages = []
        monkeypatch.setattr(
            current_app._get_current_object(),
            "send_task",
            lambda name, kwargs, **_options: messages.append((name, kwargs)),
        )
        return messages

    def test_carry_the_tenant_in_which_they_were_asked_for(self, sent):
        from django.db import connection, transaction

        from mains.core.jobs import Job

        job = Job("tests.carried")
        with context.inside(A), transaction.atomic():
            job.send_after_commit(bill_id=1)
            assert sent == []
        assert sent == [("tests.carried", {"bill_id": 1, "_tenant": A})]
        sent.clear()
        # Asked for in one tenant of a read-only transaction, sent while serving another.
        with context.inside(A), connection.reading():
            job.send_after_commit(bill_id=2)
            context.choose(B)
            job.send_after_commit(bill_id=3)
            context.choose(A)
        assert [message["_tenant"] for _name, message in sent] == [A, B]

    def test_are_not_sent_after_a_rollback(self, sent):
        from django.db import transaction

        from mains.core.jobs import Job

        with (  # noqa: PT012
            pytest.raises(ZeroDivisionError),
            context.inside(A),
            transaction.atomic(),
        ):
            Job("tests.carried").send_after_commit(bill_id=1)
            raise ZeroDivisionError
        assert sent == []

    def test_leave_nothing_behind_when_they_fail(self):
        from mains.core.jobs import Job, tenant_task

        @tenant_task(Job("tests.failing"))
        def task(**_ids):
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            task(_tenant=A)
        assert context.current() is None
