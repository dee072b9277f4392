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
    created_at = models.DateTimeField(auto_now_add=True)

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
