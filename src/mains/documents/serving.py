"""Serve stored files that everybody may see."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mains.documents import queries


@require_safe
def logo(request: HttpRequest, name: str, **_more: str) -> HttpResponse:  # noqa: ARG001
    """
    Serve the tenant's logo; its name is its content's hash, so it may be kept for ever.
    """
    data = queries.logo(name=name)
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
