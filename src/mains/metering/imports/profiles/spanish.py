"""
Files that Spanish distributors exchange with retailers and with the system operator.

Lines end with or without `;`, and a compressed file may hold them. Labels are hour ending ("00:00"
is the last hour of the day before); a flag says 1 in summer and 0 in winter. Active energy taken
(1.8.0) and fed in (2.8.0), reactive energy by quadrant (5 to 8). In P1D and P2D every magnitude has
a quality byte of its own, whose highest bit (128) marks one that the meter does not hold. Values
are kWh, and Wh in the curves for billing.
"""

from collections.abc import Mapping

from mains.metering.imports.profile import Container, Label, Magnitude, Profile
from mains.metering.rules.intervals import Quality
from mains.metering.rules.labels import Marks, Repeated
from mains.metering.rules.sentences import gettext_noop as _

# How a value was obtained: real (R), or estimated (E).
REAL_OR_ESTIMATED = {
    "R": Quality.MEASURED, "Real": Quality.MEASURED,
    "E": Quality.ESTIMATED, "Estimada": Quality.ESTIMATED,
}  # fmt: skip
# The method of billed curves: 1 to 3 come from the meter, 4 to 6 from a profile or an estimate.
METHOD = {
    "": Quality.MEASURED, "0": Quality.MEASURED, "1": Quality.MEASURED, "2": Quality.MEASURED,
    "3": Quality.MEASURED, "4": Quality.ESTIMATED, "5": Quality.ESTIMATED,
    "6": Quality.ESTIMATED,
}  # fmt: skip
_NUMBERED = Label(("Fecha", "Hora"), "DD/MM/YYYY hh", Marks.ENDING, Repeated.NUMBERED)
_REACTIVE = ("5.8.0", "6.8.0", "7.8.0", "8.8.0")


def _stamped(column: int, pattern: str = "YYYY/MM/DD hh:mm:ss") -> Label:
    return Label((column,), pattern, Marks.ENDING, Repeated.FLAG, flag=column + 1)


def _measured(key: str, title: str, *, minutes: int) -> Profile:
    """
    Return the profile of a measuring point's curve: six magnitudes, each with a quality byte.
    """
    return Profile(
        key=key, title=title, container=Container.DELIMITED, minutes=minutes, label=_stamped(2),
        magnitudes=(
            Magnitude("1.8.0", "kWh", 4), Magnitude("2.8.0", "kWh", 6, optional=True),
            *(
                Magnitude(code, "kvarh", 8 + 2 * place, optional=True)
                for place, code in enumerate(_REACTIVE)
            ),
        ),
    )  # fmt: skip


def _reactive(first: int) -> tuple[Magnitude, ...]:
    return tuple(
        Magnitude(code, "kvarh", first + place, optional=True)
        for place, code in enumerate(_REACTIVE)
    )


def _billed(
    key: str, title: str, *magnitudes: Magnitude, qualities: Mapping[str, Quality] | None = None
) -> Profile:
    return Profile(
        key=key, title=title, container=Container.DELIMITED,
        label=_stamped(1, "YYYY/MM/DD hh:mm"), magnitudes=magnitudes, qualities=qualities or {},
    )  # fmt: skip


def _produced(key: str, title: str, *, minutes: int, columns: tuple[int, ...], values: int,
              mark: int) -> Profile:  # fmt: skip
    pattern = "YYYY MM DD hh mm" if minutes == 15 else "YYYY MM DD hh"
    return Profile(
        key=key, title=title, container=Container.DELIMITED, minutes=minutes,
        label=Label(columns, pattern, Marks.ENDING, Repeated.FLAG, flag=columns[-1] + 1),
        magnitudes=(Magnitude("2.8.0", "kWh", values, quality=mark),),
        qualities=REAL_OR_ESTIMATED,
    )  # fmt: skip


PROFILES = (
    _measured("es-p1d", _("P1D: hourly curve of a measuring point"), minutes=60),
    _measured("es-p2d", _("P2D: quarter-hourly curve of a measuring point"), minutes=15),
    Profile(
        key="es-f1", title=_("F1: hourly curve of a border point"), container=Container.DELIMITED,
        label=_stamped(2),
        magnitudes=(
            Magnitude("1.8.0", "kWh", 4), Magnitude("2.8.0", "kWh", 5, optional=True),
            *_reactive(6),
        ),
    ),
    _billed(
        "es-f5d", _("F5D: billed hourly curve"),
        Magnitude("1.8.0", "Wh", 3, quality=9),
        Magnitude("2.8.0", "Wh", 4, quality=9, optional=True), qualities=METHOD,
    ),
    # Its one column is nothing at night and most at noon: what was fed in.
    _billed("es-a5d", _("A5D: billed hourly curve of energy fed in"), Magnitude("2.8.0", "Wh", 3)),
    _billed(
        "es-b5d", _("B5D: billed hourly curve of energy taken and fed in"),
        Magnitude("1.8.0", "Wh", 3, optional=True), Magnitude("2.8.0", "Wh", 4),
    ),
    _produced("es-mhcil", _("MHCIL: hourly production of an installation"), minutes=60,
              columns=(1, 2, 3, 4), values=6, mark=9),
    _produced("es-mcilqh", _("MCILQH: quarter-hourly production of an installation"), minutes=15,
              columns=(1, 2, 3, 4, 5), values=7, mark=13),
    # What holders download: numbered hours, 25 of them on the day in October.
    Profile(
        key="es-csv", title=_("CSV for holders: CUPS;Fecha;Hora;Consumo_kWh;Metodo_obtencion"),
        container=Container.DELIMITED, header=True, point="CUPS", decimal=",", label=_NUMBERED,
        magnitudes=(Magnitude("1.8.0", "kWh", "Consumo_kWh", quality="Metodo_obtencion"),),
        qualities=REAL_OR_ESTIMATED,
    ),
    Profile(
        key="es-csv-own", title=_("CSV for holders who feed in: …;AE_kWh;AS_KWh;…;REAL/ESTIMADO"),
        container=Container.DELIMITED, header=True, point="CUPS", decimal=",", label=_NUMBERED,
        magnitudes=(
            Magnitude("1.8.0", "kWh", "AE_kWh", quality="REAL/ESTIMADO"),
            Magnitude("2.8.0", "kWh", "AS_KWh", quality="REAL/ESTIMADO", optional=True),
        ),
        qualities=REAL_OR_ESTIMATED,
    ),
    Profile(
        key="es-csv-wh", title=_("CSV for holders: CUPS;FechaHora;CONSUMO Wh, hour beginning"),
        container=Container.DELIMITED, header=True, point="CUPS",
        label=Label(("FechaHora",), "YYYY/MM/DD hh:mm", Marks.BEGINNING, Repeated.ORDER),
        magnitudes=(Magnitude("1.8.0", "Wh", "CONSUMO Wh"),),
    ),
)  # fmt: skip
