"""What we decide where allauth asks."""

from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mains.guard.context import PUBLIC, required
from mains.identity import passwords, queries, secrets
from mains.identity.models import User
from mains.journeys import allauth_mails, login_notices, recovery
from mains.tenancy.registry import site_url
from mains.tenancy.tenantfile.identity import Recovery

# Set between the right temporary password and the end of sign-in: a second step may lie between.
TEMPORARY = "temporary_password_of"
# A first second step: what was signed in before with the password alone ends.
_ADDED = frozenset({"totp_activated", "webauthn_added"})
_WRONG_LOGIN = _(
    "These two do not belong together. Compare them, or use “Forgot your password?” below."
)
_TOO_MANY = _("There were too many tries. Wait five minutes, or ask for a new password.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _WRONG_LOGIN,
        "username_password_mismatch": _WRONG_LOGIN,
        "too_many_login_attempts": _TOO_MANY,
        "incorrect_password": _("This is not the password of this login. Type it again."),
        "incorrect_code": _("This code does not fit. Type the one that is shown now."),
        "rate_limited": _("There were too many tries. Wait five minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """
        Refuse allauth's own sign-up: a customer proves a bill first, staff are invited.
        """
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """
        Send allauth's messages as our own, through the outbox.
        """
        allauth_mails.queue(template_prefix=template_prefix, email=email, values=context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,  # noqa: ARG002
        email: str | None = None,  # noqa: ARG002
    ) -> None:
        """
        Tell the owner of a login what was changed about its second step.

        Staff are signed out everywhere else by adding one: a stranger who came in with the
        password before would go on without.
        """
        what, now = template_prefix.rsplit("/", 1)[-1], _now(self.request)
        with transaction.atomic():
            if what in _ADDED and required() == PUBLIC:
                key = self.request.session.session_key or ""
                passwords.end_sessions(user_id=user.pk, keep=key)
            login_notices.tell(user=user, what=what, site=site_url(self.request), now=now)
            login_notices.record(action=f"second_step.{what}", user_id=user.pk, now=now)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """
        Check the password, and where the tenant sends temporary ones, that one too.

        A wrong password then costs two hashes, whether the login exists or not.
        """
        request.session.pop(TEMPORARY, None)
        user: User | None = super().authenticate(request, **credentials)
        if user is not None or not _sends_temporary(request):
            return user
        name = credentials.get("email") or credentials.get("username") or ""
        person = queries.by_login(name=name)
        right = secrets.try_temporary(
            user=person, password=credentials.get("password", ""), now=_now(request)
        )
        if person is None or not right:
            return None
        self._rollback_login_failed_rl_usage()
        request.session[TEMPORARY] = person.pk
        return person

    def reauthenticate(self, user: Any, password: str) -> bool:
        """
        Check the password of somebody who is signed in; a temporary one does not count.
        """
        return bool(user.check_password(password))

    def forgive_failures(self, request: HttpRequest, user: User) -> None:
        """
        Let somebody who proved the mailbox try again at once, after failed sign-ins.
        """
        for name in filter(None, (user.email, user.username)):
            self._delete_login_attempts_cached_email(request, email=name)

    def login(self, request: HttpRequest, user: Any) -> None:
        """
        Sign in after the last step; who came with a temporary password has to choose a new one.
        """
        if request.session.pop(TEMPORARY, None) == user.pk:
            recovery.begin_forced_change(user=user, site=site_url(request), now=_now(request))
        super().login(request, user)


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "unverified_email": _("Confirm your e-mail address before you add a second step."),
    }

    def get_totp_issuer(self) -> str:
        """
        Name the provider in the authenticator app.
        """
        return allauth_mails.brand_name()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: ARG002
        """
        Suggest a name for a new passkey.
        """
        count = queries.passkeys(user_id=user.pk)
        return str(_("Passkey %(number)s")) % {"number": count + 1}


def _sends_temporary(request: Any) -> bool:
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return False
    return tenant.file.registration.recovery is Recovery.TEMPORARY_PASSWORD


def _now(request: Any) -> datetime:
    return getattr(request, "now", None) or datetime.now(UTC)
