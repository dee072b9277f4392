from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Upper

from mains.core.periods import ends_after_start, no_overlap


def plain_column(name: str) -> models.GeneratedField:
    """
    Return a column with another column's number in capitals and without separators, indexed.
    """
    number: F | Replace = F(name)
    for separator in (" ", "-", "/", "."):
        number = Replace(number, Value(separator), Value(""))
    return models.GeneratedField(
        expression=Upper(number),
        output_field=models.CharField(max_length=40),
        db_persist=True,
        db_index=True,
    )


class Company(models.Model):
    """
    A legal entity inside a tenant that issues bills.
    """

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    tax_id = models.CharField(max_length=30)
    address = models.CharField(max_length=200)
    iban = models.CharField(max_length=34, blank=True)
    creditor_id = models.CharField(max_length=35, blank=True)
    # The parameters of its references and codes by scheme, as in the tenant file.
    payment_codes = models.JSONField(default=dict, db_default={})
    # The first day of the first month that is open: nothing takes effect before it any more.
    books_open_from = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(books_open_from=None) | Q(books_open_from__day=1),
                name="company_books_by_month",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CustomerKind(models.TextChoices):
    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"


class Customer(models.Model):
    """
    A party: a person or an organisation with a tax identity.
    """

    kind = models.CharField(max_length=12, choices=CustomerKind.choices)
    name = models.CharField(max_length=160)
    tax_id = models.CharField(max_length=30, blank=True, db_index=True)
    # The provider's own code of the customer, where it has one; it may hold several accounts.
    code = models.CharField(max_length=30, blank=True, db_default="")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=8)
    # Where its bills for machines go: in Italy a code of seven letters and digits, or a PEC.
    einvoice_address = models.CharField(max_length=256, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~models.Q(code=""), name="customer_code_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """
    Who pays: the numbered account of one customer with one company.
    """

    number = models.CharField(max_length=30, unique=True)
    # People type it with and without spaces and hyphens.
    plain_number = plain_column("number")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="accounts")
    company = models.ForeignKey(Company, models.PROTECT, related_name="accounts", db_index=False)
    currency = models.CharField(max_length=3)
    postal_address = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.number


class SupplyPoint(models.Model):
    """
    Where a service is delivered; its attributes feed tariffs, e.g. heated volume in m³.
    """

    code = models.CharField(max_length=40, unique=True)
    plain_code = plain_column("code")
    street = models.CharField(max_length=160)
    city = models.CharField(max_length=80)
    post_code = models.CharField(max_length=12)
    zone = models.CharField(max_length=30, blank=True)
    attributes = models.JSONField(default=dict)
    # Where the meters hang that it shares with other homes, for a home in a building.
    building = models.ForeignKey("self", models.PROTECT, null=True, related_name="homes")

    def __str__(self) -> str:
        return self.code

    @property
    def address(self) -> str:
        return f"{self.street}, {self.post_code} {self.city}"


class Contract(models.Model):
    """
    An agreement for one service at one supply point, from a day to the day before another.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="contracts")
    supply_point = models.ForeignKey(
        SupplyPoint, models.PROTECT, related_name="contracts", db_index=False
    )
    service = models.CharField(max_length=30)
    contract_class = models.CharField(max_length=30)
    tariff_code = models.CharField(max_length=40)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    # The fixed amount that it pays a month, net, and whoever decided so: {"monthly_minor": 4545,
    # "since": "2026-01-01", "until": null, "by": "Olga"}. One that was billed stays.
    budget = models.JSONField(null=True)

    class Meta:
        constraints = [
            ends_after_start(name="contract_ends_after_start"),
            no_overlap("supply_point", "service", name="contract_no_overlap"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.service}"


class DeliveryMode(models.TextChoices):
    ELECTRONIC = "ELECTRONIC"
    PAPER = "PAPER"
    BOTH = "BOTH"


class DeliveryPreference(models.Model):
    """
    How the bills of one contract are delivered, from a day on.
    """

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="delivery_preferences", db_index=False
    )
    mode = models.CharField(max_length=10, choices=DeliveryMode.choices)
    email = models.EmailField(blank=True)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    chosen_at = models.DateTimeField()
    notice = models.TextField(blank=True)

    class Meta:
        constraints = [
            ends_after_start(name="delivery_ends_after_start"),
            no_overlap("contract", name="delivery_no_overlap"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.mode}"


class Scheme(models.TextChoices):
    """
    How a mandate collects: SEPA direct debit of consumers or of businesses, or a stored card.
    """

    CORE = "CORE"
    B2B = "B2B"
    CARD = "CARD"


class Mandate(models.Model):
    """
    Leave to collect what an account owes, from a day to the day before another.

    A direct debit names a bank account, a card what the gateway calls it. One that is not confirmed
    yet is a page at the gateway that nobody has filled in.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="mandates", db_index=False)
    reference = models.CharField(max_length=35, unique=True)
    scheme = models.CharField(max_length=4, choices=Scheme.choices, db_default=Scheme.CORE.value)
    holder = models.CharField(max_length=160)
    iban = models.CharField(max_length=34, blank=True)
    # The bank account before it, until a collection told the bank of the change.
    old_iban = models.CharField(max_length=34, blank=True, db_default="")
    gateway = models.CharField(max_length=30, blank=True, db_default="")
    # In which account there, by which key: cards are stored in one account only.
    merchant_account = models.CharField(max_length=60, blank=True, db_default="")
    key_place = models.CharField(max_length=200, blank=True, db_default="")
    # The gateway's name for the card, what people know it by, and its last month, as `2028-04`.
    card = models.CharField(max_length=120, blank=True, db_default="")
    card_label = models.CharField(max_length=40, blank=True, db_default="")
    card_until = models.CharField(max_length=7, blank=True, db_default="")
    page_reference = models.CharField(max_length=120, blank=True, db_default="")
    # More than this is never collected of one bill without asking.
    limit_minor = models.BigIntegerField(null=True)
    signed_date = models.DateField()
    confirmed = models.BooleanField(db_default=True)
    # Nothing is collected before this day.
    paused_until = models.DateField(null=True)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    # `customer`, `staff`, `replaced`, `unused`, or the bank's reason, as `AC04`.
    end_reason = models.CharField(max_length=20, blank=True, db_default="")

    class Meta:
        constraints = [
            # Given and taken back on one day it was never in force.
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="mandate_ends_after_start",
            ),
            no_overlap("account", name="mandate_no_overlap", condition=Q(confirmed=True)),
            models.CheckConstraint(condition=Q(scheme__in=Scheme.values), name="mandate_scheme"),
            models.CheckConstraint(
                condition=Q(limit_minor=None) | Q(limit_minor__gt=0), name="mandate_limit_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
