"""
A transfer from the payer's own bank: no gateway at all, only a page of ours that says where to.

What arrives is found in the bank's statements, by the reference on the bill. So nothing here is
ever paid, given back or told; the page ends when our time is over, and holds no other way to pay
back meanwhile.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from mains.payments.gateways.base import (
    Ability,
    Asked,
    Charge,
    ChargeState,
    Detail,
    ForgedWebhook,
    GatewayRefused,
    Merchant,
    MoneyBack,
    News,
    Notice,
    OtherNews,
    Refund,
    Started,
    StoresNoCards,
)


class BankTransferGateway(StoresNoCards):
    kind = "bank_transfer"
    title = _("Bank transfer")
    about = _("A page with your account and the bill's reference; found again in your statements.")
    abilities: frozenset[Ability] = frozenset()
    details: Mapping[Detail, Asked] = {}

    def moves_money(self, merchant: Merchant) -> bool:
        return True

    def try_out(self, merchant: Merchant) -> None:
        """
        Ask nobody: there is no gateway.
        """

    def start(self, charge: Charge) -> Started:
        portal = "{0.scheme}://{0.netloc}".format(urlsplit(charge.return_url))
        return Started(
            gateway_reference=charge.reference,
            page_url=f"{portal}/pay/transfer/{charge.reference}/",
        )

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        return _notice(charge, ChargeState.OPEN)

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        return _notice(charge, ChargeState.EXPIRED)

    def refund(self, refund: Refund) -> MoneyBack:
        raise GatewayRefused("gives nothing back")

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Refuse everything: banks tell by statements.
        """
        raise ForgedWebhook("Nobody sends webhooks about transfers.")

    def read_webhook(self, body: bytes) -> News:
        return OtherNews(event_id="")


def _notice(charge: Charge, state: ChargeState) -> Notice:
    return Notice(
        reference=charge.reference,
        state=state,
        gateway_reference=charge.reference,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
    )
