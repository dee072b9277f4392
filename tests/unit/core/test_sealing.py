"""What is sealed opens here, as whose it is, and nowhere else."""

import pytest

from mains.config.env import UnusableEnvironment, read
from mains.core import sealing

OLD, NEW, OTHER = ("old" + "0" * 40, "new" + "0" * 40, "other" + "0" * 40)
WHOSE = "balta/stripe-1f0c22ab"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.MASTER_KEYS = (OLD,)


def test_it_opens_as_it_was():
    sealed = sealing.seal("sk_live_ā", whose=WHOSE)
    assert sealing.opened(sealed, whose=WHOSE) == "sk_live_ā"
    assert b"sk_live" not in sealed.value + sealed.key
    assert "sk_live" not in repr(sealed)


def test_twice_it_looks_different():
    one, other = sealing.seal("same", whose=WHOSE), sealing.seal("same", whose=WHOSE)
    assert one.value != other.value
    assert one.key != other.key


@pytest.mark.parametrize("whose", ["teplo/stripe-1f0c22ab", "balta/stripe-00000000", ""])
def test_it_opens_for_nobody_else(whose):
    sealed = sealing.seal("sk_live", whose=WHOSE)
    with pytest.raises(sealing.CannotOpen):
        sealing.opened(sealed, whose=whose)


@pytest.mark.parametrize("part", ["key", "value"])
def test_a_changed_bit_is_found(part):
    sealed = sealing.seal("sk_live", whose=WHOSE)
    parts = {"key": sealed.key, "value": sealed.value}
    parts[part] = parts[part][:-1] + bytes([parts[part][-1] ^ 1])
    with pytest.raises(sealing.CannotOpen):
        sealing.opened(sealing.Sealed(**parts), whose=WHOSE)


def test_a_new_key_takes_over(settings):
    sealed = sealing.seal("sk_live", whose=WHOSE)
    settings.MASTER_KEYS = (NEW, OLD)
    assert sealing.opened(sealed, whose=WHOSE) == "sk_live"
    again = sealing.sealed_again(sealed, whose=WHOSE)
    settings.MASTER_KEYS = (NEW,)
    assert sealing.opened(again, whose=WHOSE) == "sk_live"
    with pytest.raises(sealing.CannotOpen):
        sealing.opened(sealed, whose=WHOSE)


@pytest.mark.parametrize("known", [(), (OTHER,)])
def test_without_its_key_nothing_opens(settings, known):
    sealed = sealing.seal("sk_live", whose=WHOSE)
    settings.MASTER_KEYS = known
    with pytest.raises((sealing.NoMasterKey, sealing.CannotOpen)):
        sealing.opened(sealed, whose=WHOSE)


def test_without_a_key_nothing_is_sealed(settings):
    settings.MASTER_KEYS = ()
    with pytest.raises(sealing.NoMasterKey):
        sealing.seal("sk_live", whose=WHOSE)


def test_a_key_that_is_too_short_is_refused_at_start():
    values = {"DATABASE_URL": "postgresql://a@b/c", "SECRET_KEY": "x"}
    with pytest.raises(UnusableEnvironment, match="MASTER_KEYS"):
        read({**values, "MASTER_KEYS": f"{NEW} short"})
    assert read({**values, "MASTER_KEYS": f"{NEW} {OLD}"}).master_keys == (NEW, OLD)
    assert read(values).master_keys == ()
