"""What a page knows about the brand it is shown under."""

from dataclasses import dataclass, field

from django.http import HttpRequest

from mains.branding.components import Link


@dataclass(frozen=True, slots=True)
class Language:
    """
    One language the reader may switch to, named in itself.
    """

    code: str
    name: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Footer:
    """
    What the provider says at the foot of every page.

    :param emergency: the number for faults and smells of gas, answered day and night.
    """

    phone: str = ""
    hours: str = ""
    emergency: str = ""
    address: str = ""
    legal: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Brand:
    """
    The provider's face: whose name, look, languages and contacts a page carries.

    :param logo_url: a raster picture; empty shows the name set in type.
    :param mode: "light" or "dark" when the reader chose one, else empty to follow the system.
    """

    name: str
    theme: str
    colour: str
    stylesheet_url: str
    logo_url: str = ""
    favicon_url: str = ""
    home_url: str = "/"
    tagline: str = ""
    mode: str = ""
    theme_colours: tuple[str, str] = ("#ffffff", "#111111")
    languages: tuple[Language, ...] = ()
    footer: Footer = field(default_factory=Footer)


def brand(request: HttpRequest) -> dict[str, Brand | None]:
    """
    Give templates the brand that middleware put on the request.
    """
    return {"brand": getattr(request, "brand", None)}
