"""Pay bills at one of the gateways that the tenant offers; where one is silent, at the next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.cache import cache

from mains.core.money import Money
from mains.core.wording import text_in
from mains.identity.budgets import Budget
from mains.payments import actions as payments
from mains.payments import settling
from mains.payments.charges import KeyWithdrawn
from mains.payments.gateways.base import GatewayUnavailable
from mains.payments.merchants import MerchantAccount
from mains.payments.models import PaymentAttempt
from mains.payments.offering import named, names, offered, parted
from mains.payments.queries import BillRow
from mains.payments.rules.fees import fee
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.money import Gateway

# Whoever tries out stolen cards opens many pages: by visitor, by bill, and by tenant.
VISITOR = Budget("pay-start", tries=10, seconds=600)
BILL = Budget("pay-start-bill", tries=20, seconds=3_600)
GUESTS = Budget("pay-start-guests", tries=300, seconds=600)
# A gateway that was silent is offered last for so many seconds.
_SILENT_SECONDS = 60


class PaymentsOff(Exception):
    """The tenant has switched paying off, or has no gateway for these bills."""


class TooManyPages(Exception):
    """A guest opened too many payment pages within the last minutes."""


class NoParts(Exception):
    """The tenant takes whole bills only."""


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One way to pay: what it is called, and what it costs on top.

    `fee` is that of all that is owed, and `whole` is both together; the fee of a part is reckoned
    by `percent` and `fixed` again.
    """

    # By which it is chosen; two may be of one kind.
    name: str
    kind: str
    label: str
    fee: Money
    whole: Money
    percent: Decimal
    fixed: Money
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """
    Who wants to pay what: of a bill in `parts` so many minor units, of the others all that is owed.

    `gateway` is the name of an offer, and empty where it was left to us; `guest` names a visitor
    who is not signed in.
    """

    bill_ids: tuple[int, ...]
    payer: str
    email: str
    language: str
    gateway: str = ""
    parts: Mapping[int, int] = field(default_factory=dict)
    guest: str = ""


def baskets(*, tenant: TenantInfo, rows: Iterable[BillRow]) -> list[list[BillRow]]:
    """
    Part bills into those that one payment can pay: of one company, in ways that take all of them.
    """
    companies: dict[str, dict[int, BillRow]] = {}
    for row in rows:
        companies.setdefault(row.company_code, {})[row.id] = row
    return [
        [theirs[bill_id] for bill_id in together]
        for company, theirs in companies.items()
        for together in parted(tenant=tenant, company=company, bill_ids=list(theirs))
    ]


def offers(*, tenant: TenantInfo, rows: Sequence[BillRow], language: str) -> list[Offer]:
    """
    Return the ways to pay bills of one company, in the tenant's order; silent ones come last.
    """
    if not rows:
        return []
    total = Money.total((row.outstanding for row in rows), currency=rows[0].outstanding.currency)
    company = rows[0].company_code
    choices = offered(tenant=tenant, company=company, bill_ids=[row.id for row in rows])
    found = [
        _offer(choice, name=name, total=total, language=language)
        for choice, name in zip(choices, names(choices), strict=True)
    ]
    return sorted(found, key=lambda offer: offer.is_silent)


def _offer(choice: Gateway, *, name: str, total: Money, language: str) -> Offer:
    percent, fixed = choice.fee.percent, choice.fee.fixed
    costs = fee(total, percent=percent, fixed=fixed)
    return Offer(
        name=name,
        kind=str(choice.kind),
        label=text_in(choice.label, language=language, otherwise=choice.kind),
        fee=costs,
        whole=total + costs,
        percent=percent,
        fixed=Money.round_from(fixed, total.currency),
        is_silent=bool(cache.get(_silent(choice))),
    )


def start(*, tenant: TenantInfo, wish: Wish, company: str, now: datetime, today: date) -> str:
    """
    Return the address of a gateway's page for bills of one company.

    Where the way was left to us and one gateway does not answer, the next one that costs no more is
    asked; nobody has the address of the silent one's page, so nothing can be paid twice.

    :raises PaymentsOff: if the tenant does not take payments for them here.
    :raises TooManyPages: if a guest opened too many pages.
    :raises NoParts: for a part of a bill, where whole ones are taken only.
    :raises GatewayUnavailable: if none answers.
    :raises KeyWithdrawn: if a page that was opened before may be paid and nobody can be asked.
    """
    if wish.parts and not tenant.file.payments.part_payments:
        raise NoParts(wish.bill_ids)
    choices = _choices(tenant, wish, company)
    if wish.guest:
        _count(wish)
    first = choices[0].fee
    choices.sort(key=lambda one: bool(cache.get(_silent(one))))
    for choice in choices:
        if choice.fee.percent > first.percent or choice.fee.fixed > first.fixed:
            continue
        try:
            return payments.start(basket=_basket(wish, choice), now=now, today=today)
        except KeyWithdrawn:
            # It is the page from before that is silent, not this way.
            raise
        except GatewayUnavailable:
            cache.set(_silent(choice), 1, _SILENT_SECONDS)
    raise GatewayUnavailable(tenant.schema_name)


def _choices(tenant: TenantInfo, wish: Wish, company: str) -> list[Gateway]:
    choices = offered(tenant=tenant, company=company, bill_ids=wish.bill_ids)
    if wish.gateway:
        choices = named(wish.gateway, choices=choices)
    if not choices:
        raise PaymentsOff(tenant.schema_name)
    return choices


def _basket(wish: Wish, choice: Gateway) -> payments.Basket:
    return payments.Basket(
        bill_ids=wish.bill_ids,
        payer=wish.payer,
        email=wish.email,
        language=wish.language,
        gateway=str(choice.kind),
        account=MerchantAccount.of(choice),
        parts=wish.parts,
        fee_percent=choice.fee.percent,
        fee_fixed=choice.fee.fixed,
    )


def _count(wish: Wish) -> None:
    spent = [VISITOR.spend(wish.guest), GUESTS.spend("all")]
    spent += [BILL.spend(bill_id) for bill_id in wish.bill_ids]
    if not all(spent):
        raise TooManyPages(wish.guest)


def _silent(choice: Gateway) -> str:
    return f"gateway-silent:{choice.kind}:{choice.account}:{choice.secret}"


def confirm(*, token: str, now: datetime, today: date) -> None:
    """
    Ask the gateway about a payment whose payer came back.
    """
    settling.ask_and_settle(token=token, now=now, today=today)


def sends_receipt(*, token: str) -> bool:
    """
    Tell whether the receipt of a payment goes to an address that its payer gave.
    """
    return PaymentAttempt.objects.filter(token=token).exclude(email="").exists()
