"""How customers come in, what proves who they are, and how they get back in (axes A1–A5)."""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from mains.core.checksums import Checksum, fits
from mains.tenancy.tenantfile.base import Section, Slug, Texts


class Way(StrEnum):
    INVITATION = "invitation"
    BILL_BY_TYPE = "bill_by_type"
    FACTS = "facts"
    ACCOUNT_FIRST = "account_first"
    COMPANY_CHOOSER = "company_chooser"


class CustomerType(StrEnum):
    PRIVATE = "private"
    COMPANY = "company"
    ADMINISTRATOR = "administrator"


class Evidence(StrEnum):
    """
    The facts a tenant may ask for; each kind is a module of enrolment.evidence.

    The last one is no fact but a step: a code sent to the contact that the provider has on file.
    """

    CUSTOMER_CODE = "customer_code"
    ACCOUNT_NUMBER = "account_number"
    BILL_NUMBER = "bill_number"
    BILL_AMOUNT = "bill_amount"
    BILL_DATE = "bill_date"
    LAST_PAYMENT = "last_payment"
    ADDRESS = "address"
    POST_CODE = "post_code"
    TAX_ID = "tax_id"
    SUPPLY_POINT = "supply_point"
    EMAIL = "email"
    CODE_TO_CONTACT = "code_to_contact"


class Purpose(StrEnum):
    REGISTER = "register"
    LINK = "link"
    GUEST_READ = "guest_read"
    GUEST_PAY = "guest_pay"
    RECOVER = "recover"


# What names an account, so that the other facts can be compared with it.
NAMES_ACCOUNT = (
    Evidence.ACCOUNT_NUMBER,
    Evidence.CUSTOMER_CODE,
    Evidence.SUPPLY_POINT,
    Evidence.BILL_NUMBER,
)


class Waiver(Section):
    """
    Why a policy is used although it can be guessed, and who decided that when.
    """

    reason: str = Field(min_length=10)
    by: str = Field(min_length=2)
    date: date


class Policy(Section):
    """
    Which facts prove a person for one purpose, in the order they are asked; all have to match.

    Several policies of one purpose and customer type are alternatives; the first is shown first.
    """

    purpose: Purpose
    customer_type: CustomerType = CustomerType.PRIVATE
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    # S2.13: the bill has to be younger than this many days, or than the same day a year before.
    bill_max_age_days: int = Field(default=365, ge=1, le=3660)
    bill_age: Literal["days", "calendar_year"] = "days"
    waiver: Waiver | None = None

    @model_validator(mode="after")
    def _names_an_account(self) -> Self:
        named = set(self.evidence) & set(NAMES_ACCOUNT)
        if not named and self.purpose is not Purpose.GUEST_PAY:
            names = ", ".join(NAMES_ACCOUNT)
            raise ValueError(f"no evidence names an account; ask for one of {names}")
        if len(set(self.evidence)) < len(self.evidence):
            raise ValueError("the same evidence is asked twice")
        return self

    @property
    def facts(self) -> tuple[Evidence, ...]:
        """
        Return what is typed into the form.
        """
        return tuple(kind for kind in self.evidence if kind is not Evidence.CODE_TO_CONTACT)

    @property
    def naming(self) -> Evidence:
        """
        Return the fact that names the account, the most telling one where several do.
        """
        return next(kind for kind in NAMES_ACCOUNT if kind in self.evidence)

    @property
    def needs_code(self) -> bool:
        """
        Tell whether a code to the contact on file is always asked as well.
        """
        return Evidence.CODE_TO_CONTACT in self.evidence


class Budgets(Section):
    """
    How many failed proofs are borne before the next one is refused or needs a code as well.

    An address over its budget is refused until its hour is over. An account or a tenant over its
    budget is not: its customers then need a code that goes to the contact on file, so guessing
    locks nobody out.
    """

    address_hour: int = Field(default=20, ge=1, le=1_000)
    account_day: int = Field(default=3, ge=1, le=1_000)
    tenant_hour: int = Field(default=100, ge=1, le=100_000)
    tenant_day: int = Field(default=300, ge=1, le=1_000_000)


class PasswordMoment(StrEnum):
    IN_FORM = "in_form"
    AFTER_ACTIVATION = "after_activation"


