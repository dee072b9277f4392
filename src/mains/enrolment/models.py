from django.db import models
from django.db.models import Q, Value


class LinkRole(models.TextChoices):
    HOLDER = "HOLDER"
    # Somebody who acts for a company that holds many accounts.
    COMPANY = "COMPANY"
    ADMINISTRATOR = "ADMINISTRATOR"
    DELEGATE = "DELEGATE"


class AccountLink(models.Model):
    """
    A login may see an account, and read its meters or pay for it where it says so.

    An administrator's link rests on a written authority and ends with it; a delegate's was given by
    another login, and holds while that one's does. Deleting the login ends its links, never the
    bills. `rules.rights` says what a link allows.
    """

    user_id = models.BigIntegerField(db_index=True)
    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="links")
    role = models.CharField(max_length=13, choices=LinkRole.choices, default=LinkRole.HOLDER)
    may_read = models.BooleanField(default=True)
    may_pay = models.BooleanField(default=True)
    # The first day on which the link no longer holds.
    until_date = models.DateField(null=True)
    authority = models.CharField(max_length=120, blank=True)
    granted_by = models.BigIntegerField(null=True)
    evidence = models.JSONField(default=list)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "account"],
                condition=Q(ended_at__isnull=True),
                name="link_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.account_id}"


class SignUps(models.QuerySet["SignUp"]):
    def to_confirm(self) -> "SignUps":
        """
        Return those that a link confirms; what was put aside is none of them.
        """
        return self.filter(answers__isnull=True)

    def put_aside(self) -> "SignUps":
        """
        Return the steps that somebody wants to finish later.
        """
        return self.filter(answers__isnull=False)


class SignUp(models.Model):
    """
    A sign-up that waits for its e-mail to be confirmed. It reserves nothing and expires.

    Without an account it makes a login that sees nothing until an account is linked. One with
    `answers` is not that far: steps that were put aside, and nothing in it is proven.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    username = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=8)
    password = models.CharField(max_length=128)
    customer_type = models.CharField(max_length=13, default="private")
    account = models.ForeignKey(
        "customers.Account", models.CASCADE, null=True, related_name="+", db_index=False
    )
    evidence = models.JSONField(default=list)
    # What an administrator acts on, and the first day on which it no longer holds.
    authority = models.CharField(max_length=120, blank=True)
    until_date = models.DateField(null=True)
    # What was agreed to: purpose, wording, and the network address it came from.
    consents = models.JSONField(default=list)
    # What was typed so far; empty once it led to a login.
    answers = models.JSONField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    objects = SignUps.as_manager()

    def __str__(self) -> str:
        return self.email


class Invitation(models.Model):
    """
    An account that a link gives to one e-mail address, once; one link may give several.

    It makes a link of the same role, rights and end.
    """

    token_hash = models.CharField(max_length=64)
    account = models.ForeignKey("customers.Account", models.CASCADE, related_name="invitations")
    email = models.EmailField()
    invited_by = models.CharField(max_length=60)
    role = models.CharField(max_length=13, choices=LinkRole.choices, default=LinkRole.HOLDER)
    may_read = models.BooleanField(default=True)
    may_pay = models.BooleanField(default=True)
    until_date = models.DateField(null=True)
    authority = models.CharField(max_length=120, blank=True, db_default="")
    # The login that shares its account; it has to hold the account still when this is accepted.
    granted_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
            models.UniqueConstraint(
                fields=["token_hash", "account"], name="invitation_once_in_a_link"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.email}"


class CodeChannel(models.TextChoices):
    EMAIL = "EMAIL"
    LETTER = "LETTER"


class ContactCode(models.Model):
    """
    A code on its way to the contact on file; who types it has proven the account.

    A code by e-mail belongs to the browser that holds its token; one by letter is long enough to
    stand alone. `passes` keeps what opens the page for readings here as well: a link, a card.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64, db_index=True)
    account = models.ForeignKey("customers.Account", models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12)
    channel = models.CharField(max_length=6, choices=CodeChannel.choices)
    evidence = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.channel}"


class TryCount(models.Model):
    """
    How many proofs failed for an account, an address or the tenant in one hour or day.

    Subjects are keyed hashes: nobody reads from this table which numbers were tried.
    """

    scope = models.CharField(max_length=12)
    subject = models.CharField(max_length=64)
    slot_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "subject", "slot_at"], name="try_count_slot")
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.count}"


class Wording(models.Model):
    """
    A text that somebody agreed to, kept word for word; the same words are one row.
    """

    hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=12)
    language = models.CharField(max_length=8)
    text = models.TextField()
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.purpose} {self.hash[:8]}"


class Consent(models.Model):
    """
    A login agreed to a wording, from an instant until it was withdrawn.

    What is about bills names the account and the contracts that were chosen; none means all of it.
    """

    user_id = models.BigIntegerField(db_index=True)
    purpose = models.CharField(max_length=12)
    lawful_basis = models.CharField(max_length=16, db_default="")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        "customers.Account", models.CASCADE, null=True, related_name="+", db_index=False
    )
    contracts = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    address = models.GenericIPAddressField(null=True)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"
