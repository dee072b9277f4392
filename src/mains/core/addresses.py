"""Where a request came from, behind load balancers that we know and no others."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = "HTTP_X_FORWARDED_FOR"


def client_address(*, peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """
    Return the address of the first sender, counted from us, that is no proxy of ours.

    What stands further left in `X-Forwarded-For` was written by that sender and may be invented.
    """
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    nearest = peer
    while chain and _is_trusted(nearest, trusted):
        nearest = chain.pop()
    return nearest if _is_address(nearest) else peer


def _is_trusted(address: str, trusted: Sequence[str]) -> bool:
    return _is_address(address) and any(
        ip_address(address) in ip_network(network) for network in trusted
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class ClientAddressMiddleware:
    """
    Put the sender's own address where budgets and logs of sessions look for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXIES:
            request.META["REMOTE_ADDR"] = client_address(
                peer=request.META.get("REMOTE_ADDR", ""),
                forwarded=request.META.get(FORWARDED, ""),
                trusted=settings.TRUSTED_PROXIES,
            )
        return self.get_response(request)
