"""A utility's own words: places in braces, nothing that runs, nothing that is not known."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mains.notifications import own_words as messages
from mains.notifications.kinds import KINDS
from mains.notifications.models import Message
from mains.notifications.rendering import render, sender_of
from mains.notifications.rules import own_words
from mains.tenancy.tenantfile import parse

BALTA = Path(__file__).resolve().parents[3] / "tenants" / "balta.toml"
OWN = {
    "kind": "bill-issued",
    "subject": {"en": "{amount} for electricity, due {due}"},
    "text": {
        "en": "Dear {name},\n\nwe made bill {number}.\n\nWe take it on {collection}.\n\n{url}"
    },
}
VALUES = {
    "name": "Ann", "number": "BE1", "amount": "€12.00", "due": "1 May", "account": "042",
    "url": "https://x.example/bills/1/", "collection": "",
}  # fmt: skip


def balta(**changes):
    data = tomllib.loads(BALTA.read_text(encoding="utf-8"))
    return parse({**data, "mails": [{**OWN, **changes}]}, source="test")


def sent(values, *, language="en", file=None):
    message = Message(
        kind="bill-issued", key="bill-issued:1", recipient="ann@example.org", language=language,
        values={**VALUES, **values},
    )  # fmt: skip
    return render(message, sender=sender_of(file or balta()))


def test_places_are_filled_and_what_has_no_value_is_left_out():
    made = sent({})
    assert made.subject == "€12.00 for electricity, due 1 May"
    assert "we made bill BE1." in made.text
    assert "We take it on" not in made.text
    assert "We take it on 2 May." in sent({"collection": "2 May"}).text
    assert made.link == VALUES["url"]


def test_another_language_has_our_words():
    assert "€12.00" in sent({}, language="lv").subject
    assert "electricity" not in sent({}, language="lv").subject


def test_a_value_is_text_and_never_markup_nor_a_place():
    made = sent({"name": "<script>alert(1)</script> {amount} {{x}}"})
    assert "<script>alert(1)</script> {amount} {{x}}" in made.text
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html


def test_a_subject_is_one_line():
    assert "\n" not in sent({"amount": "12\r\nBcc: all@example.org"}).subject


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "no-such"}, "mails[0].kind: there is no message 'no-such'"),
        ({"kind": "staff-invitation"}, "there is no message"),
        ({"text": {"en": "Pay {sum} now, please.\n\n{url}"}}, "{sum} is not known; there are"),
        ({"text": {"en": "Pay {amount.__class__} now.\n\n{url}"}}, "is not known"),
        ({"text": {"en": "Pay {amount!r} now.\n\n{url}"}}, "is not known"),
        ({"text": {"en": "Pay {amount:>10} now.\n\n{url}"}}, "is not known"),
        ({"text": {"en": "Pay {0} now, at once.\n\n{url}"}}, "is not known"),
        ({"text": {"en": "Pay {amount now, at once.\n\n{url}"}}, "stands alone"),
        ({"text": {"en": "Pay {amount} now, at once."}}, "it needs {url}"),
        ({"text": {"lv": "Maksājiet {amount}.\n\n{url}"}}, "different languages"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_place(changes, said):
    with pytest.raises(messages.MailWrong) as refused:
        messages.check(balta(**changes))
    assert said in str(refused.value)


def test_what_can_be_sent_passes():
    messages.check(balta())


@given(st.text(alphabet="ab{}._!:[]0 \n", max_size=40))
def test_nothing_that_passes_fails_to_fill(text):
    known = {"ab", "a"}
    try:
        own_words.check(text, known=known)
    except ValueError:
        return
    made = own_words.filled(text, {"ab": "x", "a": "y"})
    assert "{" not in made


@pytest.mark.parametrize("language", ["en", "lv"])
def test_every_kind_can_be_written_and_previewed(language):
    from mains.notifications.previews import preview

    for kind in messages.kinds():
        made = preview(kind=kind, file=balta(), language=language)
        assert made.subject, kind
        assert made.text, kind
        link = KINDS[kind].link
        assert link is None or f"[{link}]" in made.text, f"{kind} has a button and no address"


def test_messages_are_in_the_brands_colour_and_small():
    made = sent({})
    assert sender_of(balta()).colour in made.html
    assert len(made.html.encode()) < 60_000
    assert made.sender_words.startswith("Balta Elektrība <")
