"""P1, the customer port of smart meters."""

from mains.metering.imports.profile import Container, Profile

TELEGRAMS = Profile(
    key="p1", title="P1 telegrams (DSMR, Fluvius, E.ON Hungary)", container=Container.P1
)
