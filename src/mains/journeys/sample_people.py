"""Invented people and streets for sandboxes, in the language of the country."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    names: tuple[str, ...]
    streets: tuple[str, ...]
    city: str
    post_code: str


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
        "Villaclara", "23620",
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
