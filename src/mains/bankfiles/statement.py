"""What every bank statement says, whatever its format: an account, its balances and its lines."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Line:
    """
    One payment of a statement; `amount_minor` is above zero where money came in.

    `key` names the payment in every file that tells of it (`keys`). `remittance` is a structured
    creditor reference, `text` whatever else was written. The payer is the other party, also where
    money went out. `return_reason` is an ISO code such as AM04, empty where nothing was returned;
    `bank_code` is the bank's kind of transaction as given. `entry_reference` is what the bank calls
    the entry that the line is part of: a batch that one file gives as a sum and another in parts
    has the same in both.
    """

    key: str
    amount_minor: int
    currency: str
    booking_date: date
    value_date: date
    bank_reference: str = ""
    end_to_end_id: str = ""
    mandate_reference: str = ""
    remittance: str = ""
    text: str = ""
    payer_name: str = ""
    payer_iban: str = ""
    return_reason: str = ""
    is_reversal: bool = False
    bank_code: str = ""
    entry_reference: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """
    The lines of one account in one file, in its order.

    Balances are None where the file has none, and so are dates where it names none. A file that
    names no currency has an empty one, and its amounts are in hundredths.
    """

    account: str
    currency: str
    number: str
    opening_minor: int | None
    closing_minor: int | None
    first_date: date | None
    last_date: date | None
    lines: tuple[Line, ...]

    @property
    def missing_minor(self) -> int | None:
        """
        Return what the lines lack of the way from the opening to the closing balance.

        None where a balance is missing. Anything but zero is for somebody to look at: banks cut
        statements into pages, so it is no reason to refuse a file.
        """
        if self.opening_minor is None or self.closing_minor is None:
            return None
        lines = sum(line.amount_minor for line in self.lines)
        return self.closing_minor - self.opening_minor - lines


def span(lines: list[Line]) -> tuple[date | None, date | None]:
    """
    Return the first and last day on which lines were booked; None where there are none.
    """
    days = [line.booking_date for line in lines]
    return (min(days), max(days)) if days else (None, None)
