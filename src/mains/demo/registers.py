"""What the meters of a demo customer would show."""

from decimal import Decimal

from mains.enrolment import queries as enrolment
from mains.guard.context import inside
from mains.identity.models import User
from mains.metering import queries
from mains.tenancy.queries import TenantInfo


def likely_values(*, tenant: TenantInfo, email: str) -> dict[str, str]:
    """
    Return an ordinary value for each register that a login sees, by register id.
    """
    today = tenant.date_of(tenant.now())
    with inside(tenant.schema_name):
        user = User.objects.get(email=email)
        accounts = [account.pk for account in enrolment.accounts_of(user_id=user.pk, today=today)]
    return likely_of(tenant=tenant, account_ids=accounts)


def likely_of(*, tenant: TenantInfo, account_ids: list[int]) -> dict[str, str]:
    """
    Return an ordinary value for each register of accounts, by register id.
    """
    today = tenant.date_of(tenant.now())
    with inside(tenant.schema_name):
        registers = queries.registers_of(account_ids=account_ids, today=today)
    values = {}
    for register in registers:
        assert register.last_value is not None
        assert register.last_date is not None
        days = max((today - register.last_date).days, 1)
        used = (register.usual_daily or Decimal(0)) * days
        step = Decimal(1).scaleb(-register.decimals)
        value = (register.last_value + max(used, step)).quantize(step)
        values[str(register.register_id)] = f"{value:f}"
    return values
