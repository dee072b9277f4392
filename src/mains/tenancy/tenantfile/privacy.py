"""How long what is kept, and who answers for it (S0.12)."""

from datetime import date

from pydantic import Field

from mains.tenancy.tenantfile.base import Section


class Processor(Section):
    """
    Somebody who handles customers' data for the provider under a contract.
    """

    name: str = Field(min_length=2, max_length=120)
    purpose: str = Field(min_length=2, max_length=200)
    country: str = Field(pattern=r"^[A-Z]{2}$")


class ProcessingAgreement(Section):
    """
    The contract under which this platform handles customers' data for the provider (Art. 28 GDPR).
    """

    version: str = Field(min_length=1, max_length=40)
    signed_date: date
    # Where both sides read what they agreed to.
    url: str = Field(pattern=r"^https://[^\s/]+/\S*$", max_length=300)


class Privacy(Section):
    # Full calendar years that bills, their documents and bookings are kept after the year of issue.
    retention_years: int = Field(default=10, ge=1, le=30)
    # Where the law says so; shown in the processing record and to whoever asks for erasure.
    retention_law: str = Field(default="", max_length=200)
    # How long an export can be downloaded.
    export_days: int = Field(default=7, ge=1, le=30)
    # How long messages and the gateways' notices are kept.
    message_days: int = Field(default=730, ge=30, le=3660)
    # How long the photo of a meter is kept beside its reading.
    photo_days: int = Field(default=400, ge=30, le=3660)
    # Whether customers are asked for news and offers at all; nobody gets any without agreeing.
    news: bool = False
    officer: str = Field(default="", max_length=200)
    processors: tuple[Processor, ...] = ()
    processing_agreement: ProcessingAgreement | None = None
