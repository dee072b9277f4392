"""Cards on paper: the meters of an account with room to write, and what opens them online."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from django.utils import translation
from django.utils.translation import gettext as _

from mains.branding.themes import load_theme
from mains.core.calendars import Period
from mains.core.wording import date_text, decimal_mark, text_in, unit_text
from mains.documents.press import Press, logo, look
from mains.metering.queries import RegisterRow
from mains.tenancy.queries import TenantInfo

TEMPLATE = Path(__file__).parent / "typst" / "card.typ"


@dataclass(frozen=True, slots=True)
class Group:
    """
    Registers that are read on the same days.
    """

    service: str
    days: Period
    registers: tuple[RegisterRow, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """
    A card for one account: whom it goes to, in which language, and the secret that opens it.
    """

    to: tuple[str, ...]
    account_end: str
    language: str
    secret: str
    groups: tuple[Group, ...]


def pdf(*, cards: Sequence[Card], tenant: TenantInfo, on: date) -> bytes:
    """
    Return cards as one PDF/A-3a and PDF/UA-1 of A5 sheets, under a tenant's brand.
    """
    brand = tenant.file.brand
    main = tenant.file.locale.languages[0]
    with translation.override(main):
        title = _("Cards for readings")
    words = {
        "title": title,
        "brand": brand.name,
        "language": main,
        "mark": decimal_mark(language=main),
        "contacts": " · ".join(line for line in (brand.support_phone, brand.support_email) if line),
        "day": [on.year, on.month, on.day],
        "look": look(brand),
        "logo": list(logo(brand)),
        "cards": [_card(card, tenant) for card in cards],
    }
    return _press(brand.theme).print(words, on=on)


def code_picture(url: str) -> bytes:
    """
    Return an address as a QR code in SVG; its quiet edge is the caller's.
    """
    picture = io.BytesIO()
    segno.make_qr(url, error="m").save(
        picture, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None
    )
    return picture.getvalue()


def grouped(secret: str) -> str:
    """
    Write a code as people copy it: in groups of four.
    """
    return "-".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _card(card: Card, tenant: TenantInfo) -> dict[str, Any]:
    address = f"{tenant.url}/card/"
    with translation.override(card.language):
        return {
            "to": list(card.to),
            "language": card.language,
            "title": _("Read your meters"),
            "lead": _(
                "This card is for the account that ends in %(end)s. Write down what each meter "
                "shows, then send it: you need not sign in."
            )
            % {"end": card.account_end},
            "code-picture": list(code_picture(f"{address}{card.secret}/")),
            "code-alt": _("Code that opens the page for these meters"),
            "scan": _("Scan this, or type the address and the code:"),
            "address": address.split("://", 1)[1],
            "code-label": _("Code"),
            "code": grouped(card.secret),
            "once": _("It opens these meters on these days, until their readings are sent."),
            "head": [_("Meter"), _("Reading"), _("Unit")],
            "groups": [_group(group, card.language, tenant) for group in card.groups],
        }


def _group(group: Group, language: str, tenant: TenantInfo) -> dict[str, Any]:
    label = tenant.file.service(group.service).label
    last = group.days.end - timedelta(days=1)
    return {
        "title": text_in(label, language=language),
        "days": _("From %(first)s to %(last)s")
        % {
            "first": date_text(group.days.start, language=language),
            "last": date_text(last, language=language),
        },
        "rows": [
            {
                "meter": register.meter,
                "place": register.address,
                "digits": register.digits,
                "decimals": register.decimals,
                "unit": unit_text(register.unit, language=language),
            }
            for register in group.registers
        ],
    }


@lru_cache(maxsize=32)
def _press(theme: str) -> Press:
    return Press(theme=load_theme(name=theme), template=TEMPLATE)
