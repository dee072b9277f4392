"""Words for what is held: categories, columns, and what the law keeps."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mains.privacy.rules.inventory import Category

_CATEGORIES = {
    Category.PARTY: gettext_noop("You as a customer"),
    Category.CONTRACT: gettext_noop("Contracts and delivery"),
    Category.BILLS: gettext_noop("Bills"),
    Category.PAYMENTS: gettext_noop("Payments"),
    Category.LOGIN: gettext_noop("Your login"),
    Category.SECURITY: gettext_noop("Second step, passkeys and devices"),
    Category.ACCESS: gettext_noop("Who may see which account"),
    Category.CONSENTS: gettext_noop("What you agreed to"),
    Category.MESSAGES: gettext_noop("Messages to you"),
    Category.REQUESTS: gettext_noop("Answers to programs of yours"),
}

# What the provider's own record calls them: it speaks of customers, not to one.
_RECORDED = {
    Category.PARTY: gettext_noop("Customers"),
    Category.CONTRACT: gettext_noop("Contracts and delivery"),
    Category.BILLS: gettext_noop("Bills"),
    Category.PAYMENTS: gettext_noop("Payments"),
    Category.LOGIN: gettext_noop("Logins"),
    Category.SECURITY: gettext_noop("Second step, passkeys and devices"),
    Category.ACCESS: gettext_noop("Who may see which account"),
    Category.CONSENTS: gettext_noop("What was agreed to"),
    Category.MESSAGES: gettext_noop("Messages to customers"),
    Category.REQUESTS: gettext_noop("Answers to programs of customers"),
}

# Codes that are stored, by the column they stand in.
_CODES = {
    "mode": {
        "ELECTRONIC": gettext_noop("Electronic"),
        "PAPER": gettext_noop("On paper"),
        "BOTH": gettext_noop("Electronic and on paper"),
    },
    "kind": {
        "PERSON": gettext_noop("Person"),
        "ORGANISATION": gettext_noop("Organisation"),
    },
    "method": {
        "CARD": gettext_noop("Card"),
        "BANK_TRANSFER": gettext_noop("Bank transfer"),
        "DIRECT_DEBIT": gettext_noop("Direct debit"),
        "CASH": gettext_noop("Cash"),
    },
    "role": {
        "HOLDER": gettext_noop("Holder"),
        "COMPANY": gettext_noop("Company"),
        "ADMINISTRATOR": gettext_noop("Administrator"),
        "DELEGATE": gettext_noop("Delegate"),
    },
    "purpose": {
        "terms": gettext_noop("Terms of use"),
        "privacy": gettext_noop("Privacy notice"),
        "ebill": gettext_noop("Bills by e-mail"),
        "marketing": gettext_noop("News and offers"),
    },
    "lawful_basis": {
        "consent": gettext_noop("Consent (Art. 6(1)(a) GDPR)"),
        "contract": gettext_noop("Contract (Art. 6(1)(b) GDPR)"),
        "legal_obligation": gettext_noop("Legal obligation (Art. 6(1)(c) GDPR)"),
    },
}

_COLUMNS = {
    "name": gettext_noop("Name"),
    "email": gettext_noop("E-mail"),
    "old_email": gettext_noop("Old e-mail"),
    "new_email": gettext_noop("New e-mail"),
    "username": gettext_noop("User name"),
    "phone": gettext_noop("Phone"),
    "tax_id": gettext_noop("Tax number"),
    "code": gettext_noop("Customer code"),
    "kind": gettext_noop("Kind"),
    "language": gettext_noop("Language"),
    "number": gettext_noop("Number"),
    "account__number": gettext_noop("Account"),
    "postal_address": gettext_noop("Postal address"),
    "currency": gettext_noop("Currency"),
    "service": gettext_noop("Service"),
    "tariff_code": gettext_noop("Tariff"),
    "supply_point__code": gettext_noop("Supply point"),
    "supply_point__street": gettext_noop("Street"),
    "supply_point__post_code": gettext_noop("Post code"),
    "supply_point__city": gettext_noop("City"),
    "start_date": gettext_noop("From"),
    "end_date": gettext_noop("Until"),
    "until_date": gettext_noop("Until"),
    "mode": gettext_noop("Delivery"),
    "reference": gettext_noop("Reference"),
    "holder": gettext_noop("Holder"),
    "iban": gettext_noop("Bank account"),
    "signed_date": gettext_noop("Signed"),
    "period_start": gettext_noop("From"),
    "period_end": gettext_noop("Until"),
    "facts": gettext_noop("Content of the bill"),
    "body": gettext_noop("Notice of the payment service"),
    "authority": gettext_noop("Authority"),
    "reason": gettext_noop("Reason"),
    "started_at": gettext_noop("From"),
    "expires_at": gettext_noop("Until"),
    "answers": gettext_noop("Unfinished sign-up"),
    "answer": gettext_noop("Answer"),
    "values": gettext_noop("Text"),
    "data": gettext_noop("Key of the second step"),
    "issue_date": gettext_noop("Issued"),
    "due_date": gettext_noop("Due"),
    "total_minor": gettext_noop("Amount"),
    "amount_minor": gettext_noop("Amount"),
    "method": gettext_noop("Method"),
    "received_at": gettext_noop("Received"),
    "note": gettext_noop("Note"),
    "role": gettext_noop("As"),
    "linked_at": gettext_noop("Linked"),
    "ended_at": gettext_noop("Ended"),
    "purpose": gettext_noop("Purpose"),
    "lawful_basis": gettext_noop("Lawful basis"),
    "wording__text": gettext_noop("Text"),
    "given_at": gettext_noop("Agreed"),
    "withdrawn_at": gettext_noop("Withdrawn"),
    "ip": gettext_noop("Network address"),
    "address": gettext_noop("Network address"),
    "user_agent": gettext_noop("Device"),
    "created_at": gettext_noop("Since"),
    "sent_at": gettext_noop("Sent"),
    "recipient": gettext_noop("To"),
}


def category(value: Category) -> str:
    """
    Return the heading of a category.
    """
    return _(_CATEGORIES[value])


def recorded(value: Category) -> str:
    """
    Return what the record of processing calls a category.
    """
    return _(_RECORDED[value])


def coded(name: str, value: str) -> str:
    """
    Return what a code in a column means; what is no code stays as it is.
    """
    words = _CODES.get(name, {}).get(value)
    return _(words) if words else value


def column(name: str) -> str | None:
    """
    Return what a column is called for people, or None where it means nothing to them.
    """
    words = _COLUMNS.get(name)
    return _(words) if words else None


def kept(what: str, *, number: str) -> str:
    """
    Return what the law keeps in words.
    """
    texts = {
        "bill": _("Bill %(number)s with its document"),
        "bookings": _("Bookings of account %(number)s"),
    }
    return texts[what] % {"number": number}


def obstacle(code: str) -> str:
    """
    Return why somebody cannot be erased yet, and what to do.
    """
    return {
        "contract_running": _(
            "A contract still runs, and it cannot be billed without knowing who the customer is. "
            "The data can be erased on the day after it has ended."
        ),
        "still_owing": _(
            "An account is not settled: something is owed, or something is to its credit. "
            "The data can be erased once the balance is zero."
        ),
    }[code]
