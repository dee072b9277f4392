"""How bills are made, delivered and paid (axes A8, A9)."""

import re
from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator

from mains.tenancy.tenantfile.base import Section, Slug, Texts


class LateReadings(StrEnum):
    """
    What becomes of a reading that comes between the rehearsal of a bill and its issue.
    """

    REHEARSE_AGAIN = "rehearse_again"
    NEXT_BILL = "next_bill"


class Billing(Section):
    months_per_bill: Literal[1, 2, 3, 6, 12] = 1
    # Days from the issue date to the due date, in the tenant's zone.
    due_days: int = Field(default=14, ge=0, le=90)
    vat_rounding: Literal["per_rate"] = "per_rate"
    line_precision: Literal["currency_unit", "four_decimals"] = "currency_unit"
    # HUF: what is handed over in cash is rounded to 5; the bill itself is not.
    cash_rounding: int | None = None
    # How many days after the due date a bill that is not paid is reminded of, the first one first;
    # the last of them is the last reminder. Without any nobody is reminded.
    dunning_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = ()
    # In how many monthly parts customers may choose by themselves to pay a bill; staff may agree on
    # up to twelve. At 0 they ask.
    most_instalments: int = Field(default=0, ge=0, le=12)
    second_person_approves: bool = False
    # For use longer ago nothing more is claimed once a reading shows that an estimate was too low.
    # Where the law of the country is stricter, it holds.
    back_billing_months: int | None = Field(default=None, ge=1, le=120)
    # The day of the month on which the run of the period before starts by itself; it is rehearsed
    # and waits for approval.
    issue_day: int | None = Field(default=None, ge=1, le=28)
    # A reading that comes after an account was rehearsed: `rehearse_again` refuses to issue that
    # account's bill until it is rehearsed anew; `next_bill` bills as rehearsed, and the reading
    # counts on the bill after it.
    late_readings: LateReadings = LateReadings.REHEARSE_AGAIN

    @field_validator("dunning_days")
    @classmethod
    def _one_after_the_other(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days)):
            raise ValueError("write each day once, the shortest first")
        return days


class GatewayKind(StrEnum):
    SANDBOX = "sandbox"
    STRIPE = "stripe"
    LIQPAY = "liqpay"
    PRIVAT = "privat"
    BANK_TRANSFER = "bank_transfer"


# The secret of a place, never the secret itself: it is one of this tenant's own.
_PLACE = r"^(|kept:[a-z0-9-]+|env:[A-Z][A-Z0-9_]*|vault:[a-z0-9/_-]+)$"
SecretPlace = Annotated[str, Field(pattern=_PLACE, max_length=200)]


class Fee(Section):
    """
    What paying this way costs the payer on top: a share of the amount, in percent, and a fixed sum.
    """

    percent: Decimal = Field(default=Decimal(0), ge=0, le=10, decimal_places=4)
    fixed: Decimal = Field(default=Decimal(0), ge=0, le=100, decimal_places=2)


class Gateway(Section):
    """
    One way to pay; they are offered in their order, the next one where one does not answer.
    """

    kind: GatewayKind
    label: Texts
    # For which companies and services; none named means all.
    companies: tuple[Slug, ...] = ()
    services: tuple[Slug, ...] = ()
    # What the gateway calls the company: a connected account, a shop's number or public key.
    account: str = Field(default="", max_length=60, pattern=r"^[A-Za-z0-9_.-]*$")
    secret: SecretPlace = ""
    # All with which webhooks may be signed; two while one replaces the other.
    webhook_secrets: tuple[SecretPlace, ...] = Field(default=(), max_length=3)
    fee: Fee = Fee()
    # Switched off it is not offered; what was begun there is still settled.
    available: bool = True

    def takes(self, *, company: str, services: Collection[str] = ()) -> bool:
        """
        Tell whether bills of a company with these services can be paid here.
        """
        return (not self.companies or company in self.companies) and (
            not self.services or set(services) <= set(self.services)
        )

    def secret_is_of(self, slug: str) -> bool:
        """
        Tell whether the secrets are kept where only this tenant's are.

        The file is uploaded by the tenant, so any other name would let it use what is not its own:
        another tenant's key, or the platform's. What is kept for a tenant is looked up by it.
        """
        own = rf"env:MAINS_SECRET_{slug.upper()}__[A-Z0-9]+(_[A-Z0-9]+)*|vault:{slug}/[a-z0-9/_-]+"
        places = [
            place
            for place in (self.secret, *self.webhook_secrets)
            if place and not place.startswith("kept:")
        ]
        return all(re.fullmatch(own, place) for place in places)


class Payments(Section):
    enabled: bool = True
    # Shown where paying is switched off (S2.20).
    notice: Texts = {}
    gateways: tuple[Gateway, ...] = ()
    guest: bool = False
    part_payments: bool = False
    autopay: bool = False
    # S1.20: several bills of an account are paid as one, with a document that holds so many days.
    payment_documents: bool = False
    payment_document_days: int = Field(default=14, ge=1, le=90)
    # Days after the issue date on which bills under a mandate are collected.
    collection_days: int = Field(default=14, ge=2, le=60)
    direct_debit: bool = False
    # So many days before money is collected its payer is told how much and when. SEPA wants two
    # weeks unless something shorter was agreed, as it is in the mandate's text (EPC016-06, 4.3.4).
    announce_days: int = Field(default=14, ge=1, le=30)
    # A bill of more than so many times what the account's last ones were is not collected unless
    # its payer says so.
    unusual_times: Decimal = Field(default=Decimal(3), ge=Decimal("1.5"), le=20)
    # How many days after a collection that failed for want of money it is tried again.
    retry_days: tuple[Annotated[int, Field(ge=1, le=30)], ...] = (3, 7)
    # Whether the bank wants the first collection of a mandate to be told apart.
    first_debits_apart: bool = False
    # How many business days before a collection the bank wants to have the file.
    debit_lead_days: int = Field(default=1, ge=1, le=10)
    # Whether a line of a bank statement with a right reference is booked by itself whatever its
    # amount is, as a part payment or with the excess as credit; else only where the amount fits.
    reference_alone: bool = False


class OnBounce(StrEnum):
    """What becomes of bills by e-mail that come back."""

    PAPER = "paper"
    TELL = "tell"


class Delivery(Section):
    default_mode: Literal["electronic", "paper", "both"] = "electronic"
    box_at_sign_up: bool = True
    electronic_requires_mandate: bool = False
    on_mandate_loss: Literal["paper", "grace", "keep"] = "paper"
    # Whether contracts may have e-mail addresses of their own; else bills go to the login's.
    per_contract_address: bool = False
    # What is shown and kept beside the choice of bills by e-mail (S4.10), and what they are good
    # for (S4.09); words of ours, or nothing, where they are empty.
    notice: Texts = {}
    benefit: Texts = {}
    # What happens once so many messages to an address came back: its bills go on paper from the
    # next one on, or their holder is told.
    on_bounce: OnBounce = OnBounce.TELL
    bounces: int = Field(default=1, ge=1, le=10)
