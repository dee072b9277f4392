"""Under which brand a page is shown: the tenant's own, or the platform's."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mains.branding.context import Brand, Footer, Language
from mains.branding.rules.colour import palette
from mains.branding.rules.oklch import to_hex
from mains.branding.stylesheet import bundle, digest
from mains.branding.themes import BASE, load_theme
from mains.tenancy.tenantfile import Brand as BrandChoice

NAMES = dict(settings.LANGUAGES)
PLATFORM_NAME, PLATFORM_COLOUR = "Mains", "#1f5f8b"
FOR_EVER = "public, max-age=31536000, immutable"


class BrandMiddleware:
    """
    Put `request.brand` on every request that a tenant or a surface of the platform answers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant = getattr(request, "tenant", None)
        request.brand = brand_of(request, tenant.file.brand if tenant else None)  # type: ignore[attr-defined]
        return self.get_response(request)


def brand_of(request: HttpRequest, choice: BrandChoice | None) -> Brand:
    """
    Return the brand of a tenant's choice, or the platform's where there is none.
    """
    theme = choice.theme if choice else BASE
    colour = _colour(theme, choice.colour if choice else PLATFORM_COLOUR)
    return Brand(
        name=choice.name if choice else PLATFORM_NAME,
        theme=theme,
        colour=colour,
        stylesheet_url=f"/brand/{_version(theme, colour)}.css",
        logo_url=_logo_url(choice),
        favicon_url=f"/static/themes/{theme}/assets/favicon.png",
        theme_colours=_page_colours(colour),
        mode=request.COOKIES.get("mode", "")
        if request.COOKIES.get("mode") in {"light", "dark"}
        else "",
        languages=_languages(request),
        footer=Footer(phone=choice.support_phone, address=choice.address, hours="")
        if choice
        else Footer(),
    )


@require_safe
def stylesheet(request: HttpRequest, version: str) -> HttpResponse:
    """
    Serve the style sheet of the page's brand; the version in its address makes it cacheable.
    """
    brand: Brand = request.brand  # type: ignore[attr-defined]
    css = bundle(theme=load_theme(name=brand.theme), colour=brand.colour)
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    current = version == _version(brand.theme, brand.colour)
    response["Cache-Control"] = FOR_EVER if current else "no-cache"
    return response


def _logo_url(choice: BrandChoice | None) -> str:
    if choice is None:
        return ""
    if choice.logo:
        return f"/brand/logo/{choice.logo.rsplit('/', 1)[-1]}"
    return f"/static/themes/{choice.theme}/assets/logo.png"


def _colour(theme: str, chosen: str | None) -> str:
    return chosen.lower() if chosen else load_theme(name=theme).colour


@lru_cache(maxsize=512)
def _version(theme: str, colour: str) -> str:
    return digest(bundle(theme=load_theme(name=theme), colour=colour))


@lru_cache(maxsize=512)
def _page_colours(colour: str) -> tuple[str, str]:
    solved = palette(brand=colour)
    return to_hex(solved.light.bg), to_hex(solved.dark.bg)


def _languages(request: HttpRequest) -> tuple[Language, ...]:
    offered: tuple[str, ...] = getattr(request, "languages", ())
    current = getattr(request, "LANGUAGE_CODE", "")
    if len(offered) < 2:
        return ()
    return tuple(
        Language(code, NAMES[code], f"{request.path}?lang={code}", code == current)
        for code in offered
    )
