"""The starting points a provider chooses from, in words."""

from django.utils.translation import gettext as _

from mains.branding.components import Option
from mains.journeys.building_portal import presets
from mains.tenancy.tenantfile import TenantFile


def choices() -> list[tuple[str, Option]]:
    """
    Return the presets with a title and what they bring along.
    """
    return [(file.slug, _option(file)) for file in presets()]


def _option(file: TenantFile) -> Option:
    words = {
        "balta": Option(
            _("Electricity"), _("A price per kWh, readings on any day, card payments, euro.")
        ),
        "aguaviva": Option(
            _("Water"), _("Bills every three months, prices in blocks, paying as a guest, euro.")
        ),
        "tavho": Option(
            _("District heating and hot water"),
            _("Reading windows, heat by volume, bank transfer only, forint."),
        ),
        "teplo": Option(
            _("Heat, hot water and electricity"),
            _("Two companies under one login, card payments, hryvnia."),
        ),
        "fiamma": Option(
            _("Gas and electricity"),
            _("Two companies, direct debit and electronic bills, euro."),
        ),
    }
    services = ", ".join(service.code for service in file.services)
    return words.get(file.slug) or Option(
        file.brand.name,
        _("%(services)s in %(currency)s")
        % {
            "services": services,
            "currency": file.locale.currency,
        },
    )
