"""What one kind of evidence has to offer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import QuerySet

from mains.core.money import Money
from mains.core.typed import NotAnAmount, parse_amount
from mains.customers.models import Account
from mains.enrolment.rules import typed
from mains.enrolment.rules.tax_numbers import is_mistyped
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import Evidence as Kind
from mains.tenancy.tenantfile.identity import Identifier, Policy


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One fact that a visitor stated, as typed, with what is needed to judge it.

    `bill_number` is the bill that the same visitor named, so that an amount or a date is compared
    with that bill only; `identifier` is how the tenant prints this number.
    """

    typed: str
    language: str
    today: date
    policy: Policy
    country: str
    bill_number: str = ""
    identifier: Identifier | None = None

    def number(self) -> str:
        """
        Return the fact as a number without separators, look-alikes read where they are allowed.
        """
        if self.identifier is None:
            return typed.plain(self.typed)
        return typed.as_printed(
            self.typed,
            pattern=self.identifier.pattern,
            look_alikes=self.identifier.look_alikes,
        )

    def amount_minor(self, currency: str) -> int | None:
        """
        Return the fact as minor units of a currency, or None where it is no such amount.
        """
        try:
            stated: Decimal = parse_amount(self.typed, language=self.language)
        except NotAnAmount:
            return None
        rounded = Money.round_from(stated, currency)
        return rounded.minor if rounded.as_decimal() == stated else None


def slip_of(kind: Kind, stated: str, *, file: TenantFile) -> typed.Slip | None:
    """
    Return why a stated fact cannot be right whoever it is about, or None; nothing is looked up.
    """
    printed = next((one for one in file.identifiers if one.evidence is kind), None)
    if printed is not None:
        return typed.slip(
            stated,
            pattern=printed.pattern,
            look_alikes=printed.look_alikes,
            checksum=printed.checksum,
        )
    if kind is Kind.TAX_ID and is_mistyped(stated, country=file.locale.country):
        return typed.Slip.CHECK_DIGIT
    return None


class Evidence(Protocol):
    @property
    def label(self) -> Any: ...
    @property
    def hint(self) -> Any: ...
    @property
    def inputmode(self) -> str: ...

    def holds(self, account: Account, claim: Claim) -> bool:
        """Tell whether the fact is true of the account."""


class Naming(Evidence, Protocol):
    """
    Evidence that names accounts; a code may name the several accounts of one customer.
    """

    def candidates(self, claim: Claim) -> QuerySet[Account]:
        """Return the accounts that the fact names."""
