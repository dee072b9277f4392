"""Fixed monthly amounts with a settlement once a year, where a utility offers them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mains.tenancy.tenantfile.base import Language, Section
from mains.tenancy.tenantfile.components import Vat

# What a line of a bill is called, in each of the tenant's languages.
LineTexts = dict[Language, Annotated[str, Field(min_length=1, max_length=120)]]


class BudgetBilling(Section):
    # A tax of the utility, or a percentage, that is charged on fixed amounts.
    tax: Vat
    # What everybody used is settled once this month is over.
    settles_month: int = Field(ge=1, le=12)
    # Proposed amounts are rounded up to a multiple of this, in the currency.
    round_to: Decimal = Field(default=Decimal(1), gt=0)
    # The fixed amount on a bill, and the line of a settlement that takes these off.
    label: LineTexts
    label_billed: LineTexts
