"""What every page of the back office carries: its menu."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mains.branding.components import NavItem


def backoffice(request: HttpRequest) -> dict[str, Any]:
    """
    Give the pages of the platform's staff their menu.
    """
    if getattr(request, "surface", "") != "admin" or not getattr(request, "platform_staff", False):
        return {}
    path = request.path
    return {
        "nav": [
            NavItem(_("Tenants"), "/", "home", current=path == "/" or path.startswith("/tenants/")),
            NavItem(_("Colleagues"), "/colleagues/", "people", path.startswith("/colleagues/")),
            NavItem(
                _("Applications"), "/applications/", "people", path.startswith("/applications/")
            ),
        ]
    }
