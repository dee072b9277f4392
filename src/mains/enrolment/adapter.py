"""What we decide where allauth asks."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """
        Refuse allauth's own sign-up: a customer proves a bill first, staff are invited.
        """
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """
        Send allauth's messages as our own, through the outbox.
        """
        from mains.enrolment.mails import queue

        queue(template_prefix=template_prefix, email=email, values=context)
