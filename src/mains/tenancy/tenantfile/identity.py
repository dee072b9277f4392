"""How customers come in, what proves who they are, and how they get back in (axes A1–A5)."""

from enum import StrEnum

from pydantic import Field

from mains.tenancy.tenantfile.base import Section, Slug


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
    The facts a tenant may ask for; each kind is a folder of enrolment.evidence.
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
    CODE_TO_CONTACT = "code_to_contact"


class Purpose(StrEnum):
    REGISTER = "register"
    LINK = "link"
    GUEST_READ = "guest_read"
    GUEST_PAY = "guest_pay"
    RECOVER = "recover"


class Policy(Section):
    """
    Which facts prove a person for one purpose; all of them have to match.
    """

    purpose: Purpose
    customer_type: CustomerType = CustomerType.PRIVATE
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    # S2.13: the bill has to be younger than this.
    bill_max_age_days: int = Field(default=365, ge=1, le=3660)


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
    email_changeable: bool = True
    # S2.21: a sign-up that nobody confirms ends by itself.
    pending_hours: int = Field(default=24, ge=1, le=720)
    requires_mandate: bool = False
    policies: tuple[Policy, ...] = ()


class Identifier(Section):
    """
    How a number on the bill looks: a pattern after spaces and hyphens are gone, and an example.
    """

    evidence: Evidence
    pattern: str
    example: str


class Grouping(StrEnum):
    """What one login may see together (axis A12)."""

    ALL_LINKED = "all_linked"
    BY_SERVICE = "by_service"
    SAME_TAX_ID = "same_tax_id"


class Portal(Section):
    mandatory: bool = False
    grouping: Grouping = Grouping.ALL_LINKED
    default_company: Slug | None = None
