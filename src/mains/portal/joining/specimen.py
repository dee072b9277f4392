"""What somebody needs at hand to register, and a drawn bill that shows where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from mains.core.money import Money
from mains.core.wording import money_text, short_date_text
from mains.enrolment.evidence import KINDS
from mains.portal.joining.forms import types
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import CustomerType, Evidence, Policy, Purpose

# Where each fact stands on the drawn sheet, of 320 by 300; an e-mail is on no bill.
PLACES = {
    Evidence.ADDRESS: (28, 84),
    Evidence.POST_CODE: (28, 108),
    Evidence.TAX_ID: (28, 132),
    Evidence.SUPPLY_POINT: (28, 156),
    Evidence.ACCOUNT_NUMBER: (188, 66),
    Evidence.CUSTOMER_CODE: (188, 88),
    Evidence.BILL_NUMBER: (188, 110),
    Evidence.BILL_DATE: (188, 132),
    Evidence.LAST_PAYMENT: (28, 272),
    Evidence.BILL_AMOUNT: (188, 272),
}


@dataclass(frozen=True, slots=True)
class Needed:
    """
    What one type of customer has to have at hand: one list of facts, or one of several.
    """

    who: str
    ways: list[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """
    A fact on the drawn bill: its number in the list, its name, an invented value, and its place.
    """

    number: int
    label: str
    value: str
    x: int
    y: int


def needed(*, file: TenantFile, offered: Sequence[CustomerType]) -> list[Needed]:
    """
    Return the facts that each type of customer is asked for.
    """
    return [
        Needed(
            str(types()[kind].text) if len(offered) > 1 else "",
            [
                ", ".join(str(KINDS[fact].label) for fact in policy.facts)
                for policy in file.registration.policies_for(Purpose.REGISTER, kind)
            ],
        )
        for kind in offered
    ]


def marks(*, file: TenantFile, policies: Sequence[Policy], language: str) -> list[Mark]:
    """
    Return the facts of some policies as they stand on a bill of the tenant, with invented figures.
    """
    facts = dict.fromkeys(fact for policy in policies for fact in policy.facts if fact in PLACES)
    values = _invented(file, language)
    return [
        Mark(number, str(KINDS[fact].label), values[fact], *PLACES[fact])
        for number, fact in enumerate(facts, start=1)
    ]


def _invented(file: TenantFile, language: str) -> dict[Evidence, str]:
    def amount(text: str) -> str:
        return money_text(Money.round_from(Decimal(text), file.locale.currency), language=language)

    day = date(2026, 1, 31)
    return {
        Evidence.ADDRESS: _("1 Example Street"),
        Evidence.POST_CODE: "00000",
        Evidence.TAX_ID: "00000000",
        Evidence.SUPPLY_POINT: f"{file.locale.country}-00000",
        Evidence.ACCOUNT_NUMBER: "00000000",
        Evidence.CUSTOMER_CODE: "00000",
        Evidence.BILL_NUMBER: f"{file.companies[0].series}{day.year}-000000",
        Evidence.BILL_DATE: short_date_text(day, language=language),
        Evidence.LAST_PAYMENT: amount("1200"),
        Evidence.BILL_AMOUNT: amount("1234"),
        **{one.evidence: one.example for one in file.identifiers},
    }
