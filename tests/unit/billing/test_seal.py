"""The sealed text is canonical: the same facts give the same bytes, whoever writes them."""

import json
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from mains.billing.documents.facts import seal

# What facts are made of: texts, ids, nothing, lists and objects; no floats.
texts = st.text(st.characters(exclude_categories=["Cs"]))
facts = st.recursive(
    texts | st.integers(-(2**53), 2**53) | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=12,
)


@given(st.dictionaries(texts, facts))
def test_the_text_is_what_the_standard_library_would_write(content):
    text, digest = seal(content)
    assert text == json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest == sha256(text.encode()).hexdigest()


def test_the_order_in_which_facts_were_gathered_is_no_matter():
    assert seal({"b": 1, "a": ["ü", None]}) == seal({"a": ["ü", None], "b": 1})
