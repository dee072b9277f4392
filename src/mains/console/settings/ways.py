"""Settings, ways to pay: whether customers can, and at which gateways with which keys."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mains.approvals import queries as approvals
from mains.console.access import OWNERS, StaffRequest, author, real_now, staff, to
from mains.console.settings import ways_words
from mains.console.settings.publishing import outdated, publish
from mains.console.settings.ways_forms import Taking, WayForm
from mains.core.sealing import NoMasterKey
from mains.journeys import ways_changing, ways_desk
from mains.journeys.ways_desk import Tried, Way
from mains.tenancy.tenantfile import TenantFile, TenantFileError
from mains.tenancy.tenantfile.approvals import Deed

_PLACE = "settings/payments/"


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def every(request: StaffRequest) -> HttpResponse:
    """
    List the ways to pay with how they do, and switch paying as a whole.
    """
    file = request.tenant.file
    form = Taking(request.POST or None, file=file)
    if request.method == "POST" and form.is_valid():
        try:
            changed = ways_changing.with_taking(file=file, given=form.facts())
        except TenantFileError as error:
            _tell(form, error)
        else:
            return publish(request, changed, note=_("Ways to pay"), place=_PLACE)
    ways = ways_desk.ways(tenant=request.tenant)
    return render(
        request,
        "console/settings/ways.html",
        {
            "form": form,
            "table": ways_words.table(request, ways) if ways else None,
            "gaps": ", ".join(ways_desk.gaps(tenant=request.tenant)),
            "waiting": approvals.is_waiting(deed=Deed.PAYMENT_DETAILS, now=real_now()),
        },
        status=422 if form.errors else 200,
    )


@require_safe
@staff(*OWNERS)
def choose(request: StaffRequest) -> HttpResponse:
    """
    Choose the gateway of another way to pay.
    """
    return render(
        request,
        "console/settings/way_kinds.html",
        {"kinds": [(one.kind, _(one.title), _(one.about)) for one in ways_desk.kinds()]},
    )


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def add(request: StaffRequest, kind: str) -> HttpResponse:
    """
    Add a way to pay at the end of the others.
    """
    try:
        known = ways_desk.known(kind)
    except ways_desk.NoSuchWay as error:
        raise Http404 from error
    form = WayForm(request.POST or None, file=request.tenant.file, known=known, way=None)
    if request.method == "POST" and form.is_valid():
        # Sent twice it would be added twice.
        if _is_outdated(request):
            return to(request, _PLACE)
        done = _saved(request, form, position=None)
        if done is not None:
            return done
    return render(
        request,
        "console/settings/way_new.html",
        {
            "form": form,
            "title": _(known.title),
            "about": _(known.about),
            "version": request.tenant.version,
            "facts": ways_words.addresses(
                request, ways_desk.addresses(tenant=request.tenant, kind=kind)
            ),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@staff(*OWNERS)
def one(request: StaffRequest, position: int) -> HttpResponse:
    """
    Show how a way to pay does, and change it.
    """
    way = _way(request, position)
    form = WayForm(request.POST or None, file=request.tenant.file, known=way.known, way=way)
    if request.method == "POST" and form.is_valid():
        if _is_outdated(request):
            return to(request, _PLACE)
        done = _saved(request, form, position=position)
        if done is not None:
            return done
    return render(
        request,
        "console/settings/way.html",
        {
            "form": form,
            "title": ways_words.label(way),
            "state": ways_words.state(way.standing),
            "facts": ways_words.facts(request, way),
            "is_first": position == 1,
            "is_last": position == len(request.tenant.file.payments.gateways),
            "is_used": way.health.is_used,
            "can_be_tried": way.can_be_tried,
            "version": request.tenant.version,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@staff(*OWNERS)
def try_out(request: StaffRequest, position: int) -> HttpResponse:
    """
    Ask the gateway something that changes nothing, and say what came of it.
    """
    _way(request, position)
    tried = ways_desk.try_out(tenant=request.tenant, position=position)
    say = messages.success if tried in {Tried.REAL, Tried.TEST} else messages.error
    say(request, ways_words.outcome(tried))
    return to(request, f"{_PLACE}{position}/")


@require_POST
@staff(*OWNERS)
def move(request: StaffRequest, position: int) -> HttpResponse:
    """
    Offer a way earlier or later than the one beside it.
    """
    by = -1 if request.POST.get("by") == "earlier" else 1
    return _changed(
        request, position, lambda: ways_changing.moved(
            file=request.tenant.file, position=position, by=by
        )
    )  # fmt: skip


@require_POST
@staff(*OWNERS)
def remove(request: StaffRequest, position: int) -> HttpResponse:
    """
    Take a way away that nobody has used yet.
    """
    return _changed(
        request, position, lambda: ways_changing.removed(tenant=request.tenant, position=position)
    )


def _changed(
    request: StaffRequest, position: int, change: Callable[[], TenantFile]
) -> HttpResponse:
    _way(request, position)
    if _is_outdated(request):
        return to(request, _PLACE)
    try:
        file = change()
    except ways_changing.InUse:
        messages.error(
            request,
            _("Somebody has paid there, so it stays. Switch it off instead."),
        )
        return to(request, f"{_PLACE}{position}/")
    return publish(request, file, note=_("Ways to pay"), place=_PLACE)


def _saved(request: StaffRequest, form: WayForm, *, position: int | None) -> HttpResponse | None:
    wish = form.wish()
    try:
        file = ways_changing.with_way(
            tenant=request.tenant, position=position, kind=form.known.kind, wish=wish,
            author=author(request), now=real_now(),
        )  # fmt: skip
    except NoMasterKey:
        form.add_error(
            None,
            _("Keys cannot be kept here yet. Ask whoever runs the platform to set MASTER_KEYS."),
        )
    except TenantFileError as error:
        _tell(form, error)
    else:
        return publish(request, file, note=_("Ways to pay"), place=_PLACE)
    return None


def _tell(form: Taking | WayForm, error: TenantFileError) -> None:
    for _place, what in error.problems:
        form.add_error(None, what.removeprefix("Value error, "))


def _is_outdated(request: StaffRequest) -> bool:
    """
    Tell whether the page was made from another version: a position may be another way's by now.
    """
    if request.POST.get("based_on") == str(request.tenant.version):
        return False
    outdated(request)
    return True


def _way(request: StaffRequest, position: int) -> Way:
    try:
        return ways_desk.way(tenant=request.tenant, position=position)
    except ways_desk.NoSuchWay as error:
        raise Http404 from error
