"""Two drafts have one hash exactly if they bill the same."""

import pytest

from mains.billing.rules.hashing import account_hash, blocked_hash, whole_hash

FACTS = {"number": "", "reference": "", "total": "1.00", "delivery": "PAPER", "lines": [{"a": "1"}]}


def digest(**changed):
    email = changed.pop("email", "a@home.example")
    return account_hash(FACTS | changed, delivery_email=email)


def test_the_number_given_at_issue_does_not_matter():
    assert digest(number="B-1", reference="RF1") == digest()


def test_neither_does_the_order_of_facts():
    assert account_hash(dict(reversed(FACTS.items())), delivery_email="a@home.example") == digest()


@pytest.mark.parametrize(
    "changed",
    [
        {"total": "1.01"}, {"delivery": "ELECTRONIC"}, {"lines": [{"a": "2"}]}, {"lines": []},
        {"email": "b@home.example"}, {"collection_date": "2026-11-20"},
    ],
)  # fmt: skip
def test_everything_else_does(changed):
    assert digest(**changed) != digest()


def test_reasons_differ():
    one = blocked_hash(hold="NO_READING", explanation="water")
    assert one != blocked_hash(hold="NO_READING", explanation="gas")
    assert one != blocked_hash(hold="NO_TARIFF", explanation="water")


def test_a_whole_depends_on_each_and_on_no_order():
    assert whole_hash([(2, "b"), (10, "a")]) == whole_hash([(10, "a"), (2, "b")])
    assert whole_hash([(2, "b")]) != whole_hash([(2, "c")])
    assert whole_hash([(2, "b")]) != whole_hash([(3, "b")])
    assert whole_hash([]) != whole_hash([(2, "b")])
