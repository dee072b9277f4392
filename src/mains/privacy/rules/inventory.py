"""Every column that can hold personal data: whose it is, how it is found, how it ends.

One table for everything that depends on it: the export, the erasure, the processing record and the
test that no text column is forgotten.
"""

from dataclasses import dataclass
from enum import StrEnum


class Find(StrEnum):
    """
    How rows about a person are found: by a path to the party or login, or by what they contain.
    """

    CUSTOMER = "customer"
    LOGIN = "login"
    EMAIL = "email"
    # A postal address that begins with the party's name.
    ADDRESSEE = "addressee"
    # JSON in which one of the person's e-mail addresses is a whole value.
    EMAIL_INSIDE = "email_inside"


class Ending(StrEnum):
    DELETED = "deleted"
    REPLACED = "replaced"
    # Tax and accounting law wants it; the retention job ends it later.
    KEPT_BY_LAW = "kept_by_law"


class Category(StrEnum):
    LOGIN = "login"
    SECURITY = "security"
    PARTY = "party"
    CONTRACT = "contract"
    BILLS = "bills"
    PAYMENTS = "payments"
    ACCESS = "access"
    CONSENTS = "consents"
    MESSAGES = "messages"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class Holding:
    """
    Personal columns of one model.

    :param shown: further columns that make an export understandable; none of them is personal.
    :param replacement: column → what an erasure writes; `{pk}` becomes the row's number.
    :param exported: False where the row is a copy of the person's data on its way elsewhere.
    """

    model: str
    category: Category
    found: tuple[tuple[Find, str], ...]
    columns: tuple[str, ...]
    ending: Ending
    shown: tuple[str, ...] = ()
    replacement: tuple[tuple[str, object], ...] = ()
    exported: bool = True


ERASED = "–"

