"""What a support view says instead of a page of the customer's."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.core.errors import DOCUMENTED
from mains.core.requests import request_id
from mains.core.wording import instant_text
from mains.tenancy import registry


@dataclass(frozen=True, slots=True)
class Watching:
    """
    The banner on every page of a view.
    """

    text: str
    end_url: str


def watching(request: Any) -> Watching | None:
    """
    Return who looks as whom and until when, or None outside of a support view.
    """
    view = getattr(request, "support_view", None)
    if view is None:
        return None
    text = _(
        "%(staff)s sees the portal as %(login)s does, until %(until)s. Nothing can be changed."
    )
    until = instant_text(
        view.expires_at.astimezone(request.tenant.zone), language=get_language() or "en"
    )
    shown = {"staff": view.staff, "login": view.user.email, "until": until}
    return Watching(text % shown, "/support/end/")


def refused(request: Any) -> HttpResponse:
    """
    Say that a support view does not do or show this.
    """
    if not request.path.startswith("/api/"):
        return render(request, "portal/support/refused.html", status=403)
    problem = {
        "type": f"{DOCUMENTED}support_view",
        "title": "Not in a support view",
        "status": 403,
        "detail": "A support view shows pages of the portal. End it to use the API.",
        "instance": request_id(),
        "code": "support_view",
        "errors": [],
    }
    return JsonResponse(problem, status=403, content_type="application/problem+json")


def over(request: Any, *, status: int) -> HttpResponse:
    """
    Say that the view has ended, and where its staff go on.
    """
    place = f"{registry.surface_url('console')}/{request.tenant.schema_name}/"
    return render(request, "portal/support/over.html", {"console": place}, status=status)
