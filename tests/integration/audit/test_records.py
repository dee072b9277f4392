"""What the audit takes, what it refuses, and how it is read."""

from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.usefixtures("tenant")
NOW = datetime(2026, 11, 4, 9, 0, tzinfo=UTC)


def record(**changes):
    from mains.audit import actions

    facts = {"action": "tenant.opened", "subject": "tenant:balta", "actor": "staff:3", "now": NOW}
    return actions.record(**facts | changes)


def test_entries_are_found_by_subject_action_and_actor_newest_first():
    from mains.audit import queries

    first = record(detail={"version": 2})
    second = record(action="tenant.closed")
    third = record(subject="tenant:tavho", actor="system")

    def numbers(**wanted):
        return [row.number for row in queries.entries(**wanted)]

    assert numbers() == [third, second, first]
    assert numbers(subject="tenant:balta") == [second, first]
    assert numbers(action="tenant.closed") == [second]
    assert numbers(actor="system") == [third]
    assert numbers(limit=1, before=third) == [second]
    assert queries.entries(before=second)[0].detail == {"version": 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "opened"},
        {"action": "Tenant.opened"},
        {"subject": "ilze@balta.example"},
        {"actor": "Ilze Ozola"},
        {"actor": "ilze@balta.example"},
        {"detail": {"email": "ilze@balta.example"}},
        {"detail": {"name": "Ilze Ozola"}},
        {"detail": {"amount": 1.5}},
        {"detail": {"rows": [1]}},
        {"detail": {"row": {"id": 1}}},
        {"detail": {"code": "x" * 201}},
        {"detail": {"reason": "asked by ilze@balta.example"}},
    ],
)
def test_names_e_mails_and_unknown_shapes_are_refused_and_nothing_is_written(changes):
    from mains.audit import actions, queries

    with pytest.raises(actions.Unrecordable):
        record(**changes)
    assert queries.entries() == []


def test_a_reason_may_have_words_and_its_e_mails_are_blotted_out():
    from mains.audit import queries
    from mains.audit.rules.chain import without_addresses

    record(detail={"reason": without_addresses("asked by  ilze@balta.example\n twice")})
    assert queries.entries()[0].detail == {"reason": "asked by … twice"}


def test_outside_a_transaction_nothing_is_recorded(unblocked):
    from django.db import connection

    from mains.core.transactions import TransactionRequired
    from mains.guard import context

    with context.inside("birch"):
        assert connection.in_atomic_block  # the fixture's own
    from mains.audit import actions

    blocked, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with pytest.raises(TransactionRequired):
            actions.record(action="a.b", subject="x", actor="system", now=NOW)
    finally:
        connection.in_atomic_block = blocked


def test_a_customer_reads_who_looked_at_an_account_page_by_page():
    from mains.audit import actions, queries

    for page in ("/", "/bills/"):
        actions.record_access(
            account_id=7,
            actor="staff:3",
            purpose="SUPPORT",
            reason="Call of the morning",
            page=page,
            now=NOW,
        )
    actions.record_access(account_id=8, actor="x", purpose="SUPPORT", reason="y", now=NOW)

    rows = queries.accesses(account_ids=[7])
    assert [(row.page, row.actor, row.reason) for row in rows] == [
        ("/bills/", "staff:3", "Call of the morning"),
        ("/", "staff:3", "Call of the morning"),
    ]
    assert [row.page for row in queries.accesses(account_ids=[7], before=rows[0].id)] == ["/"]
    assert queries.accesses(account_ids=[]) == []
