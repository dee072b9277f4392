"""Ask once more who it is before something that protects a login, or money, is changed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

type View = Callable[..., HttpResponse]


def reauthentication_required(view: View) -> View:
    """
    Let nobody reach a view whose password, code or passkey is older than five minutes.

    What was posted is kept and goes on once they have proven it; visitors go to the sign-in page.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not did_recently_reauthenticate(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return checked
