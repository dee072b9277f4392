"""With which references and codes the bills of a company are paid."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator
from stdnum import iban
from stdnum.exceptions import ValidationError
from stdnum.it import iva
from stdnum.ua import edrpou

from mains.tenancy.tenantfile.base import Section

if TYPE_CHECKING:
    from mains.tenancy.tenantfile import Company


class Cuaderno57(Section):
    """
    Spain: paid at the counter of any bank, and with the barcode of format 507.
    """

    # The digits of the company's tax number, and the suffix that its bank agreed with it. From 500
    # on the identification is the last day on which banks take a payment.
    issuer: str = Field(pattern=r"^\d{1,8}$")
    suffix: str = Field(pattern=r"^\d{3}$")
    # What payment pages of banks ask for first.
    cpr: str = Field(default="90507", pattern=r"^\d{5}$")
    # How many days after the due date banks still take it.
    days_after_due: int = Field(default=0, ge=0, le=90)


class Reference731(Section):
    """
    Baltic and Nordic countries: a reference of digits alone, with one check digit.
    """

    # Before the digits of the bill; tells the companies of a tenant apart.
    prefix: str = Field(default="", pattern=r"^(|[1-9]\d{0,3})$")


class PagoPa(Section):
    """
    Italy: the notice of public bodies and those who joined pagoPA.
    """

    aux_digit: Literal["0", "3"] = "3"
    # Application code, or the code of segregation, that pagoPA gave the creditor.
    application_code: str = Field(pattern=r"^\d{2}$")
    creditor_tax_id: str
    # The interbank code under which it is found in internet banking; not printed where empty.
    cbill: str = Field(default="", pattern=r"^[A-Z0-9]{0,10}$")

    @field_validator("creditor_tax_id")
    @classmethod
    def _checked(cls, value: str) -> str:
        if not iva.is_valid(value):
            raise ValueError(f"{value!r} has wrong check digits; write the eleven digits")
        return value


class Bollettino896(Section):
    """
    Italy: the pre-printed postal slip.
    """

    # The account at the post office.
    account: str = Field(pattern=r"^\d{1,12}$")
    # Before the digits of the bill in the client code of eighteen digits.
    prefix: str = Field(default="00000", pattern=r"^\d{5}$")


class Nbu(Section):
    """
    Ukraine: the code of the National Bank for banking apps.
    """

    # Where the code leads; the National Bank changed it on 1 November 2025.
    prefix: str = Field(default="https://qr.bank.gov.ua/", pattern=r"^https://[a-z./]+/$")


class Mnb(Section):
    """
    Hungary: the code of the Magyar Nemzeti Bank for banking apps.
    """

    bic: str = Field(pattern=r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")
    # What the money is for, by ISO 20022: energy, gas, water, electricity, or another bill.
    purpose: Literal["ENRG", "GASB", "WTER", "ELEC", "OTHR"] = "ENRG"
    # How many days after the due date banks still take the code.
    days_after_due: int = Field(default=30, ge=0, le=90)


class PaymentCodes(Section):
    # A code for banking apps on bills in euro, where the company has a bank account.
    epc: bool = True
    cuaderno_57: Cuaderno57 | None = None
    reference_731: Reference731 | None = None
    pagopa: PagoPa | None = None
    bollettino_896: Bollettino896 | None = None
    nbu: Nbu | None = None
    mnb: Mnb | None = None


def check_account(company: "Company") -> None:
    """
    Go on if money sent with a company's codes can reach it.

    :raises ValueError: for a bank account or tax number that cannot be right.
    """
    try:
        if company.iban:
            iban.validate(company.iban, check_country=False)
    except ValidationError as error:
        raise ValueError(
            f"iban {company.iban!r} has wrong check digits or a wrong length; compare it with the "
            "bank's own letter"
        ) from error
    codes = company.payment_codes
    if (codes.nbu or codes.mnb) and not company.iban:
        raise ValueError("payment_codes need the company's iban; add it, or leave them out")
    if codes.nbu and not edrpou.is_valid(company.tax_id):
        raise ValueError(
            f"tax_id {company.tax_id!r} has a wrong check digit; payment_codes.nbu prints it as "
            "the code of the recipient (ЄДРПОУ), so it has to be right"
        )


def check_apart(companies: Iterable["Company"]) -> None:
    """
    Go on if a reference that somebody types can be of one company only.

    :raises ValueError: if two companies have the same parameters of a scheme.
    """
    seen: dict[tuple[str, ...], str] = {}
    for company in companies:
        for place, value in _own(company.payment_codes):
            other = seen.setdefault((place, *value), company.code)
            if other != company.code:
                raise ValueError(
                    f"companies {other!r} and {company.code!r} both have {'-'.join(value)!r} as "
                    f"payment_codes.{place}: nobody could tell whose bill a reference names"
                )


def _own(codes: PaymentCodes) -> Iterable[tuple[str, tuple[str, ...]]]:
    if codes.cuaderno_57:
        issuer = codes.cuaderno_57.issuer.zfill(8)
        yield "cuaderno_57.issuer and suffix", (issuer, codes.cuaderno_57.suffix)
    if codes.reference_731:
        yield "reference_731.prefix", (codes.reference_731.prefix,)
    if codes.pagopa:
        first = f"{codes.pagopa.aux_digit}{codes.pagopa.application_code}00"
        yield "pagopa.application_code or bollettino_896.prefix", (first,)
    if codes.bollettino_896:
        prefix = codes.bollettino_896.prefix
        yield "pagopa.application_code or bollettino_896.prefix", (prefix,)
