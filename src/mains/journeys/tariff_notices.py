"""Tell customers once of new prices: from which day, which prices, and where their contract is."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from mains.core.transactions import owns_transaction
from mains.core.wording import date_text
from mains.notifications import actions as notifications
from mains.notifications.models import Channel
from mains.tariffs import notices
from mains.tariffs.component_words import terms
from mains.tariffs.models import TariffVersion
from mains.tariffs.notices import Told
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import Component
from mains.tariffs.rules.price_rows import PriceRow, charged_otherwise, compare
from mains.tariffs.speaking import Labels, PriceWords
from mains.tenancy.queries import TenantInfo

# Accounts that are told in one transaction, and price changes that a message names.
AT_ONCE, MOST_LINES = 200, 30


def tell_waiting(*, tenant: TenantInfo, now: datetime) -> None:
    """
    Queue what customers have to be told of published prices; again, or killed and resumed, it
    tells nobody twice and leaves nobody out.
    """
    for version_id in notices.waiting():
        while tell_next(tenant=tenant, version_id=version_id, now=now):
            pass


@owns_transaction
def tell_next(*, tenant: TenantInfo, version_id: int, now: datetime) -> bool:
    """
    Tell the next accounts of a version and say whether there may be more.

    Prices that are not in the published configuration were overtaken by another one: nobody is
    told of them.
    """
    version = (
        TariffVersion.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("tariff")
        .filter(pk=version_id, notice_cursor__isnull=False)
        .first()
    )
    if version is None:
        return False
    told = []
    if _is_in_file(tenant, version):
        told = notices.next_accounts(version=version, count=AT_ONCE)
    if told:
        prices = _prices(version)
        for one in told:
            _tell(tenant, version, prices, one, now)
    version.notice_cursor = told[-1].account.pk if len(told) == AT_ONCE else None
    version.save(update_fields=["notice_cursor"])
    return version.notice_cursor is not None


def _is_in_file(tenant: TenantInfo, version: TariffVersion) -> bool:
    return any(
        tariff.code == version.tariff.code and entry.start_date == version.start_date
        for tariff in tenant.file.tariffs
        for entry in tariff.versions
    )


@dataclass(frozen=True, slots=True)
class _Prices:
    """
    The components before and from a version on, and what their lines are called.
    """

    before: tuple[Component, ...]
    after: tuple[Component, ...]
    labels: Labels


def _prices(version: TariffVersion) -> _Prices:
    earlier = (
        TariffVersion.objects.filter(
            tariff=version.tariff_id, published_at__isnull=False, start_date__lt=version.start_date
        )
        .order_by("-start_date")
        .first()
    )
    return _Prices(
        read_components(earlier.components) if earlier else (),
        read_components(version.components),
        {**(earlier.labels if earlier else {}), **version.labels},
    )


def _tell(
    tenant: TenantInfo, version: TariffVersion, prices: _Prices, told: Told, now: datetime
) -> None:
    account = told.account
    customer = account.customer
    language = customer.language or tenant.file.locale.languages[0]
    changes = _in_words(told, prices, account.currency, language)
    if not changes:
        return
    notifications.queue(
        kind="tariff-changed",
        key=f"{version.pk}:{account.pk}",
        recipient=customer.email or f"{customer.name}\n{account.postal_address}",
        channel=Channel.EMAIL if customer.email else Channel.LETTER,
        language=language,
        values={
            "account": account.number,
            "tariff": version.tariff.name,
            "day": date_text(version.start_date, language=language),
            "changes": "\n".join(changes),
            "url": f"{tenant.url}/accounts/{account.pk}/contracts/",
        },
        now=now,
    )


def _in_words(told: Told, prices: _Prices, currency: str, language: str) -> list[str]:
    """
    Return what changes for somebody, a line each: prices, then what is charged otherwise.
    """
    before = [one for one in prices.before if told.is_charged(one)]
    after = [one for one in prices.after if told.is_charged(one)]
    with translation.override(language):
        words = PriceWords(language=language, currency=currency, labels=prices.labels)
        lines = [
            f"{words.name(change.row)}: {_price(words, change.before)} → "
            f"{_price(words, change.after)}"
            for change in compare(before, after)
            if change.is_change
        ]
        lines += [
            f"{words.label(becomes.code)}: {terms(was, words)} → {terms(becomes, words)}"
            for was, becomes in charged_otherwise(before, after)
        ]
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], "…"]


def _price(words: PriceWords, row: PriceRow | None) -> str:
    return words.price(row) if row else "–"