INVENTORY = (
    # The party and its contracts.
    Holding(
        "customers.Customer",
        Category.PARTY,
        ((Find.CUSTOMER, "pk"),),
        ("name", "tax_id", "code", "email", "phone", "einvoice_address"),
        Ending.REPLACED,
        shown=("kind", "language"),
        replacement=(
            ("name", ERASED), ("tax_id", ""), ("code", ""), ("email", ""), ("phone", ""),
            ("einvoice_address", ""),
        ),
    ),
    Holding(
        "customers.Account",
        Category.CONTRACT,
        ((Find.CUSTOMER, "customer"),),
        ("postal_address",),
        Ending.REPLACED,
        shown=("number", "currency"),
        replacement=(("postal_address", ""),),
    ),
    Holding(
        "customers.Contract",
        Category.CONTRACT,
        ((Find.CUSTOMER, "account__customer"),),
        (),
        Ending.KEPT_BY_LAW,
        shown=(
            "account__number", "service", "tariff_code", "supply_point__code",
            "supply_point__street", "supply_point__post_code", "supply_point__city",
            "start_date", "end_date",
        ),
    ),
    Holding(
        "customers.DeliveryPreference",
        Category.CONTRACT,
        ((Find.CUSTOMER, "contract__account__customer"),),
        ("email",),
        Ending.REPLACED,
        shown=("mode", "start_date", "end_date", "chosen_at", "notice"),
        replacement=(("email", ""),),
    ),
    Holding(
        "customers.Mandate",
        Category.CONTRACT,
        ((Find.CUSTOMER, "account__customer"),),
        ("reference", "holder", "iban", "old_iban", "card", "card_label", "page_reference"),
        Ending.REPLACED,
        shown=("scheme", "signed_date", "start_date", "end_date"),
        replacement=(
            ("reference", "erased-{pk}"), ("holder", ERASED), ("iban", ""), ("old_iban", ""),
            ("card", ""),
            ("card_label", ""), ("page_reference", ""),
        ),
    ),
    # Bills and payments.
    Holding(
        "billing.Bill",
        Category.BILLS,
        ((Find.CUSTOMER, "account__customer"),),
        ("facts",),
        Ending.KEPT_BY_LAW,
        shown=(
            "number", "account__number", "period_start", "period_end", "issue_date", "due_date",
            "currency", "total_minor", "reference", "facts_hash",
        ),
    ),
    Holding(
        "billing.Charge",
        Category.BILLS,
        ((Find.CUSTOMER, "account__customer"),),
        ("texts", "reason"),
        Ending.KEPT_BY_LAW,
        shown=("account__number", "texts", "day", "net_minor", "currency", "tax"),
    ),
    Holding(
        "payments.Payment",
        Category.PAYMENTS,
        ((Find.CUSTOMER, "allocations__bill__account__customer"),),
        ("note",),
        Ending.REPLACED,
        shown=("received_at", "value_date", "method", "amount_minor", "currency", "booking_key"),
        replacement=(("note", ""),),
    ),
    Holding(
        "payments.BankLine",
        Category.PAYMENTS,
        ((Find.CUSTOMER, "payment__allocations__bill__account__customer"),),
        (
            "payer_name", "payer_iban", "bank_reference", "end_to_end_id", "mandate_reference",
            "remittance", "text", "note",
        ),
        Ending.REPLACED,
        shown=("booking_date", "value_date", "amount_minor", "currency"),
        replacement=(
            ("payer_name", ""), ("payer_iban", ""), ("bank_reference", ""), ("end_to_end_id", ""),
            ("mandate_reference", ""), ("remittance", ""), ("text", ""), ("note", ""),
        ),
    ),
    Holding(
        "payments.PaymentAttempt",
        Category.PAYMENTS,
        ((Find.CUSTOMER, "parts__bill__account__customer"), (Find.EMAIL, "email")),
        ("email",),
        Ending.REPLACED,
        shown=("created_at", "gateway", "state", "amount_minor", "currency"),
        replacement=(("email", ""),),
    ),
    Holding(
        "payments.GatewayEvent",
        Category.PAYMENTS,
        ((Find.EMAIL_INSIDE, "body"),),
        ("body",),
        Ending.REPLACED,
        shown=("gateway", "received_at", "outcome"),
        replacement=(("body", ""),),
        exported=False,
    ),
    # The login and what protects it; its rows go with it.
    Holding(
        "identity.User",
        Category.LOGIN,
        ((Find.LOGIN, "pk"),),
        ("email", "username", "name"),
        Ending.DELETED,
        shown=("language", "created_at"),
    ),
    Holding(
        "identity.EmailChange",
        Category.LOGIN,
        ((Find.LOGIN, "user"),),
        ("old_email", "new_email"),
        Ending.DELETED,
        shown=("created_at", "applied_at", "ended_at"),
    ),
    Holding(
        "account.EmailAddress",
        Category.LOGIN,
        ((Find.LOGIN, "user"),),
        ("email",),
        Ending.DELETED,
        shown=("verified",),
    ),
    Holding(
        "mfa.Authenticator",
        Category.SECURITY,
        ((Find.LOGIN, "user"),),
        ("data",),
        Ending.DELETED,
        shown=("type", "created_at", "last_used_at"),
        exported=False,
    ),
    Holding(
        "usersessions.UserSession",
        Category.SECURITY,
        ((Find.LOGIN, "user"),),
        ("ip", "user_agent", "data"),
        Ending.DELETED,
        shown=("created_at", "last_seen_at"),
    ),
    # Who may see what, and how they came to.
    Holding(
        "enrolment.AccountLink",
        Category.ACCESS,
        ((Find.LOGIN, "user_id"), (Find.CUSTOMER, "account__customer")),
        ("authority",),
        Ending.REPLACED,
        shown=("account__number", "role", "until_date", "evidence", "linked_at", "ended_at"),
        replacement=(("authority", ""),),
    ),
    Holding(
        "enrolment.SignUp",
        Category.ACCESS,
        ((Find.EMAIL, "email"), (Find.CUSTOMER, "account__customer")),
        ("email", "name", "username", "authority", "consents", "answers"),
        Ending.DELETED,
        shown=("customer_type", "created_at", "expires_at", "confirmed_at"),
    ),
    # The address of who wants to be told when readings are taken again; codes have none.
    Holding(
        "enrolment.ContactCode",
        Category.ACCESS,
        ((Find.EMAIL_INSIDE, "evidence"),),
        ("evidence",),
        Ending.DELETED,
        shown=("purpose", "created_at", "expires_at"),
    ),
    Holding(
        "enrolment.Invitation",
        Category.ACCESS,
        ((Find.EMAIL, "email"), (Find.CUSTOMER, "account__customer")),
        ("email", "authority"),
        Ending.DELETED,
        shown=("account__number", "role", "until_date", "created_at", "accepted_at", "revoked_at"),
    ),
    Holding(
        "support.SupportView",
        Category.ACCESS,
        ((Find.LOGIN, "user_id"), (Find.CUSTOMER, "account__customer")),
        ("reason",),
        Ending.REPLACED,
        shown=("account__number", "started_at", "expires_at", "ended_at"),
        replacement=(("reason", ERASED),),
    ),
    Holding(
        "enrolment.Consent",
        Category.CONSENTS,
        ((Find.LOGIN, "user_id"), (Find.CUSTOMER, "account__customer")),
        ("address",),
        Ending.REPLACED,
        shown=(
            "purpose",
            "lawful_basis",
            "contracts",
            "wording__language",
            "wording__text",
            "given_at",
            "withdrawn_at",
        ),
        replacement=(("address", None),),
    ),
    # What was written to the person, and what programs of theirs asked.
    Holding(
        "notifications.Message",
        Category.MESSAGES,
        (
            (Find.EMAIL, "recipient"),
            (Find.ADDRESSEE, "recipient"),
            (Find.EMAIL_INSIDE, "values"),
        ),
        ("recipient", "values"),
        Ending.DELETED,
        shown=("kind", "channel", "created_at", "sent_at"),
    ),
    Holding(
        "api.IdempotencyKey",
        Category.REQUESTS,
        ((Find.LOGIN, "user_id"),),
        ("answer",),
        Ending.DELETED,
        shown=("route", "created_at"),
        exported=False,
    ),
)  # fmt: skip

