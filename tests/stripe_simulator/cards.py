"""The test tokens of cards, and what each does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    last4: str
    brand: str = "visa"
    code: str = ""
    decline_code: str = ""
    # Declined only once it is stored.
    later: bool = False
    asks: bool = False
    disputed: bool = False


DECLINED = "card_declined"
TOKENS = {
    "pm_card_visa": Token("4242"),
    "pm_card_mastercard": Token("4444", brand="mastercard"),
    "pm_card_chargeDeclined": Token("0002", code=DECLINED, decline_code="generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": Token(
        "9995", code=DECLINED, decline_code="insufficient_funds"
    ),
    "pm_card_chargeDeclinedLostCard": Token("9987", code=DECLINED, decline_code="lost_card"),
    "pm_card_chargeDeclinedExpiredCard": Token("0069", code="expired_card"),
    "pm_card_chargeDeclinedProcessingError": Token("0119", code="processing_error"),
    "pm_card_chargeCustomerFail": Token(
        "0341", code=DECLINED, decline_code="generic_decline", later=True
    ),
    "pm_card_authenticationRequired": Token("3184", asks=True),
    "pm_card_createDispute": Token("0259", disputed=True),
}
