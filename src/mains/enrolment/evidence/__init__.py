"""The kinds of evidence: adding one is a class and a line here."""

from mains.enrolment.evidence.amounts import BillAmount, LastPayment
from mains.enrolment.evidence.base import Claim, Evidence
from mains.enrolment.evidence.numbers import AccountNumber, BillNumber, CustomerCode, TaxId
from mains.tenancy.tenantfile import identity

KINDS: dict[identity.Evidence, Evidence] = {
    identity.Evidence.ACCOUNT_NUMBER: AccountNumber(),
    identity.Evidence.CUSTOMER_CODE: CustomerCode(),
    identity.Evidence.BILL_NUMBER: BillNumber(),
    identity.Evidence.BILL_AMOUNT: BillAmount(),
    identity.Evidence.LAST_PAYMENT: LastPayment(),
    identity.Evidence.TAX_ID: TaxId(),
}
# Which of them name the account; every policy needs one.
NAMES_ACCOUNT = (identity.Evidence.ACCOUNT_NUMBER, identity.Evidence.CUSTOMER_CODE)

__all__ = ["KINDS", "NAMES_ACCOUNT", "Claim", "Evidence"]
