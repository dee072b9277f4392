from django.db import models
from django.db.models import Q


class AccountLink(models.Model):
    """
    A login may see and pay an account. Deleting the login ends its links, never the bills.
    """

    user_id = models.BigIntegerField(db_index=True)
    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="links")
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


class SignUp(models.Model):
    """
    A sign-up that waits for its e-mail to be confirmed. It reserves nothing and expires.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8)
    password = models.CharField(max_length=128)
    account = models.ForeignKey("customers.Account", models.CASCADE, related_name="+")
    evidence = models.JSONField(default=list)
    terms_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.email
