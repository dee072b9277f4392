from django.db import models


class StoredFile(models.Model):
    """
    A file in storage: its key carries the tenant, its hash proves that it is unchanged.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=30)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    # A file that only waits for its next step: until when, and what its owner knows about it.
    expires_at = models.DateTimeField(null=True)
    about = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # Few of many wait; they are looked for by kind.
            models.Index(
                fields=["kind"],
                condition=models.Q(expires_at__isnull=False),
                name="stored_file_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.key
