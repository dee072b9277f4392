"""Datadis, where Spanish holders get the curves of every distributor: its CSV and its storage."""

from mains.metering.imports.profile import Container, Label, Magnitude, Profile
from mains.metering.rules.intervals import Quality
from mains.metering.rules.labels import Marks, Repeated
from mains.metering.rules.sentences import gettext_noop as _

PROFILES = (
    Profile(
        key="datadis-json", title=_("Datadis storage (JSON)"), container=Container.DATADIS,
        header=True, point="cups",
        label=Label(("datetime",), "YYYY-MM-DDThh:mm:ss", Marks.BEGINNING, Repeated.ORDER),
        magnitudes=(
            Magnitude("1.8.0", "kWh", "value_kWh", quality="real"),
            Magnitude("2.8.0", "kWh", "surplus_kWh", quality="real", optional=True),
        ),
        qualities={"true": Quality.MEASURED, "false": Quality.ESTIMATED},
    ),
    Profile(
        key="datadis-csv", title=_("Datadis CSV"), container=Container.DELIMITED, header=True,
        point="CUPS", decimal=",",
        label=Label(("Fecha", "Hora"), "YYYY/MM/DD hh:mm", Marks.ENDING, Repeated.ORDER),
        magnitudes=(
            Magnitude("1.8.0", "kWh", "consumo_kWh", quality="metodoObtencion"),
            Magnitude("2.8.0", "kWh", "energiaVertida_kWh", quality="metodoObtencion",
                      optional=True),
        ),
        qualities={"Real": Quality.MEASURED, "Estimada": Quality.ESTIMATED},
    ),
)  # fmt: skip
