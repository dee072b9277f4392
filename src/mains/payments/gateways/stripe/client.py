"""The one place where Stripe's SDK is asked, and where its errors become ours."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import stripe
import structlog
from django.conf import settings

from mains.payments.gateways.base import GatewayRefused, GatewayUnavailable, Merchant, WrongKey

log = structlog.get_logger()
# At INFO the SDK writes down what Stripe says, and that may repeat what was sent.
logging.getLogger("stripe").setLevel(logging.WARNING)
# To connect, and to wait for an answer.
TIMEOUT_SECONDS = (5, 25)
# It is nobody's fault but our configuration's. What is refused is never asked again, so a key that
# was withdrawn must not end what may be paid.
_WRONG_KEY = (stripe.AuthenticationError, stripe.PermissionError)
# Its last word is not known: ask again later.
_SILENT = (
    stripe.APIConnectionError,
    stripe.RateLimitError,
    # The key is known with other parameters: what became of it then, nobody has told yet.
    stripe.IdempotencyError,
)


def client(merchant: Merchant) -> stripe.StripeClient:
    """
    Return the SDK's client for a merchant: by its own key, or by ours for its connected account.

    :raises WrongKey: if there is no key, or ours would act for nobody but ourselves.
    """
    key = merchant.secret or (settings.STRIPE_SECRET_KEY if merchant.account else "")
    if not key:
        raise WrongKey("Stripe has no key here: type one, or the account that ours acts for.")
    return stripe.StripeClient(
        key,
        # A key of its own is the account's; ours acts for it.
        stripe_account=None if merchant.secret else merchant.account or None,
        base_addresses={"api": settings.STRIPE_ADDRESS},
        # Asking again has one owner, and that is our sweep.
        max_network_retries=0,
        http_client=_http(),
    )


@lru_cache(maxsize=1)
def _http() -> stripe.RequestsClient:
    # Keeps its connections, one set for each thread.
    return stripe.RequestsClient(timeout=TIMEOUT_SECONDS)


def asked(act: Callable[[], stripe.StripeObject]) -> dict[str, Any]:
    """
    Return what Stripe answers; behind a declined card's refusal stands the SDK's CardError.

    :raises WrongKey: if it does not take the key, or the key may not do that.
    :raises GatewayUnavailable: if its answer is lost, or not final.
    :raises GatewayRefused: if it says no; the reason is a code of Stripe's.
    """
    try:
        return act().to_dict()
    except _WRONG_KEY as error:
        raise WrongKey(_reason(error)) from error
    except _SILENT as error:
        raise GatewayUnavailable(_reason(error)) from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        log.warning("stripe.refused", reason=_reason(error), request=error.request_id)
        raise GatewayRefused(_reason(error)) from error
    except stripe.StripeError as error:
        # 409 while the same key is at work, 5xx, and what cannot be read.
        raise GatewayUnavailable(_reason(error)) from error


def _reason(error: stripe.StripeError) -> str:
    # Never the message: it may repeat what was sent, even a part of a key.
    about = getattr(error, "error", None)
    found = error.code or getattr(about, "code", None) or getattr(about, "type", None)
    return str(found or type(error).__name__)
