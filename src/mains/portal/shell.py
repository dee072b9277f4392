"""What every page of the portal carries: the menu."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mains.branding.components import NavItem
from mains.enrolment.queries import LinkedAccount
from mains.journeys import guest_readings
from mains.portal.access import CHOSEN, PortalRequest, chosen
from mains.portal.support.pages import watching
from mains.tenancy.tenantfile.identity import Purpose

# A menu that a thumb gets through; beyond it there is a list with a search.
MOST_OFFERED = 8
# What belongs to an entry and stands elsewhere: what protects a login, and what readings tell.
_BESIDE = {"/me/": ("/account/",), "/readings/": ("/usage/",)}


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One entry of the account switcher.
    """

    value: str
    text: str
    note: str
    current: bool


def _switcher(request: PortalRequest, linked: list[LinkedAccount]) -> dict[str, Any]:
    value = request.session.get(CHOSEN, "")
    if len(chosen(linked, value)) == len(linked):
        value = "all"
    companies = Counter(account.company_code for account in linked)
    names = {account.company_code: account.company for account in linked}
    by_company = [
        (f"company:{code}", names[code], "")
        for code, count in companies.items()
        if len(companies) > 1 and count > 1
    ]
    # Of many accounts only the one that is shown is offered; the others are found in the list.
    listed = [one for one in linked if len(linked) <= MOST_OFFERED or str(one.pk) == value]
    offered = [
        ("all", _("All accounts"), ""),
        *by_company,
        *((str(one.pk), one.number, one.company) for one in listed),
    ]
    choices = [Choice(key, text, note, current=key == value) for key, text, note in offered]
    current = next((choice for choice in choices if choice.current), choices[0])
    return {
        "choices": choices,
        "current": current,
        "rest": len(linked) - len(listed),
    }


def portal(request: PortalRequest) -> dict[str, Any]:
    """
    Give the pages of a signed-in customer their menu, and what to say where no account is linked.

    Visitors are told where readings are taken from them.
    """
    if getattr(request, "surface", "") != "portal" or request.tenant is None:
        return {}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        offered = bool(guest_readings.policies(file=request.tenant.file))
        return {"tenant": request.tenant, "guest_reading": offered}
    linked = getattr(request, "linked", [])
    entries = [
        (_("Home"), "/", "home"),
        (_("Bills"), "/bills/", "bill"),
        (_("Readings"), "/readings/", "meter"),
        (_("Payments"), "/payments/", "card"),
        (_("Profile"), "/me/", "people"),
    ]
    return {
        "tenant": request.tenant,
        "watching": watching(request),
        "sees_accounts": bool(linked),
        "can_link": bool(request.tenant.file.registration.policies_for(Purpose.LINK)),
        "switcher": _switcher(request, linked) if len(linked) > 1 else None,
        "nav": [
            NavItem(
                text,
                url,
                icon,
                current=_is_current(request.path, url),
            )
            for text, url, icon in entries
        ],
    }


def _is_current(path: str, url: str) -> bool:
    if url == "/":
        return path == url
    return path.startswith((url, *_BESIDE.get(url, ())))
