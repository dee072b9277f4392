"""The profile: who is signed in, and where everything about them is changed."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.branding.components import Fact, Link
from mains.portal.access import PortalRequest, customer_required

# More accounts than these are counted here, and listed on their own page.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Place:
    """
    One entry of the profile, with a line that says what is there.
    """

    text: str
    url: str
    hint: str


def places(request: PortalRequest) -> list[Place]:
    """
    Return what the profile leads to; a new page about the reader gets its line here.
    """
    found = [
        Place(
            _("Security"),
            "/me/security/",
            _("Password, second step, passkeys, and where you are signed in."),
        ),
    ]
    found.append(
        Place(
            _("Accounts and people"),
            "/accounts/",
            _("What your login sees, and who else sees it."),
        )
    )
    found.append(
        Place(
            _("Who looked at your accounts"),
            "/me/access/",
            _("Our staff, and people you share with: when, why and until when."),
        )
    )
    if request.tenant.file.registration.email_changeable:
        found.append(Place(_("E-mail"), "/me/email/", _("Sign in with another address.")))
    found.append(
        Place(
            _("Your data"),
            "/me/data/",
            _("Take it along, see what you agreed to, or close your login."),
        )
    )
    found.append(Place(_("Help and contact"), "/help/", _("How to reach us.")))
    return found


@require_safe
@customer_required
def me(request: PortalRequest) -> HttpResponse:
    """
    Show who is signed in, which accounts the login sees, and where to change what.
    """
    user, registration = request.user, request.tenant.file.registration
    details = Link(_("Change"), "/me/details/")
    facts = [
        Fact(_("Name"), user.name or "–", details),
        Fact(
            _("E-mail"),
            user.email,
            Link(_("Change"), "/me/email/") if registration.email_changeable else None,
        ),
        Fact(_("User name"), user.username or "–", details),
        Fact(_("Language"), dict(settings.LANGUAGES).get(get_language() or "", "")),
        *(
            [Fact(_("Accounts"), str(len(request.linked)), Link(_("See all"), "/accounts/"))]
            if len(request.linked) > MOST_NAMED
            else []
        ),
        *(
            Fact(
                _("Account %(number)s") % {"number": account.number},
                ", ".join(filter(None, [account.holder, account.company])),
            )
            for account in request.linked
            if len(request.linked) <= MOST_NAMED
        ),
    ]
    return render(
        request,
        "portal/home/me.html",
        {
            "facts": facts,
            "places": places(request),
            "email_fixed": not registration.email_changeable,
        },
    )
