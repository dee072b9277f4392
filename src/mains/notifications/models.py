from django.db import models


class MessageState(models.TextChoices):
    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


class Channel(models.TextChoices):
    EMAIL = "EMAIL"
    LETTER = "LETTER"


class Message(models.Model):
    """
    The outbox: a message is a row in the transaction of what it tells, sent afterwards.

    `values` are the flat texts its template is filled with when it is sent or looked at.
    """

    # `bill-issued:42`: telling the same thing twice stores one message.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    channel = models.CharField(
        max_length=6, choices=Channel.choices, default=Channel.EMAIL, db_default=Channel.EMAIL
    )
    # An e-mail address, or the postal address of a letter that the provider prints.
    recipient = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    values = models.JSONField(default=dict)
    state = models.CharField(
        max_length=8, choices=MessageState.choices, default=MessageState.QUEUED
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="QUEUED"),
                name="message_queued",
            )
        ]

    def __str__(self) -> str:
        return self.key
