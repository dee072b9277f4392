"""What a quantity that registers count is called, in the language in force."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def quantity_label(code: str) -> str:
    """
    Return what a quantity is called where its name stands alone, e.g. `Hot water`.

    Of one that is measured by intervals the part is named as well, such as `Energy (P1)` for
    `energy@td20.P1`. A code that nobody knows stays as it is.
    """
    base, _at, part = code.partition("@")
    names = {
        "energy": _("Energy"),
        "water": _("Water"),
        "hot_water": _("Hot water"),
        "cold_water": _("Cold water"),
        "heat": _("Heat"),
        "gas": _("Gas"),
    }
    return _with_part(names.get(base, base), part)


def quantity_in_sentence(code: str) -> str:
    """
    Return what a quantity is called inside of a sentence, as `quantity_label` tells it alone.

    Languages that inflect have it here as it stands in “a unit of it”.
    """
    base, _at, part = code.partition("@")
    names = {
        "energy": pgettext("a unit of", "energy"),
        "water": pgettext("a unit of", "water"),
        "hot_water": pgettext("a unit of", "hot water"),
        "cold_water": pgettext("a unit of", "cold water"),
        "heat": pgettext("a unit of", "heat"),
        "gas": pgettext("a unit of", "gas"),
    }
    return _with_part(names.get(base, base), part)


def _with_part(name: str, part: str) -> str:
    if not part:
        return name
    # A calendar's code comes first: its tariff periods are known without it.
    parts = [part] if part == "peak" else part.split(".")[1:]
    words = [_("highest power") if one == "peak" else one for one in parts]
    return f"{name} ({', '.join(words)})"
