"""One folder per gateway, and this registry: adding one is a folder and a line."""

from mains.payments.gateways.bank_transfer import BankTransferGateway
from mains.payments.gateways.base import Gateway
from mains.payments.gateways.liqpay import LiqPayGateway
from mains.payments.gateways.privat import PrivatGateway
from mains.payments.gateways.sandbox import SandboxGateway
from mains.payments.gateways.stripe import StripeGateway


class UnknownGateway(Exception):
    """The configuration names a gateway whose folder does not exist here yet."""


ALL: tuple[Gateway, ...] = (
    SandboxGateway(),
    StripeGateway(),
    LiqPayGateway(),
    PrivatGateway(),
    BankTransferGateway(),
)
GATEWAYS: dict[str, Gateway] = {gateway.kind: gateway for gateway in ALL}


def gateway(kind: str) -> Gateway:
    """
    Return the gateway of a kind.

    :raises UnknownGateway: if there is no folder for it.
    """
    try:
        return GATEWAYS[kind]
    except KeyError:
        raise UnknownGateway(kind) from None
