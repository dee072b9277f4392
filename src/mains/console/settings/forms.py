"""How the portal looks, which day a sandbox lives on, and the configuration as a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mains.branding.fields import ColourForm, DayField
from mains.branding.themes import load_theme, themes_root
from mains.documents.fields import LogoField


def theme_choices() -> list[tuple[str, str]]:
    """
    Return the looks a provider may choose, by name.
    """
    names = sorted(path.parent.name for path in themes_root().glob("*/theme.toml"))
    return [(name, load_theme(name=name).title) for name in names]


class Brand(ColourForm):
    name = forms.CharField(
        label=_("Name"),
        help_text=_("As your customers know you."),
        min_length=2,
        max_length=80,
        error_messages={"required": _("Type the name your customers know.")},
    )
    theme = forms.ChoiceField(label=_("Look"), choices=theme_choices)
    logo = LogoField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, at most 5 MB. It is shown 36 pixels high."),
    )
    support_email = forms.EmailField(
        label=_("E-mail for customers"),
        error_messages={
            "required": _("Type the address your customers write to."),
            "invalid": _("An e-mail address has the form name@example.com."),
        },
    )
    support_phone = forms.CharField(
        label=_("Phone for customers"),
        max_length=40,
        error_messages={"required": _("Type the number your customers call.")},
    )
    address = forms.CharField(label=_("Postal address"), required=False, max_length=200)

    field_order = ("name", "colour", "colour_picked", "theme", "logo")


class Today(forms.Form):
    day = DayField(
        label=_("The sandbox lives on"),
        help_text=_("Readings, bills and due dates follow this day. Real time goes on from there."),
        required_text=_("Type the day the sandbox shall live on."),
    )


class Upload(forms.Form):
    file = forms.FileField(
        label=_("Configuration as TOML"),
        help_text=_("Download the published one, change it, and choose it here."),
        widget=forms.FileInput(attrs={"accept": ".toml,text/plain"}),
        error_messages={
            "required": _("Choose a TOML file."),
            "empty": _("This file is empty. Choose another one."),
        },
    )


class Publish(forms.Form):
    content = forms.CharField(max_length=500_000, strip=False)
    based_on = forms.IntegerField()
    note = forms.CharField(
        label=_("What changed, and why"),
        help_text=_("Your colleagues read it in the list of versions."),
        required=False,
        max_length=200,
    )
