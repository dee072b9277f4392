"""What a support view shows. Whatever is not listed here is refused: a new page is no exception."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Where the view is opened with a token, and where it ends.
OPEN, END = "portal:support-open", "portal:support-end"
# Pages that neither change anything, nor hand out files of personal data, nor protect the login.
SHOWN = frozenset({
    "portal:home", "portal:help", "portal:legal", "portal:me", "portal:access", "portal:accounts",
    "portal:people", "portal:contracts", "portal:delivery", "portal:bills", "portal:bill",
    "portal:bill-pdf", "portal:next-bill", "portal:pay",
    "portal:payments", "portal:statement", "portal:report", "portal:readings",
    "portal:readings-many", "portal:usage",
})  # fmt: skip
# The look of a page, which says nothing about anybody.
LOOK = ("/brand/", "/static/")


def name_of(request: HttpRequest) -> str | None:
    """
    Return the name of the route that a request is for, or None where there is none.
    """
    try:
        return resolve(request.path_info, request.urlconf).view_name
    except Resolver404:
        return None


def may_pass(request: HttpRequest) -> bool:
    """
    Tell whether a support view may send a request: it looks at a listed page, or ends the view.

    Looking at an address that nothing serves passes as well: it is answered with a 404.
    """
    name = name_of(request)
    if request.method in SAFE:
        return name is None or name in SHOWN
    return request.method == "POST" and name == END
