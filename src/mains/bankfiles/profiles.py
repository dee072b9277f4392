"""How a bank writes its CSV: which column holds what, and how days and amounts are written."""

from dataclasses import dataclass, replace
from types import MappingProxyType

# A column by the name in the header, or by its position from zero; None where there is none.
type Column = str | int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """
    One way to write a CSV.

    The amount stands in `amount`, with its sign or with that of the column `sign` (`debit_marks`
    are money that went out); or in `debit` and `credit`, and then the column is the sign, whatever
    stands before the figure. `is_inverse` turns a statement of a card round. A line without a
    currency has `currency`. `account` is whose statement it is, as the file seldom says.
    `skip_lines` are those before the header, `skip_last` those after the last payment.
    """

    date: Column
    amount: Column = None
    debit: Column = None
    credit: Column = None
    sign: Column = None
    value_date: Column = None
    currency_column: Column = None
    reference: Column = None
    end_to_end_id: Column = None
    mandate_reference: Column = None
    remittance: Column = None
    payer_name: Column = None
    payer_iban: Column = None
    bank_code: Column = None
    texts: tuple[str | int, ...] = ()
    account: str = ""
    currency: str = ""
    date_format: str = "%Y-%m-%d"
    decimal: str = "."
    thousands: str = ""
    debit_marks: frozenset[str] = frozenset({"D"})
    credit_marks: frozenset[str] = frozenset({"C"})
    is_inverse: bool = False
    has_header: bool = True
    skip_lines: int = 0
    skip_last: int = 0
    delimiter: str = ","
    encoding: str = "cp1252"


# Days such as 12/15/2018 and amounts such as 1,533.50.
_AMERICAN = Profile(
    date="Date",
    amount="Amount",
    texts=("Label",),
    payer_name="Partner Name",
    payer_iban="Bank Account",
    date_format="%m/%d/%Y",
    thousands=",",
)
_WITH_CURRENCY = replace(_AMERICAN, currency="EUR", currency_column="Currency")

PROFILES = MappingProxyType(
    {
        "signed": replace(_AMERICAN, currency="USD"),
        "signed_with_currency": _WITH_CURRENCY,
        "card": replace(_WITH_CURRENCY, is_inverse=True),
        "marked": replace(_AMERICAN, currency="USD", sign="D/C"),
        "two_columns": replace(
            _AMERICAN, currency="USD", amount=None, debit="Debit", credit="Credit"
        ),
        "by_position": replace(
            _WITH_CURRENCY,
            date=0,
            texts=(1,),
            currency_column=2,
            amount=3,
            payer_name=5,
            payer_iban=6,
            remittance=7,
            has_header=False,
        ),
        "framed": Profile(
            date="Date",
            reference="Operation Number",
            texts=("Label", "Detail"),
            debit="Debit",
            credit="Credit",
            currency="EUR",
            date_format="%d/%m/%y",
            decimal=",",
            thousands=".",
            skip_lines=4,
            skip_last=1,
        ),
    }
)
