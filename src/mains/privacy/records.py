"""The record of processing activities (Art. 30 GDPR), from the inventory and the tenant file."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.enrolment.rules.purposes import BASIS
from mains.privacy import wording
from mains.privacy.rules.inventory import INVENTORY, Category, Ending
from mains.tenancy.tenantfile import TenantFile


@dataclass(frozen=True, slots=True)
class Activity:
    """
    One category of data: what for, on which ground, which columns, and for how long.
    """

    category: str
    purpose: str
    basis: str
    columns: tuple[str, ...]
    kept: str


def activities(*, file: TenantFile) -> list[Activity]:
    """
    Return the record, one entry for each category of the inventory.
    """
    return [_activity(category, file) for category in Category]


def _activity(category: Category, file: TenantFile) -> Activity:
    holdings = [one for one in INVENTORY if one.category is category]
    columns = dict.fromkeys(
        text
        for one in holdings
        for name in (*one.columns, *one.shown)
        if (text := wording.column(name))
    )
    purpose, basis = _ground(category)
    by_law = any(one.ending is Ending.KEPT_BY_LAW for one in holdings)
    return Activity(
        wording.recorded(category),
        purpose,
        basis,
        tuple(columns),
        _kept(category, by_law=by_law, file=file),
    )


def _ground(category: Category) -> tuple[str, str]:
    contract = _("Contract (Art. 6(1)(b) GDPR)")
    interest = _("Legitimate interest: security (Art. 6(1)(f) GDPR)")
    law = _("Legal obligation (Art. 6(1)(c) GDPR)")
    return {
        Category.LOGIN: (_("Giving access to the portal"), contract),
        Category.SECURITY: (_("Protecting logins"), interest),
        Category.PARTY: (_("Supplying and billing customers"), contract),
        Category.CONTRACT: (_("Supplying and billing customers"), contract),
        Category.BILLS: (_("Billing and bookkeeping"), law),
        Category.PAYMENTS: (_("Booking payments"), contract),
        Category.ACCESS: (_("Knowing who may see an account"), interest),
        Category.CONSENTS: (_("Proving what was agreed to"), law),
        Category.MESSAGES: (_("Telling customers what concerns them"), contract),
        Category.REQUESTS: (_("Answering programs once"), contract),
    }[category]


def agreements() -> list[tuple[str, str]]:
    """
    Return what is done because somebody agreed or was told, and on which ground.
    """
    return [
        (wording.coded("purpose", purpose), wording.coded("lawful_basis", basis))
        for purpose, basis in BASIS.items()
    ]


def _kept(category: Category, *, by_law: bool, file: TenantFile) -> str:
    privacy = file.privacy
    if by_law:
        years = ngettext(
            "%(years)s full year after the year of issue",
            "%(years)s full years after the year of issue",
            privacy.retention_years,
        ) % {"years": privacy.retention_years}
        return f"{years} ({privacy.retention_law})" if privacy.retention_law else years
    if category in (Category.LOGIN, Category.SECURITY, Category.REQUESTS):
        return _("As long as the login exists")
    if category is Category.MESSAGES:
        return ngettext("%(days)s day", "%(days)s days", privacy.message_days) % {
            "days": privacy.message_days
        }
    return _("Until the customer is erased")


def recipients(*, file: TenantFile) -> Iterable[tuple[str, str]]:
    """
    Yield who gets data, and what for: the companies, the gateways, and processors under contract.
    """
    for company in file.companies:
        yield company.name, _("Controller")
    for gateway in file.payments.gateways:
        yield str(gateway.kind).capitalize(), _("Card payments")
    for processor in file.privacy.processors:
        yield f"{processor.name} ({processor.country})", processor.purpose
