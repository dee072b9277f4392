"""P1, the customer port of smart meters."""

from mains.metering.imports.profile import Container, Profile
from mains.metering.rules.sentences import gettext_noop as _

TELEGRAMS = Profile(
    key="p1", title=_("P1 telegrams (DSMR, Fluvius, E.ON Hungary)"), container=Container.P1
)
