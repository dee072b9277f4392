"""Units as each language writes them."""

import pytest

from mains.core import wording
from mains.core.wording import unit_text


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("kWh", "uk", "кВт·год"),
        ("kW", "uk", "кВт"),
        ("m3", "uk", "м³"),
        ("kWh", "en", "kWh"),
        ("m3", "lv", "m³"),
        ("m3", "hu", "m³"),
        ("lm3", "hu", "lm³"),
        ("parcel", "uk", "parcel"),
        ("", "uk", ""),
    ],
)
def test_units_are_written_as_the_language_does(code, language, expected):
    assert unit_text(code, language=language) == expected


@pytest.mark.parametrize("code", ["Gcal", "GJ", "MWh"])
def test_what_cldr_does_not_know_is_asked_of_the_catalogue(code, monkeypatch):
    unit_text.cache_clear()
    monkeypatch.setattr(wording, "_", lambda text: f"translated {text}")
    assert unit_text(code, language="uk") == f"translated {code}"
    unit_text.cache_clear()


def test_portal_console_and_bills_say_them_alike():
    from django.utils import translation

    from mains.billing.documents.speaking import Speaker
    from mains.console import wording as console
    from mains.portal.templatetags import portal

    with translation.override("uk"):
        said = {portal.unit("kWh"), console.unit("kWh"), Speaker("uk", "UAH").unit("kWh")}
    assert said == {"кВт·год"}
