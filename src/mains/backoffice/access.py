"""Only the platform's own staff ever see the back office; a middleware asks their second step."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

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
        request.platform_staff = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return checked
