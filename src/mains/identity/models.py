from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from mains.guard import stamps


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """
        Create a login with a normalised e-mail; without a password it cannot sign in.
        """
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """
    A login. In public: provider and platform staff. In a tenant: that tenant's customers.
    """

    email = models.EmailField(unique=True)
    username = models.CharField(max_length=60, null=True, blank=True)  # noqa: DJ001
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    # Signed in with a temporary password: nothing but choosing a new one is open.
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Since when the login wants to be told by e-mail when it is time to read.
    reading_reminder_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="identity_user_email_folded"),
            models.UniqueConstraint(Lower("username"), name="identity_user_username_folded"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    # Rights come from memberships and links (D12); these answer libraries that ask Django's way,
    # and refuse to answer about a user of another tenant.

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002
        stamps.check(self)
        return False

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        stamps.check(self)
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002
        stamps.check(self)
        return False

    def get_all_permissions(self, obj: object = None) -> set[str]:  # noqa: ARG002
        stamps.check(self)
        return set()


class ApiToken(models.Model):
    """
    A token with which a login uses the API; only its hash is kept, and it ends with the login.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token of {self.user_id}"


class Purpose(models.TextChoices):
    RESET = "RESET"
    SIGN_IN = "SIGN_IN"
    TEMPORARY = "TEMPORARY"


class OneTimeSecret(models.Model):
    """
    Something mailed to a login that lets it in once: the token of a link, or a temporary password.

    `hash` is SHA-256 of a token, which is long and random, and Argon2 of a password.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="one_time_secrets")
    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    hash = models.CharField(max_length=128, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"


class EmailChange(models.Model):
    """
    A wish for another e-mail. Nothing changes before both addresses have confirmed it, and the
    old one can take it back until `undo_until`.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="email_changes")
    old_email = models.EmailField()
    new_email = models.EmailField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    old_confirmed_at = models.DateTimeField(null=True)
    new_confirmed_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)
    # Withdrawn while it waited, or undone after it was applied.
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"e-mail change {self.pk} of {self.user_id}"
