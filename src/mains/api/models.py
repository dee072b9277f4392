from django.db import models

KEY_LENGTH = 80


class IdempotencyKey(models.Model):
    """
    The answer that a POST got, given again when the same key and body come again.
    """

    key = models.CharField(max_length=KEY_LENGTH)
    user_id = models.BigIntegerField()
    route = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return self.key
