"""New prices are announced: how long before they hold, and who has not been told yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mains.core.transactions import inside_transaction
from mains.customers.models import Account, Contract
from mains.tariffs.models import TariffVersion
from mains.tariffs.rules.kinds import Component
from mains.tenancy.tenantfile import TenantFile


class NoticeTooShort(Exception):
    """
    Prices would hold sooner after their publication than the utility allows itself.
    """

    def __init__(self, *, code: str, start_date: date, earliest: date) -> None:
        super().__init__(
            f"tariffs.{code} has prices from {start_date} on, but what is published today may hold "
            f"from {earliest} on at the earliest (price_changes.notice_days). Choose a later day."
        )
        self.code, self.start_date, self.earliest = code, start_date, earliest


def earliest_start(*, file: TenantFile, today: date) -> date | None:
    """
    Return the first day for which prices may be published today; None for whichever.
    """
    days = file.price_changes.notice_days
    return today + timedelta(days=days) if days else None


def check(*, before: TenantFile | None, after: TenantFile, today: date) -> None:
    """
    Pass silently if no new prices of a known tariff hold too soon, as the rule before demands.

    A tariff that is new has nobody to tell.

    :raises NoticeTooShort: naming the tariff and the earliest day.
    """
    if before is None:
        return
    earliest = earliest_start(file=before, today=today)
    if earliest is None:
        return
    for code, start_date in new_versions(before=before, after=after):
        if start_date < earliest:
            raise NoticeTooShort(code=code, start_date=start_date, earliest=earliest)


def new_versions(*, before: TenantFile, after: TenantFile) -> Iterator[tuple[str, date]]:
    """
    Yield code and first day of each version that a file adds to a tariff of another one.
    """
    known = {one.code: {entry.start_date for entry in one.versions} for one in before.tariffs}
    for tariff in after.tariffs:
        for version in tariff.versions:
            if tariff.code in known and version.start_date not in known[tariff.code]:
                yield tariff.code, version.start_date


@inside_transaction
def wait_to_be_told(*, code: str, start_date: date, today: date) -> None:
    """
    Mark a version that was just published: its customers are to be told, from the first account on.

    Prices that others have taken the place of by today concern nobody.
    """
    versions = TariffVersion.objects.filter(tariff__code=code, published_at__isnull=False)
    if versions.filter(start_date__gt=start_date, start_date__lte=today).exists():
        return
    versions.filter(start_date=start_date).update(notice_cursor=0)


def waiting() -> list[int]:
    """
    Return the versions whose customers are not all told.
    """
    rows = TariffVersion.objects.filter(notice_cursor__isnull=False).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Told:
    """
    An account to whose contracts new prices apply; each contract by its class and its zone.
    """

    account: Account
    contracts: tuple[tuple[str, str], ...]

    def is_charged(self, component: Component) -> bool:
        """
        Tell whether one of the contracts is charged a component.
        """
        return any(
            (not component.classes or contract_class in component.classes)
            and (not component.zones or zone in component.zones)
            for contract_class, zone in self.contracts
        )


def next_accounts(*, version: TariffVersion, count: int) -> list[Told]:
    """
    Return the next accounts to be told of a version, by id, each once.

    They have a contract by its tariff that runs on its first day or later.
    """
    contracts = Contract.objects.filter(tariff_code=version.tariff.code).exclude(
        end_date__lte=version.start_date
    )
    following = contracts.filter(account_id__gt=version.notice_cursor).order_by("account_id")
    account_ids = list(following.values_list("account_id", flat=True).distinct()[:count])
    found: dict[int, list[Contract]] = {account_id: [] for account_id in account_ids}
    for one in contracts.filter(account_id__in=account_ids).select_related(
        "account__customer", "supply_point"
    ):
        found[one.account_id].append(one)
    return [
        Told(rows[0].account, tuple((one.contract_class, one.supply_point.zone) for one in rows))
        for rows in found.values()
    ]
