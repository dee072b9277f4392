"""Publish a configuration that a page of the settings changed."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from mains.approvals.actions import NeedsSecondOwner
from mains.console.access import StaffRequest, author, to
from mains.console.approvals.asking import ask_second_owner
from mains.journeys import configuration_desk, configure
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.approvals import Deed
from mains.tenancy.tenantfile.writing import to_toml


def publish(request: StaffRequest, file: TenantFile, *, note: str, place: str) -> HttpResponse:
    """
    Publish a file made from the version that the request saw, and lead to a page of the console.

    Where two owners have to want it, the others are asked, and it leads to that wish.
    """
    version = request.tenant.version
    try:
        version = configure.publish(
            file=file, author=author(request), note=note, based_on=version, now=request.now
        )
    except configure.PublishedMeanwhile:
        outdated(request)
    except NeedsSecondOwner:
        proposal = configuration_desk.Proposal(text=to_toml(file), file=file)
        wish = configuration_desk.wish(proposal=proposal, based_on=version)
        return ask_second_owner(
            request, Deed.PAYMENT_DETAILS, wish, lambda: to(request, place), note=note
        )
    else:
        messages.success(request, _("Published as version %(version)s.") % {"version": version})
    return to(request, place)


def outdated(request: StaffRequest) -> None:
    """
    Say that what was changed is not what is published any more.
    """
    messages.error(
        request, _("Somebody published another version meanwhile. Look at it, then try again.")
    )
