"""Tax numbers of persons and organisations, compared as their countries write them."""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from stdnum.exceptions import InvalidChecksum, ValidationError

from mains.enrolment.rules.typed import plain

# The numbers that a customer of each country may have, by their module in python-stdnum.
NUMBERS = {
    "ES": ("es.nif", "es.cif", "es.nie"),
    "HU": ("hu.anum",),
    "IT": ("it.codicefiscale", "it.iva"),
    "LV": ("lv.pvn",),
    "UA": ("ua.rntrc", "ua.edrpou"),
    "EE": ("ee.ik", "ee.kmkr"),
    "LT": ("lt.asmens", "lt.pvm"),
    "PL": ("pl.pesel", "pl.nip"),
    "RO": ("ro.cnp", "ro.cui"),
    "SK": ("sk.rc", "sk.dph"),
    "DE": ("de.idnr", "de.vat"),
    "FR": ("fr.nif", "fr.tva"),
    "PT": ("pt.nif",),
    "GB": ("gb.utr", "gb.vat"),
}
# Eight digits name a Hungarian tax payer; codes for the kind of VAT and the county follow.
CORE_LENGTH = {"HU": 8}


def canonical(number: str, *, country: str) -> str:
    """
    Return a tax number without separators and without its country's prefix.
    """
    bare = plain(number)
    if bare.startswith(country) and len(bare) > len(country) + 4:
        bare = bare.removeprefix(country)
    core = CORE_LENGTH.get(country)
    return bare[:core] if core and bare.isdigit() and len(bare) == core + 3 else bare


def is_mistyped(number: str, *, country: str) -> bool:
    """
    Tell whether a number has the shape of one of the country's, but no check digit that fits.

    A number of another shape may be a foreign one, so nothing is said about it.
    """
    misfits = False
    for module in _modules(country):
        try:
            module.validate(canonical(number, country=country))
        except InvalidChecksum:
            misfits = True
        except ValidationError:
            continue
        else:
            return False
    return misfits


def _modules(country: str) -> Iterable[ModuleType]:
    return (import_module(f"stdnum.{name}") for name in NUMBERS.get(country, ()))
