"""MSCONS, the metered values message of UN/EDIFACT."""

from mains.metering.imports.profile import Container, Profile
from mains.metering.rules.intervals import Quality
from mains.metering.rules.sentences import gettext_noop as _

MESSAGES = Profile(
    key="mscons",
    title=_("MSCONS messages (EDIFACT)"),
    container=Container.MSCONS,
    # The qualifier of QTY: true value and sum; substitute, forecast and proposed value.
    qualities={
        "220": Quality.MEASURED, "79": Quality.MEASURED, "67": Quality.ESTIMATED,
        "187": Quality.ESTIMATED, "201": Quality.ESTIMATED,
    },
)  # fmt: skip
