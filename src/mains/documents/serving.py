"""Serve stored files: those that everybody may see, and those whose address was given out."""

from typing import cast

from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mains.documents import queries, storage
from mains.guard.keys import unsign

# So long an address of this machine's own store is good; S3 counts by itself.
LINK_SECONDS = 60


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


@never_cache
@require_safe
def linked(_request: HttpRequest, token: str) -> HttpResponseBase:
    """
    Serve the file that an address was signed for, while it is young; it says nothing else.
    """
    try:
        given = cast(
            dict[str, str], unsign(token, purpose=storage.LINK, max_age_seconds=LINK_SECONDS)
        )
        path = storage.path_of(name=given["name"])
    except (BadSignature, storage.FileMissing) as error:
        raise Http404 from error
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=given["file"], content_type=given["type"]
    )
