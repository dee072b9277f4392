"""allauth's forms in our words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from mains.identity.fields import current_password

CODE_REQUIRED = _("Type the code.")
_CODE_ATTRS = {"autocomplete": "one-time-code", "class": "code", "spellcheck": "false"}


class SignIn(account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("E-mail or user name"),
            max_length=254,
            widget=forms.TextInput(
                attrs={
                    "autocomplete": "username webauthn",
                    "autocapitalize": "none",
                    "spellcheck": "false",
                }
            ),
            error_messages={"required": _("Type your e-mail address or user name.")},
        )
        self.fields["password"] = current_password(_("Password"))
        self.order_fields(["login", "password"])


class Reauthenticate(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = current_password(_("Password"))


def _code(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=40,
        widget=forms.TextInput(attrs=_CODE_ATTRS),
        error_messages={"required": CODE_REQUIRED},
    )


_CODE_HINT = _("Six digits from your authenticator app, or one of your recovery codes.")


class SecondStep(second_step.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(_("Code"), _CODE_HINT)


class ReauthenticateByCode(second_step.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(_("Code"), _CODE_HINT)


class ConfirmEmail(account.ConfirmEmailVerificationCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(_("Code"), _("From the message we sent you just now."))


class ActivateApp(totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code(
            _("Code"), _("The six digits that the app shows after you scanned the picture.")
        )
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


def _name() -> forms.CharField:
    return forms.CharField(
        label=_("Name of the passkey"),
        help_text=_("So that you tell it from others, such as the name of the device."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Type a name.")},
    )


class AddPasskey(webauthn.AddWebAuthnForm):
    """
    Every passkey of ours has to ask who holds it, by a finger, a face or a PIN.

    So it is two steps in one, and signs in alone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name()
        self.fields["credential"].error_messages["required"] = _(
            "The browser made no passkey. Press the button and follow what it asks."
        )
        del self.fields["passwordless"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class NamePasskey(webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name()