class Recovery(StrEnum):
    LINK = "link"
    TEMPORARY_PASSWORD = "temporary_password"  # noqa: S105


class Registration(Section):
    ways: tuple[Way, ...] = Field(min_length=1)
    customer_types: tuple[CustomerType, ...] = (CustomerType.PRIVATE,)
    password: PasswordMoment = PasswordMoment.IN_FORM
    recovery: Recovery = Recovery.LINK
    # S2.22: so long a temporary password sent by mail can be used.
    temporary_password_hours: int = Field(default=24, ge=1, le=168)
    email_changeable: bool = True
    # S0.13: so long the old address can take a change of e-mail back.
    email_undo_days: int = Field(default=7, ge=1, le=90)
    # S2.21: a sign-up that nobody confirms ends by itself.
    pending_hours: int = Field(default=24, ge=1, le=720)
    requires_mandate: bool = False
    # S1.06: a user name is chosen beside the e-mail, and signs in as well.
    user_names: bool = False
    invitation_days: int = Field(default=14, ge=1, le=90)
    # How long a code to the contact on file holds, by e-mail and by letter.
    code_minutes: int = Field(default=30, ge=5, le=120)
    letter_days: int = Field(default=21, ge=5, le=60)
    # So long after a link nothing that reaches the holder can be changed by the new login.
    contact_lock_hours: int = Field(default=72, ge=24, le=72)
    # A policy that gives away more than this many accounts in a million guesses needs a waiver. At
    # 100, the 300 guesses a day of the budgets open one account in a month of constant attack.
    most_links_per_million: Decimal = Field(default=Decimal(100), gt=0, le=1_000_000)
    budgets: Budgets = Budgets()
    policies: tuple[Policy, ...] = ()

    def policies_for(
        self, purpose: Purpose, customer_type: CustomerType = CustomerType.PRIVATE
    ) -> tuple[Policy, ...]:
        """
        Return the alternatives for a purpose; a type without its own has the private ones.
        """
        of_purpose = [policy for policy in self.policies if policy.purpose is purpose]
        own = tuple(policy for policy in of_purpose if policy.customer_type is customer_type)
        if own or customer_type is CustomerType.PRIVATE:
            return own
        return self.policies_for(purpose)


class Identifier(Section):
    """
    How a number on the bill looks: a pattern after spaces and hyphens are gone, and an example.

    A number whose check digits do not fit is said to be mistyped, and counts as no try.
    """

    evidence: Evidence
    pattern: str
    example: str
    # S2.14: take O for 0 and I for 1 where the pattern wants a digit.
    look_alikes: bool = False
    checksum: Checksum | None = None

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        example = re.sub(r"[\s./‐‑–—-]", "", self.example).upper()
        try:
            found = re.fullmatch(self.pattern, example)
        except re.error as error:
            raise ValueError(f"pattern {self.pattern!r} cannot be read: {error}") from error
        if self.pattern and not found:
            raise ValueError(f"the example {self.example!r} does not fit {self.pattern!r}")
        if self.checksum is not None and not fits(example, self.checksum):
            raise ValueError(
                f"the check digits of the example {self.example!r} do not fit {self.checksum}"
            )
        return self


class LegalText(Section):
    """
    Terms of use or a privacy notice, in each of the tenant's languages; for some types or all.
    """

    kind: Literal["terms", "privacy"]
    customer_types: tuple[CustomerType, ...] = ()
    text: Texts


class Grouping(StrEnum):
    """What one login may see together (axis A12)."""

    ALL_LINKED = "all_linked"
    BY_SERVICE = "by_service"
    SAME_TAX_ID = "same_tax_id"


class Portal(Section):
    # S0.05: where it is mandatory nobody chooses paper; who has no login reads a bill and pays.
    mandatory: bool = False
    # Classes of contracts for which it is otherwise: `business = true`.
    mandatory_classes: dict[Slug, bool] = {}
    grouping: Grouping = Grouping.ALL_LINKED
    default_company: Slug | None = None
    # Whether people see what similar homes use on average; `compare_size` is the attribute of a
    # dwelling that tells its size, such as the heated area.
    compare_homes: bool = False
    compare_size: Slug | None = None

    def binds(self, contract_class: str) -> bool:
        """
        Tell whether contracts of a class have their bills by e-mail only.
        """
        return self.mandatory_classes.get(contract_class, self.mandatory)
