"""What is written down of a merchant."""

from mains.payments.gateways.base import Merchant


def test_its_secrets_are_not():
    merchant = Merchant(name="alder:one", secret="sk_test_x", webhook_secrets=("whsec_test_y",))

    assert "alder:one" in repr(merchant)
    assert "sk_test_x" not in repr(merchant)
    assert "whsec_test_y" not in repr(merchant)
