"""What roles and rights are called."""

from django.utils.translation import gettext as _

from mains.customers.models import DeliveryMode
from mains.enrolment.access_log import SUPPORT, Deed
from mains.enrolment.models import LinkRole
from mains.enrolment.queries import Access
from mains.enrolment.queries.delivery_setting import Chosen
from mains.enrolment.rules.rights import Right


def role(value: LinkRole) -> str:
    """
    Return as what a login sees an account.
    """
    return {
        LinkRole.HOLDER: _("Holder"),
        LinkRole.COMPANY: _("Company"),
        LinkRole.ADMINISTRATOR: _("Administrator"),
        LinkRole.DELEGATE: _("Delegate"),
    }[value]


def deed(value: str) -> str:
    """
    Return what somebody did with an account.
    """
    words: dict[str, str] = {
        Deed.BILLS: _("Looked at the balance or bills"),
        Deed.DOCUMENT: _("Opened the document of a bill"),
        Deed.READING: _("Sent a reading"),
        Deed.PAYMENT: _("Began a payment"),
        SUPPORT: _("Looked at the portal as a customer sees it, to help"),
    }
    return words.get(value, _("Looked at the account"))


def who(row: Access) -> str:
    """
    Return who did something with an account: staff by their part, others by e-mail.
    """
    if row.email:
        return row.email
    if not row.by_staff:
        return _("A deleted login")
    return _("Staff of the platform") if row.actor.startswith("platform:") else _("Our staff")


def scope(*, may_read: bool, may_pay: bool) -> str:
    """
    Return what a login may do with an account that it sees.
    """
    words = {
        (True, True): _("See, send readings, pay"),
        (True, False): _("See, send readings"),
        (False, True): _("See, pay"),
        (False, False): _("See"),
    }
    return words[may_read, may_pay]


def scope_of(rights: frozenset[Right]) -> str:
    """
    Return what rights let a login do.
    """
    return scope(may_read=Right.READ in rights, may_pay=Right.PAY in rights)


def delivery(mode: str) -> str:
    """
    Return in which way bills come.
    """
    return {
        DeliveryMode.ELECTRONIC: _("by e-mail"),
        DeliveryMode.PAPER: _("on paper"),
        DeliveryMode.BOTH: _("by e-mail and on paper"),
    }[DeliveryMode(mode)]


def delivered(chosen: Chosen | None) -> str:
    """
    Return in which way bills come, and to which address.
    """
    if chosen is None:
        return "–"
    way = delivery(chosen.mode)
    return f"{way}, {chosen.email}" if chosen.email else way
