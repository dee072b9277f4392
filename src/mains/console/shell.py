"""What every page of the console carries: the menu, the search, who is signed in."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mains.branding.components import NavItem
from mains.console.access import BILLING, EVERYBODY, OWNERS


def console(request: HttpRequest) -> dict[str, Any]:
    """
    Give the pages of a tenant's console their menu.
    """
    base = getattr(request, "base", "")
    if getattr(request, "surface", "") != "console" or not base:
        return {}
    entries = [
        (_("Home"), "", "home", EVERYBODY),
        (_("Customers"), "customers/", "people", EVERYBODY),
        (_("Readings"), "readings/", "meter", EVERYBODY),
        (_("Bill runs"), "runs/", "run", BILLING),
        (_("Tariffs"), "tariffs/", "tariff", BILLING),
        (_("Payments"), "payments/", "card", BILLING),
        (_("Bank lines"), "payments/bank/", "download", BILLING),
        (_("Messages"), "messages/", "message", EVERYBODY),
        (_("Settings"), "settings/", "settings", OWNERS),
    ]
    role = request.role  # type: ignore[attr-defined]
    places = [place for _text, place, _icon, _roles in entries]
    here = max(
        (one for one in places if _is_current(request.path, base, one)), default="-", key=len
    )
    return {
        "base": base,
        "tenant": request.tenant,  # type: ignore[attr-defined]
        "search_url": f"{base}customers/",
        "search_label": _("Find a customer"),
        "search_hint": _("Number, name, e-mail, address or meter"),
        "nav": [
            NavItem(text, f"{base}{place}", icon, current=place == here)
            for text, place, icon, roles in entries
            if role in roles
        ],
    }


def _is_current(path: str, base: str, place: str) -> bool:
    return path.startswith(f"{base}{place}") if place else path == base
