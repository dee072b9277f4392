"""What every page of the portal carries: the menu."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mains.branding.components import NavItem


def portal(request: HttpRequest) -> dict[str, Any]:
    """
    Give the pages of a signed-in customer their menu.
    """
    if getattr(request, "surface", "") != "portal" or request.tenant is None:  # type: ignore[attr-defined]
        return {}
    if not request.user.is_authenticated:
        return {"tenant": request.tenant}  # type: ignore[attr-defined]
    entries = [
        (_("Home"), "/", "home"),
        (_("Bills"), "/bills/", "bill"),
        (_("Readings"), "/readings/", "meter"),
        (_("Payments"), "/payments/", "card"),
        (_("Account"), "/me/", "people"),
    ]
    return {
        "tenant": request.tenant,  # type: ignore[attr-defined]
        "nav": [
            NavItem(
                text,
                url,
                icon,
                current=request.path == url if url == "/" else request.path.startswith(url),
            )
            for text, url, icon in entries
        ],
    }
