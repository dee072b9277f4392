"""What bills for machines say about a company, and to which tax office they are reported."""

from collections.abc import Mapping
from datetime import date
from types import ModuleType
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from stdnum.es import nif
from stdnum.hu import anum
from stdnum.it import iva

from mains.tenancy.tenantfile.base import Section

type Untaxed = Literal["Z", "E", "AE", "O"]
# Formats of EN 16931; those of a tax office come with its section.
type Format = Literal["ubl", "cii", "facturx"]


class FatturaPA(Section):
    """
    Files for the Italian exchange system (Sistema di Interscambio).
    """

    # Bills from this day on get a file; those before went another way.
    since: date
    # The tax regime of the company, RF01 being the ordinary one.
    regime: str = Field(default="RF01", pattern=r"^RF(0[1-9]|1[0-9])$")
    # Why a line has no tax: category → Natura.
    natura: dict[Untaxed, str] = {"AE": "N6.8", "E": "N4", "O": "N2.2", "Z": "N3.6"}


class Nav(Section):
    """
    Data for the Hungarian online invoice system (Online Számla).
    """

    since: date
    # The second and third part of the tax number, 2 and 41 in 12345678-2-41.
    vat_code: str = Field(default="2", pattern=r"^[1-5]$")
    county_code: str = Field(default="", pattern=r"^(\d{2})?$")
    # Why a line has no tax: category → case.
    cases: dict[Untaxed, str] = {"E": "TAM", "O": "ATK"}


class VeriFactu(Section):
    """
    Records for the Spanish tax agency, chained by hashes.
    """

    since: date
    # Where the QR code leads; the agency has one address for trying and one in earnest.
    qr_base: str = Field(pattern=r"^https://[^\s?]+$")
    # How an exempt supply is justified, E1 being article 20 of the VAT law, and why one is outside
    # its scope.
    exempt: str = Field(default="E1", pattern=r"^E[1-8]$")
    outside: str = Field(default="N1", pattern=r"^N[12]$")
    # Who answers for the program, as its declaration of conformity says.
    producer: str = Field(min_length=2, max_length=120)
    producer_nif: str
    installation: str = Field(default="1", max_length=100)

    @model_validator(mode="after")
    def _producer_is_known(self) -> Self:
        if not nif.is_valid(self.producer_nif):
            raise ValueError(f"producer_nif {self.producer_nif!r} is no Spanish tax number")
        return self


_OFFICES: Mapping[str, tuple[str, ModuleType]] = {
    "fatturapa": ("IT", iva),
    "nav": ("HU", anum),
    "verifactu": ("ES", nif),
}


class EInvoices(Section):
    """
    The company on bills for machines: where it sits, in parts, and who hears of its bills.
    """

    country: str = Field(pattern=r"^[A-Z]{2}$")
    street: str = Field(min_length=2, max_length=60)
    post_code: str = Field(min_length=2, max_length=12)
    city: str = Field(min_length=2, max_length=60)
    # Italy: two letters.
    province: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    # With the letters of its country, as EN 16931 wants it.
    vat_id: str = Field(pattern=r"^[A-Z]{2}[A-Z0-9]{2,13}$")
    # Its number in the register of companies, where that is another one.
    registration: str = ""
    formats: tuple[Format, ...] = ()
    fatturapa: FatturaPA | None = None
    nav: Nav | None = None
    verifactu: VeriFactu | None = None

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        if not self.vat_id.startswith(self.country):
            raise ValueError(
                f"vat_id {self.vat_id!r} begins with another country than {self.country}"
            )
        for office, (country, numbers) in _OFFICES.items():
            if getattr(self, office) is None:
                continue
            if self.country != country:
                raise ValueError(f"{office} is for companies in {country}, not {self.country}")
            if not numbers.is_valid(self.vat_id.removeprefix(country)):
                raise ValueError(f"{office} wants a vat_id whose check digits fit")
        if self.fatturapa and not (self.post_code.isdigit() and len(self.post_code) == 5):
            raise ValueError("fatturapa wants a post_code of five digits")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """
        Return every format in which bills are given, those of a tax office last.
        """
        return (*self.formats, *(office for office in _OFFICES if getattr(self, office)))

    def as_facts(self) -> dict[str, Any]:
        """
        Return what a bill has to say of the company; what is the same everywhere stays out.
        """
        facts = {
            name: value
            for name in ("country", "street", "post_code", "city", "province", "registration")
            if (value := getattr(self, name))
        }
        facts["vat_id"] = self.vat_id
        if self.fatturapa:
            facts["fatturapa"] = self.fatturapa.model_dump(mode="json", exclude={"since"})
        if self.nav:
            facts["nav"] = self.nav.model_dump(mode="json", exclude={"since"})
        if self.verifactu:
            facts["verifactu"] = self.verifactu.model_dump(
                mode="json", include={"qr_base", "exempt", "outside"}
            )
        return facts