# Text columns that say nothing about a customer: codes, states, hashes, the provider's own words,
# and which member of staff did something. A column in neither table fails a test.
PLAIN = {
    "account.EmailConfirmation": {"key"},
    "api.IdempotencyKey": {"key", "route", "body_hash"},
    # What staff want done to the provider's own settings, and why; never about a customer.
    "approvals.Approval": {
        "deed", "payload", "fingerprint", "note", "state", "reason", "result",
    },
    # Ids and codes by rule; `audit.actions` refuses anything else. Rows cannot be erased.
    "audit.AccessEntry": {"actor", "purpose", "reason", "page"},
    "audit.Entry": {"action", "subject", "actor", "detail", "previous", "hash"},
    "audit.Head": {"hash"},
    "billing.Bill": {
        "collection_hold",
        "kind", "credit_asked_by", "credit_reason", "state", "number", "currency", "reference",
        "facts_hash", "instalments",
    },
    "billing.Charge": {"currency", "tax", "book", "added_by", "sent_key"},
    "billing.BillLine": {"service", "code", "label", "unit"},
    "billing.BillRun": {"kind", "stage", "currency", "started_by", "approved_by"},
    "billing.BillRunChunk": {
        "account_ids", "parts", "state", "content_hash", "held", "outcomes", "summary",
    },
    "billing.NumberSeries": {"code"},
    "customers.Account": {"number", "plain_number", "currency"},
    "customers.Company": {
        "code", "name", "tax_id", "address", "iban", "creditor_id", "payment_codes",
    },
    "customers.Contract": {"service", "contract_class", "tariff_code", "budget"},
    "customers.Customer": {"kind", "language"},
    "customers.DeliveryPreference": {"mode", "notice"},
    "customers.Mandate": {
        "scheme", "gateway", "merchant_account", "key_place", "card_until", "end_reason",
    },
    # Places of the network; whose they are follows from contracts.
    "customers.SupplyPoint": {
        "code", "plain_code", "street", "city", "post_code", "zone", "attributes",
    },
    "documents.StoredFile": {"key", "kind", "content_type", "sha256", "about"},
    # Names of files by number, and what tax offices answered about them.
    "einvoices.Filing": {"kind", "state", "name", "previous_hash", "hash", "details"},
    "enrolment.AccountLink": {"role", "evidence"},
    "enrolment.Consent": {"purpose", "lawful_basis", "contracts"},
    "enrolment.ContactCode": {"token_hash", "code_hash", "purpose", "channel"},
    "enrolment.Invitation": {"token_hash", "invited_by", "role"},
    "enrolment.SignUp": {"token_hash", "language", "password", "customer_type", "evidence"},
    "enrolment.TryCount": {"scope", "subject"},
    "enrolment.Wording": {"hash", "purpose", "language", "text"},
    "identity.ApiToken": {"token_hash"},
    "identity.OneTimeSecret": {"purpose", "hash"},
    "identity.User": {"password", "language"},
    "ledger.LedgerAccount": {"key", "kind", "currency"},
    "ledger.Transfer": {"currency", "source"},
    "metering.IntervalDay": {"values", "qualities"},
    "metering.Meter": {"serial", "service", "size"},
    "metering.MeterImport": {
        "profile", "file_name", "file_hash", "imported_by", "state", "undone_by", "register_ids",
        "reading_ids",
    },
    "metering.Reading": {"source", "quality", "verdict", "method", "sent_key"},
    "metering.Register": {"period_use", "code", "quantity", "unit"},
    "metering.ReplacedDay": {"values", "qualities"},
    "mfa.Authenticator": {"type"},
    "notifications.Message": {"key", "kind", "channel", "language", "state", "error"},
    "payments.BankLine": {
        "key", "bank_account", "file_name", "currency", "return_reason", "entry_reference",
        "counters", "way", "why", "payout_of", "state", "handled_by",
    },
    "payments.GatewayEvent": {"gateway", "company", "event_id", "outcome"},
    "payments.Payment": {"kind", "method", "currency", "booking_key", "booked_by"},
    "payments.PaymentDocument": {"bills", "currency", "created_by", "request_key"},
    "payments.PaymentAttempt": {
        "token", "gateway", "merchant_account", "key_place", "state", "currency", "payer",
        "language", "gateway_reference", "page_url", "page_fields", "failure", "sequence",
        "file_name",
    },
    "privacy.DataJob": {"kind", "state", "requested_by", "file_name", "answer"},
    # Signed and compressed; `erasing` opens each to look for the person.
    "sessions.Session": {"session_key", "session_data"},
    "support.SupportView": {"account_ids", "token_hash"},
    "tariffs.PriceDay": {"index", "prices"},
    "tariffs.Tariff": {"code", "name", "service"},
    "tariffs.TariffVersion": {"author", "components", "labels", "source", "trial"},
    "usersessions.UserSession": {"session_key"},
}  # fmt: skip
