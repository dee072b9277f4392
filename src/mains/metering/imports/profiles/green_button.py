"""Green Button (NAESB REQ.21, ESPI)."""

from mains.metering.imports.profile import Container, Profile
from mains.metering.rules.intervals import Quality
from mains.metering.rules.sentences import gettext_noop as _

FEED = Profile(
    key="green-button",
    title=_("Green Button ESPI feed (XML)"),
    container=Container.ESPI,
    # ESPI QualityOfReading: edited by hand; estimated, questionable, projected, mixed; the rest.
    qualities={
        "7": Quality.CORRECTED, "8": Quality.ESTIMATED, "9": Quality.ESTIMATED,
        "10": Quality.ESTIMATED, "12": Quality.ESTIMATED, "13": Quality.ESTIMATED,
        "0": Quality.MEASURED, "11": Quality.MEASURED, "14": Quality.MEASURED,
        "15": Quality.MEASURED, "16": Quality.MEASURED, "17": Quality.MEASURED,
        "18": Quality.MEASURED,
    },
)  # fmt: skip
