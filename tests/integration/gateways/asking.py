"""What the tests of the contract share: which gateways can what, and a payment to begin with."""

import pytest
from tests.integration.gateways.worlds import AMOUNT

# What each gateway can; a test of its own compares it with what the gateways say.
STORES = ("sandbox", "stripe")
CLOSES = ("sandbox", "stripe")
REFUNDS = ("sandbox", "stripe", "liqpay")
HOSTED = ("sandbox", "stripe", "liqpay", "privat")
# On their pages a declined card is not the end.
TRY_AGAIN = ("sandbox", "stripe")


def at(*kinds):
    return pytest.mark.parametrize("world", kinds, indirect=True)


def refund_of(world, notice, reference="", amount_minor=AMOUNT):
    from mains.payments.gateways.base import Refund

    return Refund(
        reference=reference or f"back-{notice.reference}",
        merchant=world.merchant,
        gateway_reference=notice.gateway_reference,
        amount_minor=amount_minor,
        currency=world.currency,
    )


def paid(world):
    charge = world.charge()
    started = world.gateway.start(charge)
    world.pay(charge)
    return charge, world.gateway.ask(charge, known_as=started.gateway_reference)
