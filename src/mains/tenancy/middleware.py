"""From the host to the tenant: its schema, its language and its clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from mains.guard import context
from mains.tenancy import queries
from mains.tenancy.models import TenantState

GetResponse = Callable[[HttpRequest], HttpResponse]
# Surfaces of the platform itself, by the first label of their host; all serve the public schema.
PLATFORM_SURFACES = {
    "": "mains.config.urls.platform",
    "console": "mains.config.urls.console",
    "admin": "mains.config.urls.backoffice",
    "cards": "mains.config.urls.cards",
    "outbox": "mains.config.urls.outbox",
}
PORTAL = "mains.config.urls.portal"
# Answered before anybody knows for whom: the first on every host, as it says nothing but that the
# process lives; the others where customers are not.
ALIVE, PROBES = "/healthz", {"/healthz", "/readyz", "/metrics"}


class HostMiddleware:
    """
    Choose the schema that a request may touch, and forget it afterwards.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.tenant = None  # type: ignore[attr-defined]
        host = request.get_host().rsplit(":", 1)[0].lower() if request.path != ALIVE else ""
        if request.path == ALIVE or (request.path in PROBES and _is_inside(request, host)):
            request.urlconf = "mains.config.urls.probes"
            return self.get_response(request)
        try:
            self._choose(request, host)
        except (queries.UnknownHost, queries.UnknownTenant):
            return _unknown(request)
        tenant = request.tenant  # type: ignore[attr-defined]
        try:
            if tenant is not None and tenant.is_behind:
                return _closed(request, "tenancy/maintenance.html")
            if tenant is not None and tenant.state == TenantState.SUSPENDED:
                return _closed(request, "tenancy/suspended.html")
            return self.get_response(request)
        finally:
            context.choose(None)

    def _choose(self, request: HttpRequest, host: str) -> None:
        platform = settings.PLATFORM_HOST
        label = host.removesuffix(platform).removesuffix(".") if host.endswith(platform) else None
        if label in PLATFORM_SURFACES and (label != "outbox" or settings.DEMO):
            request.surface = label or "platform"  # type: ignore[attr-defined]
            request.urlconf = PLATFORM_SURFACES[label]
            context.choose(context.PUBLIC)
            return
        tenant = queries.tenant_of_host(host=host)
        request.surface = "portal"  # type: ignore[attr-defined]
        request.urlconf = PORTAL
        request.tenant = tenant  # type: ignore[attr-defined]
        context.choose(tenant.schema_name)


def _is_inside(request: HttpRequest, host: str) -> bool:
    """
    Tell whether monitoring asks: on the platform's own host, or from within and by an address.
    """
    if host == settings.PLATFORM_HOST:
        return True
    try:
        asked, sender = ip_address(host.strip("[]")), ip_address(request.META["REMOTE_ADDR"])
    except (KeyError, ValueError):
        return False
    # Whoever reaches an address of ours from outside may be anybody.
    return (asked.is_private or asked.is_loopback) and (sender.is_private or sender.is_loopback)


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "tenancy/unknown_host.html", status=404)


def _closed(request: HttpRequest, template: str) -> HttpResponse:
    # Without context processors: nobody has asked yet who is signed in.
    page = render_to_string(template, {"request": request})
    response = HttpResponse(page, status=503)
    response["Retry-After"] = "60"
    return response


class LanguageMiddleware:
    """
    Speak a language of the tenant: chosen here, remembered, asked for by the browser, or its first.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = _offered(request)
        chosen = request.GET.get("lang")
        if chosen in offered:
            language = chosen
        elif request.COOKIES.get("lang") in offered:
            language = request.COOKIES["lang"]
        else:
            language = _asked_for(request, offered)
        request.LANGUAGE_CODE = language
        request.languages = offered  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if chosen in offered:
            response.set_cookie("lang", language, max_age=31_536_000, samesite="Lax")
        return response


def _asked_for(request: HttpRequest, offered: tuple[str, ...]) -> str:
    if "Accept-Language" not in request.headers:
        return offered[0]
    asked = translation.get_language_from_request(request)
    return asked if asked in offered else offered[0]


def _offered(request: HttpRequest) -> tuple[str, ...]:
    tenant = getattr(request, "tenant", None)
    if tenant is not None:
        return tuple(tenant.file.locale.languages)
    return tuple(code for code, _name in settings.LANGUAGES)


class ClockMiddleware:
    """
    Read the clock once: `request.now` in UTC and `request.today` in the tenant's zone.

    Where no tenant is served there is an instant, and no day.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant = getattr(request, "tenant", None)
        request.now = tenant.now() if tenant else datetime.now(UTC)  # type: ignore[attr-defined]
        if tenant is not None:
            request.today = tenant.date_of(request.now)  # type: ignore[attr-defined]
        return self.get_response(request)
