"""User names, and what a browser says about itself."""

import pytest

from mains.identity.rules.devices import device
from mains.identity.rules.usernames import is_usable


@pytest.mark.parametrize("name", ["anna", "Anna.B", "a-b", "Žanna_1", "x" * 60])
def test_usable(name):
    assert is_usable(name)


@pytest.mark.parametrize(
    "name", ["", "ab", "x" * 61, ".anna", "anna.", "an na", "anna@b", "anna\n", "_anna"]
)
def test_not_usable(name):
    assert not is_usable(name)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
         "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", "curl/8.0"),
        ("", "–"),
    ],
)  # fmt: skip
def test_a_browser_in_two_words(agent, said):
    assert device(agent) == said
