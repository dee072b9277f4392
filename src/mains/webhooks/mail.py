"""What a mail provider tells us: which messages came back."""

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mains.core.signatures import BadSignature, check
from mains.journeys import bounced_mail
from mains.notifications.bounces import Report
from mains.tenancy.requests import TenantRequest

LARGEST_BODY = 64 * 1024


@csrf_exempt
@require_POST
def bounces(request: TenantRequest) -> HttpResponse:
    """
    Take in one report, signed with the tenant's secret: `{"id", "type", "recipient", "reason"}`.

    `type` is `hard` where the message will never arrive; others are taken and change nothing.
    `message` may name the Message-ID. A forged, foreign or old one gets 400.
    """
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
        return JsonResponse({"error": "too large"}, status=413)
    header = request.headers.get(bounced_mail.HEADER, "")
    secret = bounced_mail.secret_of(request.tenant)
    try:
        check(secret=secret, body=request.body, header=header, now=datetime.now(UTC))
        event = json.loads(request.body)
        report = _report(event)
    except BadSignature as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "not a report: id, type and recipient"}, status=400)
    is_new = event["type"] == "hard" and bounced_mail.take_in(
        tenant=request.tenant, report=report, actor="system", now=request.now
    )
    return JsonResponse({"received": True, "new": is_new})


def _report(event: dict[str, Any]) -> Report:
    texts = {name: event.get(name, "") for name in ("reason", "message")} | {
        name: event[name] for name in ("id", "type", "recipient")
    }
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError
    if not texts["id"] or not texts["recipient"]:
        raise ValueError
    return Report(texts["id"], texts["recipient"], texts["reason"], texts["message"])
