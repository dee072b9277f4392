"""Invented people and streets for sandboxes, in the language of the country."""

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Place:
    names: tuple[str, ...]
    streets: tuple[str, ...]
    city: str
    post_code: str
    companies: tuple[str, ...] = ()


PLACES = {
    "LV": Place(
        (
            "Ilze Kalniņa", "Jānis Ozols", "Līga Bērziņa", "Andris Liepiņš", "Zane Krūmiņa",
            "Māris Vītols", "Inese Eglīte", "Kaspars Zariņš",
        ),
        ("Ozolu iela", "Kļavu iela", "Jūras iela", "Skolas iela"), "Rīga", "LV-1010",
    ),
    "ES": Place(
        (
            "Lucía Navarro Gil", "Antonio Ruiz Mora", "Carmen Vega Soto", "Javier Ortiz León",
            "Elena Campos Ríos", "Pablo Serrano Cruz", "Marta Gallego Peña", "Diego Fuentes Vidal",
        ),
        ("Calle Mayor", "Calle del Río", "Avenida de Andalucía", "Plaza Nueva"),
        "Villaclara", "23620", ("Panadería del Sol S.L.", "Hotel Sierra Alta S.A."),
    ),
    "HU": Place(
        (
            "Szabó Katalin", "Nagy Gábor", "Tóth Eszter", "Kovács Péter", "Horváth Ilona",
            "Varga Tamás", "Kiss Judit", "Molnár András",
        ),
        ("Széchenyi körút", "Tisza utca", "Kossuth tér", "Petőfi utca"), "Szolnok", "5000",
    ),
    "UA": Place(
        (
            "Олена Коваленко", "Андрій Шевчук", "Ірина Бондаренко", "Максим Ткаченко",
            "Наталія Гончар", "Сергій Мельник", "Оксана Лисенко", "Тарас Поліщук",
        ),
        ("вул. Садова", "вул. Лісова", "просп. Миру", "вул. Шкільна"), "Київ", "01001",
    ),
    "IT": Place(
        (
            "Giulia Ferrari", "Marco Rinaldi", "Chiara Colombo", "Luca Marchetti", "Sara Conti",
            "Paolo Greco", "Elisa Barbieri", "Andrea Fontana",
        ),
        ("Via Garibaldi", "Via Roma", "Corso Italia", "Piazza Dante"), "Milano", "20100",
    ),
}  # fmt: skip
ANYWHERE = Place(
    (
        "Alice Moore", "Bob Hill", "Carol West", "David North", "Erin Field", "Frank Wood",
        "Grace Lake", "Henry Stone",
    ),
    ("Main Street", "Mill Lane", "Station Road", "Church Street"), "Springfield", "10001",
)  # fmt: skip


def place_of(country: str) -> Place:
    """
    Return invented people of a country.
    """
    return PLACES.get(country, ANYWHERE)


# How a tax number of a country begins, how it may end, and who knows which endings fit.
_DIGITS, _LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PERSONS = {
    "ES": ("{:08d}", _LETTERS, "stdnum.es.nif"),
    "HU": ("{:07d}", _DIGITS, "stdnum.hu.anum"),
    "IT": ("RSSMRA{:02d}A01F205", _LETTERS, "stdnum.it.codicefiscale"),
    "LV": ("4000{:06d}", _DIGITS, "stdnum.lv.pvn"),
    "UA": ("{:09d}", _DIGITS, "stdnum.ua.rntrc"),
}
_COMPANIES = {"ES": ("B{:07d}", _DIGITS, "stdnum.es.cif")}


def tax_number(country: str, number: int, *, company: bool = False) -> str:
    """
    Return the tax number of an invented person or company, with check digits that fit.
    """
    known = _COMPANIES if company else _PERSONS
    if country not in known:
        return f"{country}{70000000 + number}"
    begin, endings, name = known[country]
    module = import_module(name)
    # Some beginnings have no number of their own, so the next ones are tried.
    for position in range(number * 10, number * 10 + 10):
        middle = number % 100 if country == "IT" else 300_000 + position
        for ending in endings:
            candidate = begin.format(middle) + ending
            if module.is_valid(candidate):
                return candidate
    raise LookupError(country)
