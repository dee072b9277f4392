"""A new run is proposed for what is billed next, not for what is billed already."""

from datetime import date

import pytest
from tests.factories import utilities

from mains.core.calendars import Period, add_months
from mains.customers.models import Company
from mains.journeys import bill_run

pytestmark = pytest.mark.usefixtures("tenant")


def test_companies_take_turns_and_then_the_next_period_comes():
    utility = utilities.billed("teplo")
    today = date(2030, 7, 5)
    tenant, june = utility.tenant, Period(date(2030, 6, 1), date(2030, 7, 1))
    first, second = [company.code for company in tenant.file.companies]

    seen = []
    for _ in range(3):
        code, period = bill_run.proposed(tenant=tenant, today=today)
        seen.append((code, period))
        bill_run.start(
            tenant=tenant,
            company=Company.objects.get(code=code),
            period=period,
            started_by="olga",
            now=utilities.NOW,
        )
    assert tenant.file.billing.months_per_bill == 1
    july = Period(june.end, add_months(june.end, 1))
    assert seen == [(first, june), (second, june), (first, july)]
