"""Bill a whole base's last twelve months again with a draft, and say who would pay what."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from mains.billing.models import Bill, BillState
from mains.core.calendars import Period, add_months
from mains.core.transactions import owns_transaction
from mains.customers.models import Contract
from mains.journeys import jobs
from mains.journeys.tariff_again import Again, IssuedBill
from mains.journeys.tariff_pricing import priced
from mains.tariffs import drafts
from mains.tariffs.entering import TariffWrong
from mains.tariffs.models import TariffVersion
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.lab import Tally
from mains.tariffs.rules.lines import LineRounding
from mains.tenancy.queries import TenantInfo

# Accounts whose bills one transaction rates again; a request does so many itself.
ACCOUNTS_AT_ONCE, CHUNKS_AT_ONCE = 200, 2
WORKING, DONE = "WORKING", "DONE"


class NotRatable(Exception):
    """The draft cannot be rated yet: something in it contradicts itself."""


def ask(*, tenant: TenantInfo, draft_id: int, by: str, today: date, now: datetime) -> None:
    """
    Begin to rate again; a large base is a worker's. While one is at it, asked again does nothing.

    :raises drafts.UnknownDraft: if it is deleted or published.
    :raises NotRatable: if something in it contradicts itself.
    """
    try:
        drafts.ratable(draft=drafts.find(draft_id=draft_id), file=tenant.file)
    except TariffWrong as problem:
        raise NotRatable(str(problem)) from problem
    accounts = _begun(draft_id=draft_id, by=by, today=today, now=now)
    if accounts is None:
        return
    if accounts > ACCOUNTS_AT_ONCE * CHUNKS_AT_ONCE:
        jobs.RUN_TARIFF_LAB.send(version_id=draft_id)
    else:
        work_on(tenant=tenant, draft_id=draft_id)


@owns_transaction
def _begun(*, draft_id: int, by: str, today: date, now: datetime) -> int | None:
    """
    Note what is asked for and return how many accounts it concerns; None if it was asked for.
    """
    draft = _locked(draft_id)
    if draft is None:
        raise drafts.UnknownDraft(draft_id)
    if draft.trial.get("lab", {}).get("state") == WORKING:
        return None
    period = Period(add_months(today, -12), today)
    accounts = _accounts(draft.tariff.code, period).count()
    draft.trial["lab"] = {
        "state": WORKING, "asked_by": by, "asked_at": now.isoformat(),
        "period": [period.start.isoformat(), period.end.isoformat()],
        "accounts": accounts, "done": 0, "cursor": 0, "tally": {},
    }  # fmt: skip
    draft.save(update_fields=["trial"])
    return accounts


def work_on(
    *, tenant: TenantInfo, draft_id: int, progress: Callable[[], None] = lambda: None
) -> None:
    """
    Rate again what is left, chunk by chunk; again, or beside another worker, rates nothing twice.
    """
    while _next_chunk(tenant=tenant, draft_id=draft_id):
        progress()


def take_up_lost(*, tenant: TenantInfo) -> None:
    """
    Go on with what a lost message or a killed worker left undone.
    """
    waiting = TariffVersion.objects.filter(published_at=None, trial__lab__state=WORKING)
    for draft_id in waiting.order_by("pk").values_list("pk", flat=True):
        work_on(tenant=tenant, draft_id=draft_id)


def _locked(draft_id: int) -> TariffVersion | None:
    return (
        TariffVersion.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("tariff")
        .filter(pk=draft_id, published_at=None)
        .first()
    )


@owns_transaction
def _next_chunk(*, tenant: TenantInfo, draft_id: int) -> bool:
    draft = _locked(draft_id)
    lab = draft.trial.get("lab", {}) if draft else {}
    if draft is None or lab.get("state") != WORKING:
        # Changed, deleted or published meanwhile, or another worker's.
        return False
    period = Period(*map(date.fromisoformat, lab["period"]))
    found = _accounts(draft.tariff.code, period).filter(account_id__gt=lab["cursor"])
    account_ids = list(found.order_by("account_id")[:ACCOUNTS_AT_ONCE])
    tally = Tally.from_data(lab["tally"])
    try:
        again = _again(tenant, draft)
    except TariffWrong:
        # What it refers to was taken away in the configuration.
        draft.trial.pop("lab")
        draft.save(update_fields=["trial"])
        return False
    for account_id, bills in _bills(account_ids, period):
        again.account(account_id, bills, tally)
    if len(account_ids) < ACCOUNTS_AT_ONCE:
        lab["state"] = DONE
        tally.settle()
    else:
        lab["cursor"] = account_ids[-1]
    lab |= {"tally": tally.as_data(), "done": lab["done"] + len(account_ids)}
    draft.save(update_fields=["trial"])
    return bool(lab["state"] == WORKING)


def _accounts(code: str, period: Period) -> Any:
    """
    Return the ids of accounts that had a contract by a tariff within a period.
    """
    return (
        Contract.objects.filter(tariff_code=code, start_date__lt=period.end)
        .exclude(end_date__lte=period.start)
        .values_list("account_id", flat=True)
        .distinct()
    )


def _bills(
    account_ids: Sequence[int], period: Period
) -> Iterable[tuple[int, Sequence[IssuedBill]]]:
    rows = Bill.objects.filter(
        account_id__in=account_ids,
        state=BillState.ISSUED,
        period_end__gt=period.start,
        period_end__lte=period.end,
    ).order_by("account_id", "period_start", "pk")
    found: dict[int, list[IssuedBill]] = {}
    for account_id, total, currency, facts, digest in rows.values_list(
        "account_id", "total_minor", "currency", "facts", "facts_hash"
    ):
        found.setdefault(account_id, []).append(IssuedBill(total, currency, facts, digest))
    return found.items()


def _again(tenant: TenantInfo, draft: TariffVersion) -> Again:
    ratable = drafts.ratable(draft=drafts.find(draft_id=draft.pk), file=tenant.file)
    versions = TariffVersion.objects.filter(tariff=draft.tariff_id, published_at__isnull=False)
    return Again(
        billed={
            one.pk: priced(read_components(one.components), one.labels, file=tenant.file)
            for one in versions
        },
        draft=priced(ratable.components, ratable.labels, file=tenant.file),
        is_exact_line=tenant.file.billing.line_precision == LineRounding.FOUR_DECIMALS,
    )
