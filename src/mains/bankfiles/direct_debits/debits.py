"""What is collected from whom, and what no bank would take."""

import re
from collections import Counter
from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import bic, iban
from stdnum.eu import at_02

# The characters of SEPA (EPC217-08, section 1); a reference neither begins nor ends with a slash,
# and has no two of them together.
_REFERENCE = re.compile(r"(?!/|.*//|.*/$)[A-Za-z0-9/\-?:().,'+ ]{1,35}")
_MOST_MINOR = 99_999_999_999


class Sequence(StrEnum):
    """Which collection of its mandate one is."""

    FIRST = "FRST"
    RECURRENT = "RCUR"
    ONE_OFF = "OOFF"
    FINAL = "FNAL"


class Instrument(StrEnum):
    """The scheme: for everybody, or between businesses."""

    CORE = "CORE"
    B2B = "B2B"


class Refusal(StrEnum):
    """What stands against a debit or its file; every surface has its own words for each."""

    NOTHING = "nothing"
    AMOUNT = "amount"
    CURRENCY = "currency"
    IBAN = "iban"
    BIC = "bic"
    CREDITOR = "creditor"
    MANDATE = "mandate"
    SIGNED = "signed"
    REFERENCE = "reference"
    TWICE = "twice"
    NAME = "name"
    DATE = "date"


class RefusedDebit(ValueError):
    """
    No file was written; `end_to_end_id` is the debit that stands against it, empty for the file.
    """

    def __init__(self, refusal: Refusal, end_to_end_id: str = "") -> None:
        super().__init__(f"{refusal}: {end_to_end_id}" if end_to_end_id else str(refusal))
        self.refusal = refusal
        self.end_to_end_id = end_to_end_id


@dataclass(frozen=True, slots=True)
class Creditor:
    """
    Who collects; the creditor id is that of SEPA, e.g. ES02ZZZA58818501.
    """

    name: str
    iban: str
    creditor_id: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """
    What of a mandate was otherwise at its last collection; empty where it stayed.

    The account is the old one of the same bank, or unknown (`is_account_changed`) where the debtor
    went to another.
    """

    mandate_reference: str = ""
    creditor_id: str = ""
    creditor_name: str = ""
    debtor_iban: str = ""
    is_account_changed: bool = False


@dataclass(frozen=True, slots=True)
class Debit:
    """
    One collection; its answer is found by `end_to_end_id` alone, as texts are transliterated.
    """

    end_to_end_id: str
    mandate_reference: str
    signed_date: date
    sequence: Sequence
    debtor_name: str
    debtor_iban: str
    amount_minor: int
    text: str = ""
    currency: str = "EUR"
    amendment: Amendment | None = None


def is_reference(text: str) -> bool:
    """
    Tell whether a text may be a reference in SEPA: at most 35 of its characters.
    """
    return _REFERENCE.fullmatch(text) is not None


def check_creditor(creditor: Creditor) -> None:
    """
    Check who collects.

    :raises RefusedDebit: for wrong check digits, and for no name.
    """
    if not iban.is_valid(creditor.iban):
        raise RefusedDebit(Refusal.IBAN)
    if not at_02.is_valid(creditor.creditor_id):
        raise RefusedDebit(Refusal.CREDITOR)
    if creditor.bic and not bic.is_valid(creditor.bic):
        raise RefusedDebit(Refusal.BIC)
    if not creditor.name.strip():
        raise RefusedDebit(Refusal.NAME)


def check_debits(debits: Many[Debit], *, collection_date: date) -> None:
    """
    Check what is collected.

    :raises RefusedDebit: for the first that no bank would take, or that stands there twice.
    """
    for debit in debits:
        found = next((why for why, wrong in _objections(debit, collection_date) if wrong), None)
        if found is not None:
            raise RefusedDebit(found, debit.end_to_end_id)
    counts = Counter(debit.end_to_end_id for debit in debits)
    for end_to_end_id, count in counts.items():
        if count > 1:
            raise RefusedDebit(Refusal.TWICE, end_to_end_id)


def _objections(debit: Debit, collection_date: date) -> tuple[tuple[Refusal, bool], ...]:
    old = debit.amendment or Amendment()
    return (
        (Refusal.REFERENCE, not is_reference(debit.end_to_end_id)),
        (Refusal.AMOUNT, not 0 < debit.amount_minor <= _MOST_MINOR),
        (Refusal.CURRENCY, debit.currency != "EUR"),
        (Refusal.IBAN, not iban.is_valid(debit.debtor_iban)),
        (Refusal.MANDATE, not is_reference(debit.mandate_reference)),
        (Refusal.SIGNED, debit.signed_date > collection_date),
        (Refusal.NAME, not debit.debtor_name.strip()),
        (Refusal.IBAN, bool(old.debtor_iban) and not iban.is_valid(old.debtor_iban)),
        (Refusal.CREDITOR, bool(old.creditor_id) and not at_02.is_valid(old.creditor_id)),
        (
            Refusal.MANDATE,
            bool(old.mandate_reference) and not is_reference(old.mandate_reference),
        ),
    )
