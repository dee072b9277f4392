"""Only our own load balancers are believed about where a request came from."""

import pytest

from mains.config.env import UnusableEnvironment, read
from mains.core.addresses import client_address

OURS = ("10.0.0.0/8", "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("2001:db8:1::7", "2a00::1", "2a00::1"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "not an address", "10.1.2.3"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_stranger_is_who_it_came_from(peer, forwarded, found):
    assert client_address(peer=peer, forwarded=forwarded, trusted=OURS) == found


def test_nobody_is_believed_unless_named():
    assert client_address(peer="10.1.2.3", forwarded="198.51.100.1", trusted=()) == "10.1.2.3"


def test_a_network_that_is_none_is_refused_at_start():
    values = {"DATABASE_URL": "postgresql://a@b/c", "SECRET_KEY": "x"}
    with pytest.raises(UnusableEnvironment, match="TRUSTED_PROXIES"):
        read({**values, "TRUSTED_PROXIES": "10.0.0.0/8, balancer"})
    assert read({**values, "TRUSTED_PROXIES": "10.0.0.0/8"}).trusted_proxies == ("10.0.0.0/8",)
