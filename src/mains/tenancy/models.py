from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class TenantState(models.TextChoices):
    SANDBOX = "SANDBOX"
    LIVE = "LIVE"
    SUSPENDED = "SUSPENDED"


class Tenant(TenantMixin):
    """
    A utility: one schema, one host or more, one published configuration.
    """

    # Schemas are created by tenancy.provisioning, never by saving a row.
    auto_create_schema = False

    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=10, choices=TenantState.choices, default=TenantState.SANDBOX
    )
    schema_version = models.CharField(max_length=64)
    clock_offset_seconds = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.schema_name


class Domain(DomainMixin):
    def __str__(self) -> str:
        return self.domain


class ConfigurationState(models.TextChoices):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class Configuration(models.Model):
    """
    One version of everything a tenant decided, in the shape of its tenant file.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="configurations")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ConfigurationState.choices)
    data = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    author = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "version"], name="configuration_version"),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(state="PUBLISHED"),
                name="configuration_one_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id} v{self.version}"


class KeptSecret(models.Model):
    """
    A secret that an owner typed, sealed; it never changes, so a version always names the same one.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="kept_secrets")
    name = models.CharField(max_length=60)
    sealed_key = models.BinaryField()
    sealed = models.BinaryField()
    author = models.CharField(max_length=120)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="kept_secret_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "OWNER"
    BILLING = "BILLING"
    SERVICE = "SERVICE"
    PLATFORM = "PLATFORM"


class Membership(models.Model):
    """
    What a member of staff may do: in one tenant, or on the platform where tenant is empty.
    """

    user_id = models.BigIntegerField()
    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "tenant"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(tenant__isnull=True, role="PLATFORM")
                | (models.Q(tenant__isnull=False) & ~models.Q(role="PLATFORM")),
                name="membership_platform_without_tenant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class StaffInvitation(models.Model):
    """
    A link that gives one e-mail address one role: in a tenant, or on the platform without one.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    invited_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.BigIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                nulls_distinct=False,
                name="staff_invitation_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(tenant__isnull=True, role="PLATFORM")
                | (models.Q(tenant__isnull=False) & ~models.Q(role="PLATFORM")),
                name="staff_invitation_platform_without_tenant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.role}"


class ProviderApplication(models.Model):
    """
    A provider that signs up on the platform's host; its sandbox is made by the worker.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    preset = models.CharField(max_length=40)
    colour = models.CharField(max_length=7)
    logo_key = models.CharField(max_length=200, blank=True)
    step = models.CharField(max_length=20, default="QUEUED")
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.slug
