"""The platform's front door: what Mains is, and how a provider gets a portal."""

import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mains.backoffice.signup.forms import CreatePortal
from mains.branding.components import Task
from mains.journeys import onboard_provider, short_names
from mains.journeys.onboard_provider import Step, Wish
from mains.tenancy import queries, registry

TRIES, WINDOW_SECONDS = 20, 3_600


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """
    Say what Mains is.
    """
    return render(
        request, "backoffice/signup/front.html", {"console": registry.surface_url("console")}
    )


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """
    Ask for what a portal needs, and have it made.
    """
    form = CreatePortal(
        request.POST or None,
        request.FILES or None,
        initial={"token": secrets.token_urlsafe(32)},
    )
    if request.method == "POST" and form.is_valid():
        token = _applied(request, form)
        if token is not None:
            return redirect("sign-up-progress", token=token)
    return render(
        request,
        "backoffice/signup/apply.html",
        {"form": form, "domain": settings.PLATFORM_HOST},
        status=422 if form.errors else 200,
    )


def _applied(request: HttpRequest, form: CreatePortal) -> str | None:
    key = f"sign-up:{request.META.get('REMOTE_ADDR', '')}"
    if cache.get(key, 0) >= TRIES:
        form.add_error(
            None, _("Too many portals were asked for from here. Wait an hour, then try again.")
        )
        return None
    cache.add(key, 0, WINDOW_SECONDS)
    cache.incr(key)
    try:
        return onboard_provider.apply(wish=_wish(form.cleaned_data, form), now=datetime.now(UTC))
    except short_names.Unusable:
        form.add_error(
            "slug",
            _(
                "This short name cannot be used: it is kept by the platform, or it has other signs "
                "than small letters and digits, or fewer than three. Try another one."
            ),
        )
    except short_names.Taken as error:
        form.add_error("slug", _taken(error.suggestions))
    return None


def _taken(suggestions: list[str]) -> str:
    if not suggestions:
        return _("Somebody has this short name already. Choose another one.")
    return _("Somebody has this short name already. These are free: %(names)s.") % {
        "names": ", ".join(suggestions)
    }


def _wish(asked: dict[str, Any], form: CreatePortal) -> Wish:
    return Wish(
        token=asked["token"],
        name=asked["name"],
        slug=asked["slug"],
        email=asked["email"],
        password=asked["password"],
        preset=asked["preset"],
        colour=form.chosen_colour(),
        logo=asked["logo"],
        language=(get_language() or "en").split("-")[0],
    )


@require_safe
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """
    Show how far a portal is; the page loads itself again until it is ready.
    """
    found = registry.application(token_hash=onboard_provider.digest(token))
    if found is None:
        raise Http404
    ready = found.step == Step.READY
    return render(
        request,
        "backoffice/signup/progress.html",
        {
            "application": found,
            "steps": _steps(found.step),
            "ready": ready,
            "taken": found.step == Step.TAKEN,
            "portal": queries.tenant(found.slug).url if ready else "",
            "console": f"{registry.surface_url('console')}/{found.slug}/",
        },
    )


def _steps(step: str) -> list[Task]:
    words = {
        Step.QUEUED: _("A place in the queue"),
        Step.SCHEMA: _("A database of your own"),
        Step.CONFIGURATION: _("Name, colour, tariffs"),
        Step.CUSTOMERS: _("Twenty sample customers with a year of readings"),
        Step.BILLS: _("A first bill run, and one paid bill"),
    }
    order = [*words, Step.READY]
    at = order.index(Step(step)) if step != Step.TAKEN else 0
    return [
        Task(
            text,
            _("Done") if position < at else _("Being made") if position == at else _("To come"),
            "ok" if position < at else "info" if position == at else "",
        )
        for position, text in enumerate(words.values())
    ]
