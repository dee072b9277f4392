"""Error pages in the brand of the host, with the reference that our staff ask for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mains.core.requests import request_id

# Where every code of the API's problems is explained.
DOCUMENTED = "https://mains.example/docs/reference/errors#"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, "core/not_found.html", {"reference": request_id()}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, "core/forbidden.html", {"reference": request_id()}, status=403)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return render(request, "core/expired_form.html", {"reference": request_id()}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "core/server_error.html", {"reference": request_id()}, status=500)
