"""
The tenant file: everything one utility decided, typed.

`tenants/<slug>.toml` has this shape, and so has each version of the configuration in the database.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Self
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator

from mains.core.money import EXPONENTS
from mains.tenancy.tenantfile.approvals import Approvals
from mains.tenancy.tenantfile.base import Colour, Currency, Language, Section, Slug, Texts
from mains.tenancy.tenantfile.bills import BillDocument
from mains.tenancy.tenantfile.budgets import BudgetBilling
from mains.tenancy.tenantfile.einvoices import EInvoices
from mains.tenancy.tenantfile.estimates import Weather
from mains.tenancy.tenantfile.identity import (
    Identifier,
    LegalText,
    Portal,
    Registration,
    Way,
)
from mains.tenancy.tenantfile.mails import MailText
from mains.tenancy.tenantfile.money import Billing, Delivery, Payments
from mains.tenancy.tenantfile.payment_codes import PaymentCodes, check_account, check_apart
from mains.tenancy.tenantfile.privacy import Privacy
from mains.tenancy.tenantfile.services import Service
from mains.tenancy.tenantfile.tariffs import (
    PriceChanges,
    PriceIndex,
    Tariff,
    TariffCalendar,
    Tax,
    periods_priced,
)


@cache
def _zones() -> frozenset[str]:
    """
    Return the names of all time zones; listing them reads hundreds of files.
    """
    return frozenset(available_timezones())


class TenantFileError(Exception):
    """
    What is wrong in a tenant file, each with its place, such as `services[1].window.days`.
    """

    def __init__(self, source: str, problems: list[tuple[str, str]]) -> None:
        self.source, self.problems = source, problems
        lines = "\n".join(f"  {place}: {what}" for place, what in problems)
        super().__init__(f"{source} cannot be used:\n{lines}")


class Brand(Section):
    name: str = Field(min_length=2, max_length=80)
    theme: Slug
    colour: Colour | None = None
    # The storage key of an uploaded logo; without one the theme's own is shown.
    logo: str = ""
    # From, envelope and signature of its mail share the domain (S1.08).
    sender: str = Field(pattern=r"^[^@\s<>]+@[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$")
    support_email: str
    support_phone: str
    address: str = ""


class Locale(Section):
    languages: tuple[Language, ...] = Field(min_length=1)
    timezone: str
    currency: Currency
    country: str = Field(pattern=r"^[A-Z]{2}$")
    # Shown to visitors whose language is not offered (S2.02).
    notice: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError(f"{value!r} is no time zone; write one such as 'Europe/Riga'")
        return value


class Company(Section):
    code: Slug
    name: str
    tax_id: str
    address: str
    iban: str = ""
    creditor_id: str = ""
    series: str = Field(pattern=r"^[A-Z]{1,4}$")
    # Of credit notes; a C behind that of the bills, if none is named.
    credit_series: str = Field(default="", pattern=r"^[A-Z]{0,5}$")
    # S4.18: whether its customers create a login by themselves; else staff invite them.
    public: bool = True
    payment_codes: PaymentCodes = PaymentCodes()
    # Bills for machines; without it there are only JSON and CSV.
    einvoices: EInvoices | None = None

    @model_validator(mode="after")
    def _can_be_paid(self) -> Self:
        check_account(self)
        return self

    @property
    def series_of_credits(self) -> str:
        """
        Return the series in which its credit notes are numbered.
        """
        return self.credit_series or f"{self.series}C"


class TenantFile(Section):
    slug: Slug
    hosts: tuple[str, ...] = Field(min_length=1)
    brand: Brand
    locale: Locale
    companies: tuple[Company, ...] = Field(min_length=1)
    portal: Portal = Portal()
    registration: Registration
    identifiers: tuple[Identifier, ...] = ()
    services: tuple[Service, ...] = Field(min_length=1)
    taxes: tuple[Tax, ...] = ()
    calendars: tuple[TariffCalendar, ...] = ()
    indexes: tuple[PriceIndex, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    price_changes: PriceChanges = PriceChanges()
    weather: Weather | None = None
    billing: Billing = Billing()
    # The document of bills; without this section nothing is wanted of it by law.
    bill: BillDocument | None = None
    budget_billing: BudgetBilling | None = None
    payments: Payments = Payments()
    delivery: Delivery = Delivery()
    legal: tuple[LegalText, ...] = ()
    # Messages in the utility's own words; the others are written by us.
    mails: tuple[MailText, ...] = ()
    privacy: Privacy = Privacy()
    approvals: Approvals = Approvals()
    # The provider's own words, by language and key.
    texts: dict[Language, dict[str, str]] = {}

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        companies = {company.code for company in self.companies}
        services = {service.code for service in self.services}
        series = [one.series for one in self.companies]
        series += [one.series_of_credits for one in self.companies]
        if len(set(series)) < len(series):
            raise ValueError(
                "companies.series and companies.credit_series number documents, so each may be "
                "named once; name another credit_series"
            )
        check_apart(self.companies)
        _known("services", "company", [s.company for s in self.services], companies)
        _known("tariffs", "service", [t.service for t in self.tariffs], services)
        self._prices_refer_to_what_is_there()
        self._fixed_amounts_can_be_charged()
        self._chooser_leads_somewhere()
        for gateway in self.payments.gateways:
            _known("payments.gateways", "companies", gateway.companies, companies)
            _known("payments.gateways", "services", gateway.services, services)
            if not gateway.secret_is_of(self.slug):
                raise ValueError(
                    f"payments.gateways names the secret {gateway.secret!r}; the secrets of this "
                    f"tenant are env:MAINS_SECRET_{self.slug.upper()}__NAME or "
                    f"vault:{self.slug}/name"
                )
        if self.registration.requires_mandate and not self.payments.direct_debit:
            raise ValueError(
                "registration.requires_mandate is on, but payments.direct_debit is off: nobody "
                "could have a direct debit"
            )
        if not self.payments.enabled:
            _every_language("payments.notice", self.payments.notice, self.locale.languages)
        self._bills_can_come()
        for position, document in enumerate(self.legal):
            _every_language(f"legal[{position}].text", document.text, self.locale.languages)
        for service in self.services:
            _every_language(f"services.{service.code}.label", service.label, self.locale.languages)
            self._can_estimate(service)
        self._bills_say_it_in_every_language(services)
        return self

    def _bills_can_come(self) -> None:
        delivery = self.delivery
        if delivery.electronic_requires_mandate and delivery.default_mode != "paper":
            raise ValueError(
                f"delivery.default_mode is {delivery.default_mode!r}, but "
                "delivery.electronic_requires_mandate is on: who has chosen nothing has no mandate "
                'for it; write default_mode = "paper"'
            )
        for name, texts in (("notice", delivery.notice), ("benefit", delivery.benefit)):
            if texts:
                _every_language(f"delivery.{name}", texts, self.locale.languages)

    def _bills_say_it_in_every_language(self, services: set[str]) -> None:
        if self.bill is None:
            return
        for position, one in enumerate(self.bill.texts):
            place = f"bill.texts[{position}]"
            _every_language(f"{place}.text", one.text, self.locale.languages)
            _known(place, "service", one.services, services)
        for block, service in self.bill.unsaid(services):
            raise ValueError(
                f"bill.texts has none for {block} on bills of {service}, which the profile "
                f"{self.bill.profile} wants on every bill"
            )

    def _prices_refer_to_what_is_there(self) -> None:
        calendars = {calendar.code: calendar for calendar in self.calendars}
        taxes, indexes = {tax.code for tax in self.taxes}, {one.code for one in self.indexes}
        for tariff in self.tariffs:
            periods_priced(tariff, calendars)
            for version in tariff.versions:
                named = [one.vat for one in version.components if not one.vat[0].isdigit()]
                _known(f"tariffs.{tariff.code}", "tax", named, taxes)
                wanted = [one.index for one in version.components if one.kind == "hourly"]
                _known(f"tariffs.{tariff.code}", "index", wanted, indexes)

    def _fixed_amounts_can_be_charged(self) -> None:
        budget, months = self.budget_billing, self.billing.months_per_bill
        if budget is None:
            return
        if not budget.tax[0].isdigit():
            _known("budget_billing", "tax", [budget.tax], {tax.code for tax in self.taxes})
        if budget.settles_month % months:
            raise ValueError(
                f"budget_billing.settles_month is {budget.settles_month}, but a bill is for "
                f"{months} months: name a month in which a bill's period ends"
            )
        minor = budget.round_to.scaleb(EXPONENTS.get(self.locale.currency, 2))
        if minor % 1:
            raise ValueError(
                f"budget_billing.round_to is {budget.round_to}, which is no amount of "
                f"{self.locale.currency} on a bill: write one with its digits"
            )
        languages = self.locale.languages
        _every_language("budget_billing.label", budget.label, languages)
        _every_language("budget_billing.label_billed", budget.label_billed, languages)

    def _can_estimate(self, service: Service) -> None:
        methods = service.estimate.methods if service.estimate else ()
        if "degree_days" in methods and self.weather is None:
            raise ValueError(
                f"services.{service.code}.estimate uses degree_days, but there is no section "
                "weather that says what they were"
            )
        moves = service.allocation.moves if service.allocation else ""
        if moves == "degree_days" and self.weather is None:
            raise ValueError(
                f"services.{service.code}.allocation shares by degree_days, but there is no "
                "section weather that says what they were"
            )

    def _chooser_leads_somewhere(self) -> None:
        public = {company.code for company in self.public_companies}
        if Way.COMPANY_CHOOSER in self.registration.ways and not public:
            raise ValueError(
                "registration.ways has company_chooser, but no company is public: nobody could "
                "create a login"
            )
        if self.portal.default_company is not None and self.portal.default_company not in public:
            raise ValueError(
                f"portal.default_company is {self.portal.default_company!r}, which is no public "
                "company of the file"
            )

    @property
    def public_companies(self) -> list[Company]:
        """
        Return the companies whose customers may create a login by themselves.
        """
        return [company for company in self.companies if company.public]

    def company(self, code: str) -> Company:
        """
        Return the company with a code.
        """
        return next(company for company in self.companies if company.code == code)

    def services_of(self, company: str) -> set[str]:
        """
        Return the codes of the services that a company bills.
        """
        return {service.code for service in self.services if service.company == company}

    def service(self, code: str) -> Service:
        """
        Return the service with a code.
        """
        return next(service for service in self.services if service.code == code)


def _known(section: str, key: str, used: Iterable[str], known: set[str]) -> None:
    for value in used:
        if value not in known:
            raise ValueError(f"{section} names the {key} {value!r}, which the file does not have")


def _every_language(place: str, texts: Texts, languages: Iterable[str]) -> None:
    missing = [language for language in languages if language not in texts]
    if missing:
        raise ValueError(f"{place} has no text in {', '.join(missing)}")


def parse(data: dict[str, Any], *, source: str) -> TenantFile:
    """
    Check the content of a tenant file.

    :raises TenantFileError: naming the place of every mistake.
    """
    try:
        return TenantFile.model_validate(data)
    except ValidationError as error:
        problems = [(_place(problem["loc"]), problem["msg"]) for problem in error.errors()]
        raise TenantFileError(source, problems) from error


def load(path: Path) -> TenantFile:
    """
    Read `tenants/<slug>.toml`; the slug inside has to be the file's name.

    :raises TenantFileError: naming the place of every mistake.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TenantFileError(path.name, [("file", str(error))]) from error
    tenant = parse(data, source=path.name)
    if tenant.slug != path.stem:
        raise TenantFileError(
            path.name, [("slug", f"is {tenant.slug!r}, but the file is named {path.stem!r}")]
        )
    return tenant


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
    return place.removeprefix(".") or "file"
