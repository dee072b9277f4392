"""The console's words for stages, states and reasons."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mains.billing.rules.drafting import Hold
from mains.branding.components import Meaning
from mains.core.wording import (
    day_and_month_text,
    instant_text,
    number_text,
    short_date_text,
    unit_text,
)
from mains.core.wording import decimal_mark as language_decimal_mark
from mains.metering.rules.typed import NotANumber, TooManyDigits
from mains.payments.bank.placing import BY
from mains.payments.direct_debits.filing import GATEWAY as DEBITS
from mains.payments.gateways import GATEWAYS
from mains.tenancy.tenantfile.identity import CustomerType, Purpose

type Words = tuple[str, Meaning]


def language() -> str:
    """
    Return the code of the reader's language.
    """
    return (get_language() or "en").split("-")[0]


def day(value: date) -> str:
    """
    Write a date in figures.
    """
    return short_date_text(value, language=language())


def moment(value: datetime, zone: ZoneInfo) -> str:
    """
    Write an instant in the tenant's zone.
    """
    return instant_text(value.astimezone(zone), language=language())


def period(start: date, end: date) -> str:
    """
    Write a half-open period with its last day.
    """
    return f"{day(start)} – {day(date.fromordinal(end.toordinal() - 1))}"


def number(value: Decimal | str | int | None) -> str:
    """
    Write a number with the language's separators, or a dash where nothing is known.
    """
    return "–" if value is None else number_text(Decimal(value), language=language())


def decimal_mark() -> str:
    """
    Return the decimal sign that the reader types.
    """
    return language_decimal_mark(language=language())


def unusable(problem: NotANumber | TooManyDigits) -> str:
    """
    Say why what was typed cannot be what a meter shows.
    """
    if isinstance(problem, NotANumber):
        return _("There are letters or signs in it. Type only the digits that the meter shows.")
    return _("The meter shows %(digits)s digits. Leave out red digits after the decimal sign.") % {
        "digits": problem.digits
    }


def stage(code: str) -> Words:
    """
    Return what a stage of a bill run is called.
    """
    words: dict[str, Words] = {
        "DRAFT": (_("Draft"), ""),
        "REHEARSED": (_("Rehearsed"), "info"),
        "APPROVED": (_("Approved"), "info"),
        "ISSUED": (_("Issued"), "ok"),
        "SENT": (_("Sent"), "ok"),
        "CANCELLED": (_("Cancelled"), "bad"),
    }
    return words.get(code, (code, ""))


def hold(reason: str, explanation: str) -> str:
    """
    Say why an account gets no bill, and what helps.
    """
    sentences = {
        Hold.NO_READING: _("No reading of %(what)s closes this period. Add or accept one."),
        Hold.BELOW_PREVIOUS: _(
            "The reading of %(what)s is below the one before. Check the meter, then correct it."
        ),
        Hold.NO_TARIFF: _("No published prices of tariff %(what)s hold on these days."),
        Hold.NOT_RATABLE: _("The tariff does not fit what is known of the account: %(what)s."),
        Hold.NOTHING_TO_BILL: _("No contract of the account has anything to charge."),
        Hold.BILLED_ALREADY: _("Another bill charged all of these days already."),
        Hold.NOT_SETTLED: _("Fixed amounts ended and are not settled. Settle them first."),
    }
    known = {str(code): sentence for code, sentence in sentences.items()}
    return known.get(reason, reason) % {"what": explanation}


def attempt(code: str) -> str:
    """
    Return how an open card payment stands.
    """
    return {
        "CREATED": _("Being opened"),
        "PENDING": _("Page open"),
        "UNKNOWN": _("Not known: the gateway did not answer"),
        "NEEDS_CUSTOMER": _("Its payer has to confirm it"),
        "SUCCEEDED": _("Paid"),
        "FAILED": _("Not paid"),
        "EXPIRED": _("Closed without payment"),
        "REFUNDED": _("Given back"),
        "CHARGED_BACK": _("Taken back by the payer's bank"),
    }.get(code, code)


def gateway(code: str) -> str:
    """
    Return what a gateway calls itself, and what goes to a bank in a file.
    """
    if code == DEBITS:
        return _("Direct debit")
    known = GATEWAYS.get(code)
    return _(known.title) if known else code


def charge(code: str) -> str:
    """
    Return how a charge stands at its gateway.
    """
    return {
        "OPEN": _("Page open"),
        "PROCESSING": _("Being processed"),
        "NEEDS_CUSTOMER": _("Its payer has to confirm it"),
        "SUCCEEDED": _("Paid"),
        "FAILED": _("Not paid"),
        "EXPIRED": _("Closed without payment"),
        "refused": _("Not known there"),
    }.get(code, code)


def event_outcome(code: str, *, is_waiting: bool) -> str:
    """
    Return what came of something that a gateway told.
    """
    if is_waiting:
        return _("Waits: what it is about is not here yet")
    return {
        "settled": _("Booked or noted"),
        "money back": _("Money went back"),
        "card stored": _("A card was stored"),
        "card asked about": _("A card was stored"),
        "unknown reference": _("Nothing here has this reference"),
        "nothing to us": _("Nothing that concerns bills"),
    }.get(code, code)


def booked_by(code: str) -> str:
    """
    Say who booked a payment: a gateway, an import by itself, or a colleague by the address.
    """
    if code == BY:
        return _("by itself")
    return gateway(code.removeprefix("gateway:"))


def payment_kind(code: str) -> str:
    """
    Return what money that moved after a payment is called.
    """
    return {"REFUND": _("Refund"), "CHARGEBACK": _("Chargeback")}.get(code, code)


def source(code: str) -> str:
    """
    Return where a reading came from.
    """
    return {
        "SELF": _("Customer"),
        "GUEST": _("Visitor"),
        "STAFF": _("Staff"),
        "READER": _("Meter reader"),
        "REMOTE": _("Remote"),
        "ESTIMATE": _("Estimate"),
        "ALLOCATED": _("Share of the building"),
        "IMPORT": _("Import"),
    }.get(code, code)


def quality(code: str) -> Words:
    """
    Return whether a reading counts.
    """
    words: dict[str, Words] = {
        "ACCEPTED": (_("Accepted"), "ok"),
        "NEEDS_REVIEW": (_("To be checked"), "warn"),
        "ESTIMATED": (_("Estimated"), "info"),
        "REJECTED": (_("Rejected"), "bad"),
        "REPLACED": (_("Replaced by a reading"), "info"),
    }
    return words.get(code, (code, ""))


def verdict(code: str) -> str:
    """
    Say why a reading waits for somebody to look at it.
    """
    return {
        "HIGH": _("Much more than usual"),
        "LOW": _("Much less than usual"),
        "IDENTICAL": _("The same as the last one"),
        "BELOW_LAST": _("Below the last one"),
        "ROLLOVER": _("The dial passed zero"),
        "DIGIT_SWAP": _("Two digits may be exchanged"),
        "TRANSPOSED": _("The numbers of two registers may be exchanged"),
        "HOLDER_READ": _("The customer sent a reading of this period as well"),
    }.get(code, _("Unusual"))


def message_state(code: str) -> Words:
    """
    Return whether a message has left.
    """
    words: dict[str, Words] = {
        "QUEUED": (_("Waiting"), "info"),
        "SENT": (_("Sent"), "ok"),
        "FAILED": (_("Failed"), "bad"),
    }
    return words.get(code, (code, ""))


def delivery(code: str) -> str:
    """
    Return how a bill is delivered.
    """
    return {
        "ELECTRONIC": _("Electronic"),
        "PAPER": _("On paper"),
        "BOTH": _("Electronic and on paper"),
    }.get(code, "–")


def unit(code: str) -> str:
    """
    Write a unit as people do.
    """
    return unit_text(code, language=language())


def purpose(value: Purpose) -> str:
    """
    Return what details are asked for.
    """
    return {
        Purpose.REGISTER: _("Create an account"),
        Purpose.LINK: _("Link an account"),
        Purpose.GUEST_READ: _("Send a reading as a guest"),
        Purpose.GUEST_PAY: _("Pay as a guest"),
        Purpose.RECOVER: _("Recover access"),
    }[value]


def customer_type(value: CustomerType) -> str:
    """
    Return what a type of customer is called.
    """
    return {
        CustomerType.PRIVATE: _("Private person"),
        CustomerType.COMPANY: _("Company"),
        CustomerType.ADMINISTRATOR: _("Administrator"),
    }[value]


def day_of_year(value: date) -> str:
    """
    Write a day of any year, such as 1 November.
    """
    return day_and_month_text(value, language=language())
