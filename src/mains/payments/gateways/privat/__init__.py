"""
Privat24: a signed form opens its page, signed XML tells how a payment stands, signed callbacks.

A payment goes by our reference there (`order`). Its pages have no end and cannot be closed, and
its interface for merchants gives nothing back: refunds are made in the bank's own pages.

api.privatbank.ua, section for merchants: `ishop`, `ishop_pstatus`
"""

import hashlib
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

from django.utils.translation import gettext_noop as _

from mains.core.money import Money
from mains.payments.gateways.base import (
    Ability,
    Asked,
    Charge,
    ChargeState,
    Detail,
    ForgedWebhook,
    GatewayRefused,
    GatewayUnavailable,
    Merchant,
    MoneyBack,
    News,
    Notice,
    Refund,
    Started,
    StillPayable,
    StoresNoCards,
    WrongKey,
)
from mains.payments.gateways.decimals import minor_of
from mains.payments.gateways.http import post
from mains.payments.gateways.privat import signing

PAGE = "https://api.privatbank.ua/p24api/ishop"
STATUS = "https://api.privatbank.ua/p24api/ishop_pstatus"
XML = "text/xml; charset=utf-8"
STATES = {
    "ok": ChargeState.SUCCEEDED,
    "wait": ChargeState.PROCESSING,
    "fail": ChargeState.FAILED,
    # Nobody's money.
    "test": ChargeState.FAILED,
    "not found": ChargeState.OPEN,
    "incomplete": ChargeState.OPEN,
}
# They would end a field of the text that is signed.
_NOT_IN_TEXT = str.maketrans({"&": " ", "=": " ", "+": " ", "%": " ", "#": " ", ";": " "})


class PrivatGateway(StoresNoCards):
    kind = "privat"
    title = "Privat24"
    about = _("Paying from an account at PrivatBank; gives nothing back by itself.")
    abilities: frozenset[Ability] = frozenset()
    details: Mapping[Detail, Asked] = {
        Detail.ACCOUNT: Asked(
            _("Merchant's number"), _("In Privat24 for business, under the merchant.")
        ),
        Detail.KEY: Asked(
            _("Merchant's password"), _("Beside the number. It also signs what the bank tells us.")
        ),
    }

    def moves_money(self, merchant: Merchant) -> bool:
        return True

    def try_out(self, merchant: Merchant) -> None:
        reference = f"try-{secrets.token_hex(8)}"
        if _asked(merchant, reference).get("order") != reference:
            raise GatewayUnavailable("It answers something else.")

    def start(self, charge: Charge) -> Started:
        payment = {
            "amt": Money(charge.amount_minor, charge.currency).as_text(),
            "ccy": charge.currency,
            "details": (charge.text or charge.reference).translate(_NOT_IN_TEXT),
            "ext_details": charge.reference,
            "pay_way": "privat24",
            "order": charge.reference,
            "merchant": charge.merchant.account,
        }
        text = signing.payment_text(payment)
        if not charge.merchant.secret:
            raise WrongKey("Privat24 has no password here: set the secret.")
        fields = {
            **payment,
            "return_url": charge.return_url,
            "server_url": charge.webhook_url,
            "signature": signing.sign(text.encode(), charge.merchant.secret),
        }
        return Started(
            gateway_reference=charge.reference, page_url=PAGE, fields=tuple(fields.items())
        )

    def ask(self, charge: Charge, *, known_as: str) -> Notice:
        found = _asked(charge.merchant, charge.reference)
        if found.get("order") != charge.reference or found.get("state") not in STATES:
            raise GatewayUnavailable("It answers something else.")
        # What nobody has paid has no amount there yet.
        asked = {"amt": Money(charge.amount_minor, charge.currency).as_text(),
                 "ccy": charge.currency}  # fmt: skip
        is_open = STATES[found["state"]] is ChargeState.OPEN
        return _notice({**asked, **found} if is_open else found)

    def expire(self, charge: Charge, *, known_as: str) -> Notice:
        notice = self.ask(charge, known_as=known_as)
        if notice.state is ChargeState.OPEN:
            raise StillPayable(charge.reference)
        return notice

    def refund(self, refund: Refund) -> MoneyBack:
        raise GatewayRefused("gives nothing back")

    def check_webhook(self, *, merchant: Merchant, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Accept what this merchant's password signed.

        Privat24 does not sign when it sent it: an old one again is the same event, and taken once.
        """
        text, signature = _form(body)
        passwords = [one for one in (merchant.secret, *merchant.webhook_secrets) if one]
        if not any(signing.is_signed(text.encode(), signature, one) for one in passwords):
            raise ForgedWebhook("No password of this merchant signed it.")
        found = signing.read_payment(text)
        if found.get("merchant") != merchant.account or found.get("state") not in STATES:
            raise ForgedWebhook("It is about another merchant, or about nothing.")

    def read_webhook(self, body: bytes) -> News:
        text, _signature = _form(body)
        event_id = hashlib.sha256(text.encode()).hexdigest()
        return _notice(signing.read_payment(text), event_id=event_id)


def _asked(merchant: Merchant, reference: str) -> dict[str, str]:
    """
    Return what Privat24 says of a payment; who has another password does not sign as we do.
    """
    if not merchant.secret:
        raise WrongKey("Privat24 has no password here: set the secret.")
    document = signing.question(merchant.account, reference, merchant.secret)
    answer = post(STATUS, document, content_type=XML)
    try:
        return signing.answer(answer, merchant.secret)
    except signing.NotSigned as error:
        raise WrongKey("Its answer is not signed with this password.") from error
    except signing.Unreadable as error:
        raise GatewayUnavailable("Its answer cannot be read.") from error


def _notice(found: Mapping[str, str], *, event_id: str = "") -> Notice:
    if not {"order", "amt", "ccy"} <= set(found):
        raise GatewayUnavailable("It does not tell of what, or how much.")
    state = STATES[found["state"]]
    return Notice(
        reference=found["order"],
        state=state,
        gateway_reference=found["order"],
        amount_minor=minor_of(found["amt"], found["ccy"]),
        currency=found["ccy"],
        failure=found["state"] if state is ChargeState.FAILED else "",
        event_id=event_id,
    )


def _form(body: bytes) -> tuple[str, str]:
    fields = parse_qs(body.decode("utf-8", "replace"))
    return fields.get("payment", [""])[0], fields.get("signature", [""])[0]
