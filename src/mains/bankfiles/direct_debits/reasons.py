"""
Why a direct debit came back, and what that asks of the company.

Codes: SEPA Direct Debit Core rulebook (EPC016-06, attribute AT-R3) and the European Payments
Council's guidance on reason codes for SDD R-transactions (EPC173-14). What is done is ours.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Action(StrEnum):
    """What a reason asks for."""

    # The money was not there: try again later.
    RETRY = "retry"
    # Nothing more is collected under this mandate.
    STOP_MANDATE = "stop_mandate"
    # The debtor took it back: the bill is open again, and why is between the two.
    REFUND = "refund"
    # Only the debtor, or the debtor's bank, can tell.
    ASK_CUSTOMER = "ask_customer"
    # The file, the mandate's data or the scheme is wrong: ours to mend.
    CORRECT_DATA = "correct_data"


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "AC01": Action.STOP_MANDATE,  # account number
        "AC04": Action.STOP_MANDATE,  # account closed
        "AC06": Action.STOP_MANDATE,  # account blocked
        "AC13": Action.CORRECT_DATA,  # a consumer's account in the scheme for businesses
        "AG01": Action.STOP_MANDATE,  # account takes no direct debits
        "AG02": Action.CORRECT_DATA,  # operation code or sequence
        "AM04": Action.RETRY,  # funds
        "AM05": Action.CORRECT_DATA,  # collected twice
        "BE05": Action.CORRECT_DATA,  # creditor identifier
        "CNOR": Action.CORRECT_DATA,  # creditor's bank is not in the scheme
        "DNOR": Action.ASK_CUSTOMER,  # debtor's bank is not in the scheme
        "ED05": Action.RETRY,  # settlement failed
        "FF01": Action.CORRECT_DATA,  # file format
        "FOCR": Action.ASK_CUSTOMER,  # after a request for cancellation
        "MD01": Action.STOP_MANDATE,  # no mandate
        "MD02": Action.CORRECT_DATA,  # mandate data
        "MD06": Action.REFUND,  # disputed by the debtor
        "MD07": Action.STOP_MANDATE,  # debtor deceased
        "MS02": Action.ASK_CUSTOMER,  # refused by the debtor
        "MS03": Action.ASK_CUSTOMER,  # the bank does not say
        "RC01": Action.CORRECT_DATA,  # bank identifier
        "RR01": Action.CORRECT_DATA,  # regulation: account or identification of the debtor
        "RR02": Action.CORRECT_DATA,  # regulation: name or address of the debtor
        "RR03": Action.CORRECT_DATA,  # regulation: name or address of the creditor
        "RR04": Action.ASK_CUSTOMER,  # regulation
        "SL01": Action.ASK_CUSTOMER,  # a service of the debtor's bank, such as a list of creditors
        "TECH": Action.CORRECT_DATA,  # technical problem of the sender
    }
)


def action_of(reason: str) -> Action:
    """
    Return what a reason asks for; one that is not known asks the customer, and is never guessed.
    """
    return ACTIONS.get(reason.strip().upper(), Action.ASK_CUSTOMER)
