"""What every page of the portal carries: the menu."""

from typing import Any

from django.utils.translation import gettext as _

from mains.branding.components import NavItem
from mains.portal.access import PortalRequest


def portal(request: PortalRequest) -> dict[str, Any]:
    """
    Give the pages of a signed-in customer their menu.
    """
    if getattr(request, "surface", "") != "portal" or request.tenant is None:
        return {}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"tenant": request.tenant}
    entries = [
        (_("Home"), "/", "home"),
        (_("Bills"), "/bills/", "bill"),
        (_("Readings"), "/readings/", "meter"),
        (_("Payments"), "/payments/", "card"),
        (_("Profile"), "/me/", "people"),
    ]
    return {
        "tenant": request.tenant,
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
