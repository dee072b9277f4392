"""Services, and who may read their meters (axis A6)."""

from pydantic import Field

from mains.core.wording import text_in
from mains.tenancy.tenantfile.base import Section, Slug, Texts
from mains.tenancy.tenantfile.conversions import Conversion
from mains.tenancy.tenantfile.estimates import Allocation, Estimating
from mains.tenancy.tenantfile.windows import AlwaysWindow, Window


class Service(Section):
    code: Slug
    company: Slug
    label: Texts
    window: Window = AlwaysWindow(kind="always")
    # For contracts of a class that is read at another time than the others.
    class_windows: dict[Slug, Window] = {}
    # Why readings are suspended while they are; a sentence of ours where it is left out.
    locked_reason: Texts = {}
    guest_readings: bool = False
    # A reading that a device kept for want of a network counts for the day on which it was typed
    # if it arrives within so many days; at 0 the day on which it arrives counts.
    kept_days: int = Field(default=7, ge=0, le=31)
    metered: bool = True
    # Without it a bill waits for a reading.
    estimate: Estimating | None = None
    # What is counted in one unit and priced in another.
    conversions: tuple[Conversion, ...] = ()
    # Where homes share the meters of their building.
    allocation: Allocation | None = None


def label_of_key(service: Service, name: str, *, language: str) -> str:
    """
    Return what people call a key by which a service's buildings are shared.
    """
    keys = service.allocation.keys if service.allocation else ()
    labels = next((key.label for key in keys if key.name == name), {})
    return text_in(labels, language=language, otherwise=name)
