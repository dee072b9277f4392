"""What somebody can agree to, and on which ground it is used (Art. 6 GDPR)."""

from enum import StrEnum


class ConsentPurpose(StrEnum):
    TERMS = "terms"
    PRIVACY = "privacy"
    ELECTRONIC_BILL = "ebill"
    MARKETING = "marketing"


class LawfulBasis(StrEnum):
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"


# The terms are a contract. Of the privacy notice somebody is told, as the law demands (Art. 13).
BASIS = {
    ConsentPurpose.TERMS: LawfulBasis.CONTRACT,
    ConsentPurpose.PRIVACY: LawfulBasis.LEGAL_OBLIGATION,
    ConsentPurpose.ELECTRONIC_BILL: LawfulBasis.CONSENT,
    ConsentPurpose.MARKETING: LawfulBasis.CONSENT,
}
