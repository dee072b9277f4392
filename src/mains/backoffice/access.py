"""Only the platform's own staff, with a second step, ever see the back office."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mains.identity import queries as identity
from mains.tenancy import queries

type View = Callable[..., HttpResponse]


def platform_staff(view: View) -> View:
    """
    Send visitors to the sign-in page, and tell everybody else that there is no such page.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not queries.is_platform_staff(user_id=user.pk):
            raise Http404
        if not identity.has_second_factor(user_id=user.pk):
            return render(request, "backoffice/second_factor.html", status=403)
        request.platform_staff = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return checked
