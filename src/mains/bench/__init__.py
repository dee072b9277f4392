"""Figures beside their yardsticks: `mains bench NAME`."""

from collections.abc import Callable

from mains.bench import (
    bill_file,
    billrun,
    interval_import,
    payments,
    pdf,
    rating,
    tenant_create,
    tenant_migrate,
    usage,
)
from mains.bench.result import Result

BENCHES: dict[str, Callable[..., Result]] = {
    "bill-file": bill_file.measure,
    "billrun": billrun.measure,
    "import": interval_import.measure,
    "payments": payments.measure,
    "pdf": pdf.measure,
    "rating": rating.measure,
    "tenant-create": tenant_create.measure,
    "tenant-migrate": tenant_migrate.measure,
    "usage": usage.measure,
}


def run(name: str, **options: object) -> Result:
    """
    Run one bench; each takes of the options what it knows.

    :raises KeyError: if there is no bench of that name.
    """
    return BENCHES[name](**options)
