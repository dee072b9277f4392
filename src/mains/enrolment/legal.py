"""Terms of use and privacy notice: the provider's own words, or short ones that always hold."""

from django.utils import translation
from django.utils.translation import gettext as _

from mains.customers.models import DeliveryMode
from mains.enrolment.actions.consents import Agreed, ConsentPurpose
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import CustomerType

KINDS = (ConsentPurpose.TERMS, ConsentPurpose.PRIVACY)


def documents(
    *, file: TenantFile, customer_type: CustomerType, language: str
) -> tuple[Agreed, ...]:
    """
    Return the terms and the privacy notice that a customer of a type agrees to, in a language.
    """
    return tuple(
        Agreed(kind, language, _text(file, kind, customer_type, language)) for kind in KINDS
    )


def _text(
    file: TenantFile, kind: ConsentPurpose, customer_type: CustomerType, language: str
) -> str:
    own = [document for document in file.legal if document.kind == kind]
    for_type = [document for document in own if customer_type in document.customer_types]
    for_all = [document for document in own if not document.customer_types]
    for document in (*for_type, *for_all):
        return document.text[language].strip()
    with translation.override(language):
        return _default_terms(file) if kind is ConsentPurpose.TERMS else _default_privacy(file)


def _default_terms(file: TenantFile) -> str:
    return "\n\n".join(
        text % {"provider": file.brand.name, "address": file.brand.address}
        for text in (
            _(
                "This service is offered by %(provider)s, %(address)s. It is free of charge and "
                "changes nothing in your supply contract."
            ),
            _(
                "Keep your password to yourself. Tell us at once if somebody else may know it; "
                "until then what is done with your login counts as done by you."
            ),
            _(
                "You can close your login at any time in your profile. Your contract, your bills "
                "and your payments stay as they are."
            ),
        )
    )


def _default_privacy(file: TenantFile) -> str:
    return "\n\n".join(
        text % {"provider": file.brand.name, "email": file.brand.support_email}
        for text in (
            _(
                "%(provider)s uses your name, your e-mail address and what you do here to give you "
                "access to your bills, readings and payments, as your contract requires."
            ),
            _(
                "We keep bills and bookings for as long as the law demands, and everything else "
                "for as long as your login exists."
            ),
            _(
                "You can see, correct, take along and delete your data in your profile. Questions "
                "and complaints go to %(email)s; you can also turn to your data protection "
                "authority."
            ),
        )
    )


def electronic_bill(*, file: TenantFile, language: str) -> Agreed:
    """
    Return the words beside the box for electronic bills, exactly as they are shown.
    """
    own = file.delivery.notice.get(language, "").strip()
    with translation.override(language):
        text = _(
            "Send my bills by e-mail and none on paper. %(provider)s writes to this address as "
            "soon as a bill is issued. I can go back to paper at any time in my profile."
        ) % {"provider": file.brand.name}
    return Agreed(ConsentPurpose.ELECTRONIC_BILL, language, own or text)


def delivery(*, file: TenantFile, mode: str, language: str) -> Agreed:
    """
    Return the words beside a way in which bills come, exactly as they are shown.
    """
    if mode == DeliveryMode.ELECTRONIC:
        return electronic_bill(file=file, language=language)
    with translation.override(language):
        text = {
            DeliveryMode.BOTH: _(
                "Send my bills by e-mail and on paper as well. %(provider)s writes to this address "
                "as soon as a bill is issued. I can change this at any time in my profile."
            ),
            DeliveryMode.PAPER: _(
                "Send my bills on paper by post. I can change this at any time in my profile."
            ),
        }[DeliveryMode(mode)] % {"provider": file.brand.name}
    return Agreed(ConsentPurpose.ELECTRONIC_BILL, language, text)


def news(*, file: TenantFile, language: str) -> Agreed:
    """
    Return the words with which somebody agrees to news and offers; off until they do.
    """
    with translation.override(language):
        text = _(
            "%(provider)s may send me news and offers by e-mail. I can stop this at any time in my "
            "profile, and nothing else depends on it."
        ) % {"provider": file.brand.name}
    return Agreed(ConsentPurpose.MARKETING, language, text)
