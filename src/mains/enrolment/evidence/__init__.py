"""The kinds of evidence: adding one is a module and a line here."""

from django.utils.translation import gettext as _

from mains.enrolment.evidence.account_number import AccountNumber
from mains.enrolment.evidence.address import Address
from mains.enrolment.evidence.base import Claim, Evidence, Naming
from mains.enrolment.evidence.bill_amount import BillAmount
from mains.enrolment.evidence.bill_date import BillDate
from mains.enrolment.evidence.bill_number import BillNumber
from mains.enrolment.evidence.customer_code import CustomerCode
from mains.enrolment.evidence.email import EmailOnFile
from mains.enrolment.evidence.last_payment import LastPayment
from mains.enrolment.evidence.post_code import PostCode
from mains.enrolment.evidence.supply_point import SupplyPointCode
from mains.enrolment.evidence.tax_id import TaxId
from mains.tenancy.tenantfile.identity import Evidence as Kind

NAMING: dict[Kind, Naming] = {
    Kind.ACCOUNT_NUMBER: AccountNumber(),
    Kind.CUSTOMER_CODE: CustomerCode(),
    Kind.SUPPLY_POINT: SupplyPointCode(),
    Kind.BILL_NUMBER: BillNumber(),
}
KINDS: dict[Kind, Evidence] = {
    **NAMING,
    Kind.BILL_AMOUNT: BillAmount(),
    Kind.BILL_DATE: BillDate(),
    Kind.LAST_PAYMENT: LastPayment(),
    Kind.ADDRESS: Address(),
    Kind.POST_CODE: PostCode(),
    Kind.TAX_ID: TaxId(),
    Kind.EMAIL: EmailOnFile(),
}


def label(kind: Kind) -> str:
    """
    Return what a kind is called on forms.
    """
    if kind is Kind.CODE_TO_CONTACT:
        return _("Code to the contact on file")
    return str(KINDS[kind].label)


__all__ = ["KINDS", "NAMING", "Claim", "Evidence", "Kind", "Naming", "label"]
