"""What gateways tell us: check the signature, store it once, act on it."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mains.payments import inbox
from mains.payments.gateways import UnknownGateway
from mains.payments.gateways.base import (
    ForgedWebhook,
    GatewayRefused,
    GatewayUnavailable,
)
from mains.tenancy.requests import TenantRequest

LARGEST_BODY = 64 * 1024


@csrf_exempt
@require_POST
def receive(request: TenantRequest, kind: str, company: str) -> HttpResponse:
    """
    Accept a webhook of one of the tenant's companies; a forged, foreign or old one gets 400.
    """
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
        return JsonResponse({"error": "too large"}, status=413)
    try:
        inbox.receive(
            tenant=request.tenant,
            company=company,
            kind=kind,
            body=request.body,
            headers=request.headers,
            now=request.now,
            today=request.today,
        )
    except (UnknownGateway, GatewayRefused):
        return JsonResponse({"error": "unknown gateway"}, status=404)
    except GatewayUnavailable:
        # It is sent again, and then the secret may be where it belongs.
        return JsonResponse({"error": "not ready"}, status=503)
    except ForgedWebhook as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    return JsonResponse({"received": True})
