"""What we keep of allauth under /account/. Whatever is not listed here does not exist."""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

type View = Callable[..., HttpResponse]


def gone(request: HttpRequest, **parts: str) -> HttpResponse:  # noqa: ARG001
    """
    Answer that there is no such page: ours does this, under another address.

    :raises Http404: always.
    """
    raise Http404


def form(view: View) -> View:
    """
    Answer 422 where something typed into one of allauth's forms has to be mended.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        shown = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and shown is not None and shown.errors:
            response.status_code = 422
        return response

    return checked


KEY = "2fa/webauthn/keys/<int:pk>"
urlpatterns = [
    path("login/", form(account.login), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", form(account.reauthenticate), name="account_reauthenticate"),
    # The code for an address that was never confirmed, asked for while signing in.
    path(
        "confirm-email/",
        form(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("2fa/", second_step.index, name="mfa_index"),
    path("2fa/authenticate/", form(second_step.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", form(second_step.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", form(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", form(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        form(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", form(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path(f"{KEY}/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path(f"{KEY}/edit/", form(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    # allauth asks for these addresses by name; the pages themselves are ours, or nobody's.
    path("signup/", gone, name="account_signup"),
    path("email/", gone, name="account_email"),
    path("password/change/", gone, name="account_change_password"),
    path("password/set/", gone, name="account_set_password"),
    path("password/reset/", gone, name="account_reset_password"),
    path("sessions/", gone, name="usersessions_list"),
]
