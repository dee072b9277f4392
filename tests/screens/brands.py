"""The five brands as the specimen screens show them, each in its own language."""

from dataclasses import dataclass

from mains.branding.components import Link, NavItem
from mains.branding.context import Brand, Footer, Language


@dataclass(frozen=True, slots=True)
class Words:
    """
    What one provider's bill page says, in its language.
    """

    language: str
    currency: str
    eyebrow: str
    amount_label: str
    amount: int
    note: str
    status: str
    pay: str
    other: str
    why: str
    lines: tuple[tuple[str, str, int], ...]
    total: str
    reason: str
    use: str
    finding: str
    subject: str
    months: tuple[str, ...]
    now: str
    before: str
    details: str
    facts: tuple[tuple[str, str], ...]
    nav: tuple[str, ...]


_ICONS = ("home", "bill", "meter", "usage", "more")


def nav(words: Words, *, current: int = 1) -> tuple[NavItem, ...]:
    """
    Return the five places of the portal, named in the brand's language.
    """
    return tuple(
        NavItem(
            text,
            f"#{_ICONS[index]}",
            _ICONS[index],
            current=index == current,
            count=int(index == 1),
        )
        for index, text in enumerate(words.nav)
    )


def _languages(*codes: tuple[str, str]) -> tuple[Language, ...]:
    return tuple(
        Language(code, name, f"?lang={code}", current=index == 0)
        for index, (code, name) in enumerate(codes)
    )


def _brand(
    name: str, theme: str, tagline: str, languages: tuple[Language, ...], footer: Footer
) -> Brand:
    return Brand(
        name=name,
        theme=theme,
        colour="",
        stylesheet_url=f"/{theme}.css",
        logo_url=f"/static/themes/{theme}/assets/logo.png",
        favicon_url=f"/static/themes/{theme}/assets/favicon.png",
        tagline=tagline,
        languages=languages,
        footer=footer,
    )


_LATVIAN = (("lv", "Latviešu"), ("en", "English"))
_SPANISH = (("es", "Español"), ("ca", "Català"), ("en", "English"))
_HUNGARIAN = (("hu", "Magyar"), ("en", "English"))
_UKRAINIAN = (("uk", "Українська"), ("en", "English"))
_ITALIAN = (("it", "Italiano"), ("de", "Deutsch"), ("en", "English"), ("fr", "Français"))

BRANDS = {
    "base": _brand(
        "Utility",
        "base",
        "",
        _languages(("en", "English"), ("lv", "Latviešu")),
        Footer(
            phone="+44 20 7946 0000",
            hours="Mon–Fri 8–18",
            emergency="+44 20 7946 0999",
            address="1 Works Road",
            legal="Utility Ltd",
            links=(Link("Help", "#"), Link("Accessibility", "#"), Link("Privacy", "#")),
        ),
    ),
    "north": _brand(
        "Balta",
        "north",
        "",
        _languages(*_LATVIAN),
        Footer(
            phone="+371 6700 8800",
            hours="P.–Pk. 8–19",
            emergency="+371 8060 0110",
            address="Krasta iela 12, Rīga LV-1003",
            legal="AS Balta, reģ. nr. 40003000000",
            links=(Link("Palīdzība", "#"), Link("Piekļūstamība", "#"), Link("Privātums", "#")),
        ),
    ),
    "azul": _brand(
        "Aguaviva",
        "azul",
        "El agua de la ciudad",
        _languages(*_SPANISH),
        Footer(
            phone="900 100 200",
            hours="Lunes a viernes, 8–20 h",
            emergency="900 100 911",
            address="Calle de la Fuente 8, 28003 Madrid",
            legal="Aguaviva, S. A.",
            links=(
                Link("Ayuda", "#"),
                Link("Accesibilidad", "#"),
                Link("Privacidad", "#"),
                Link("Reclamaciones", "#"),
            ),
        ),
    ),
    "ember": _brand(
        "Távhő Ügyfélszolgálat",
        "ember",
        "Meleg otthon 1961 óta",
        _languages(*_HUNGARIAN),
        Footer(
            phone="+36 1 555 0100",
            hours="H–P 8–18",
            emergency="+36 1 555 0199",
            address="1113 Budapest, Kazán utca 4.",
            legal="Távhő Nonprofit Zrt., cégjegyzékszám 01-10-000000",
            links=(Link("Súgó", "#"), Link("Akadálymentesség", "#"), Link("Adatvédelem", "#")),
        ),
    ),
    "dnipro": _brand(
        "Тепло Дніпра",
        "dnipro",
        "Опалення та електроенергія",
        _languages(*_UKRAINIAN),
        Footer(
            phone="0 800 500 100",
            hours="пн–пт 8:00–20:00",
            emergency="1557",
            address="вул. Набережна, 15, Дніпро, 49000.",
            legal="ТОВ «Тепло Дніпра», ЄДРПОУ 00000000",
            links=(Link("Допомога", "#"), Link("Доступність", "#"), Link("Приватність", "#")),
        ),
    ),
    "fiamma": _brand(
        "Fiamma",
        "fiamma",
        "",
        _languages(*_ITALIAN),
        Footer(
            phone="800 900 300",
            hours="Tutti i giorni, 8–22",
            emergency="800 900 911",
            address="Via del Fuoco 21, 20121 Milano.",
            legal="Fiamma Energia S.p.A., P. IVA 00000000000",
            links=(
                Link("Assistenza", "#"),
                Link("Accessibilità", "#"),
                Link("Privacy", "#"),
                Link("Reclami", "#"),
            ),
        ),
    ),
}
