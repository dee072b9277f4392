"""Error pages whose words only fit customers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mains.core.requests import request_id


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """
    Say that an account's holder did not share this.
    """
    return render(request, "portal/forbidden.html", {"reference": request_id()}, status=403)
