"""Let customers have their bills collected: by a stored card or by direct debit."""

from dataclasses import dataclass
from datetime import date, datetime

from mains.core.money import Money
from mains.core.transactions import owns_transaction
from mains.core.wording import money_text
from mains.customers.models import Account, Mandate, Scheme
from mains.notifications import actions as notifications
from mains.notifications.models import Channel
from mains.payments import mandates, stored_cards
from mains.payments.autopay import telling
from mains.payments.gateways import gateway
from mains.payments.gateways.base import Ability
from mains.payments.offering import offered
from mains.tenancy.queries import TenantInfo


class NotOffered(Exception):
    """The tenant does not offer this way to have bills collected."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How an account is collected from, and what else it could choose.

    `source` is what its payer knows it by, `reference` what stands on their bank statement beside
    the creditor's identifier, `until` the day on which a pause ends.
    """

    mandate_id: int | None
    is_card: bool
    source: str
    reference: str
    limit: Money | None
    since: date | None
    until: date | None
    card_until: str
    card_gateway: str
    may_debit: bool
    currency: str


def standing(*, tenant: TenantInfo, account_id: int, today: date) -> Standing:
    """
    Return how an account is collected from, and which ways the tenant offers for it.
    """
    account = Account.objects.select_related("company").get(pk=account_id)
    mandate = stored_cards.in_force(account_id=account_id, on=today)
    is_paused = mandate is not None and mandate.paused_until and mandate.paused_until > today
    return Standing(
        mandate_id=mandate.pk if mandate else None,
        is_card=mandate is not None and mandate.scheme == Scheme.CARD,
        source=telling.source_text(mandate=mandate) if mandate else "",
        reference=mandate.reference if mandate and mandate.scheme != Scheme.CARD else "",
        limit=Money(mandate.limit_minor, account.currency)
        if mandate and mandate.limit_minor
        else None,
        since=mandate.start_date if mandate else None,
        until=mandate.paused_until if mandate and is_paused else None,
        card_until=mandate.card_until if mandate else "",
        card_gateway=_card_gateway(tenant, account),
        may_debit=_may_debit(tenant, account),
        currency=account.currency,
    )


def _card_gateway(tenant: TenantInfo, account: Account) -> str:
    if not tenant.file.payments.autopay:
        return ""
    can = [
        str(one.kind)
        for one in offered(tenant=tenant, company=account.company.code)
        if Ability.STORE_CARDS in gateway(one.kind).abilities
    ]
    return next(iter(can), "")


def _may_debit(tenant: TenantInfo, account: Account) -> bool:
    choice = tenant.file.payments
    can = bool(account.company.creditor_id and account.company.iban)
    return choice.enabled and choice.direct_debit and can and account.currency == "EUR"


def start_card(
    *,
    tenant: TenantInfo,
    account_id: int,
    limit_minor: int | None,
    email: str,
    language: str,
    today: date,
) -> str:
    """
    Return the address of the page on which a card is stored for an account.

    :raises NotOffered: if no gateway of the tenant stores cards.
    :raises AlreadyCollected: if a mandate is in force.
    :raises GatewayUnavailable: if the gateway does not answer; nothing was stored.
    """
    account = Account.objects.select_related("company", "customer").get(pk=account_id)
    kind = _card_gateway(tenant, account)
    if not kind:
        raise NotOffered(account_id)
    return stored_cards.start(
        account_id=account_id,
        kind=kind,
        limit_minor=limit_minor,
        holder=account.customer.name,
        email=email,
        language=language,
        today=today,
    )


def card_came_back(
    *, tenant: TenantInfo, reference: str, language: str, now: datetime, today: date
) -> Mandate | None:
    """
    Ask the gateway whether the card was stored, tell its holder once, and return the mandate.
    """
    stored_cards.ask(reference=reference, language=language, now=now, today=today)
    mandate = Mandate.objects.filter(reference=reference).select_related("account").first()
    if mandate is not None and mandate.confirmed:
        _tell(tenant=tenant, mandate_id=mandate.pk, language=language, now=now)
    return mandate


def sign(
    *,
    tenant: TenantInfo,
    account_id: int,
    signed: mandates.Signed,
    by: str,
    language: str,
    now: datetime,
    today: date,
) -> Mandate:
    """
    Put a direct debit in force and send its text to the holder, once.

    :raises NotOffered: if the tenant or the company does not collect by direct debit.
    :raises WrongIban: if the check digits do not fit.
    :raises AlreadyCollected: if another mandate is in force.
    """
    account = Account.objects.select_related("company").get(pk=account_id)
    if not _may_debit(tenant, account):
        raise NotOffered(account_id)
    mandate = mandates.give(account_id=account_id, signed=signed, by=by, now=now, today=today)
    _tell(tenant=tenant, mandate_id=mandate.pk, language=language, now=now)
    return mandate


@owns_transaction
def _tell(*, tenant: TenantInfo, mandate_id: int, language: str, now: datetime) -> None:
    mandate = Mandate.objects.select_related("account__customer", "account__company").get(
        pk=mandate_id
    )
    account, customer = mandate.account, mandate.account.customer
    limit = Money(mandate.limit_minor, account.currency) if mandate.limit_minor else None
    is_card = mandate.scheme == Scheme.CARD
    notifications.queue(
        kind="mandate-given",
        key=str(mandate.pk),
        recipient=customer.email or f"{customer.name}\n{account.postal_address}",
        channel=Channel.EMAIL if customer.email else Channel.LETTER,
        language=language,
        values={
            "account": account.number[-3:],
            "holder": mandate.holder,
            "source": telling.source_text(mandate=mandate),
            "mandate": "" if is_card else mandate.reference,
            "creditor": "" if is_card else account.company.creditor_id,
            "company": account.company.name,
            "limit": money_text(limit, language=language) if limit else "",
            "days": str(tenant.file.payments.announce_days),
            "url": f"{tenant.url}/autopay/{account.pk}/",
        },
        now=now,
    )
