"""What a utility decided that its bills depend on, beside its prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mains.billing.rules.budgeting import BudgetPlan
from mains.metering.rules.allocating import AllocationPlan
from mains.metering.rules.converting import Conversion
from mains.metering.rules.estimating import EstimatePlan
from mains.tariffs.rules.calendars import Timetable
from mains.tariffs.rules.taxes import Taxes


@dataclass(frozen=True, slots=True)
class Plans:
    """
    How a utility closes what nobody read, and what it prices, by service: estimates, shares of
    buildings' meters, and the units of what is counted; its taxes and its calendars of tariff
    periods, by code. Who chose nothing gets bills without paper where `electronic` is the default.
    """

    estimates: Mapping[str, EstimatePlan]
    allocations: Mapping[str, AllocationPlan]
    conversions: Mapping[str, Sequence[Conversion]]
    taxes: Taxes = field(default_factory=dict)
    timetables: Mapping[str, Timetable] = field(default_factory=dict)
    electronic: bool = False
    # Why no tax is charged, as the law wants it printed: tax category → language → words.
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # What bills for machines say of a company, by its code.
    sellers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # For use longer ago than so many months nothing more is claimed.
    back_billing_months: int | None = None
    # Readings that come after an account was rehearsed wait for its next bill.
    late_on_next_bill: bool = False
    # Who offers no fixed amounts has none.
    budget: BudgetPlan | None = None
