"""Tell payers what is collected, stopped or failed; each once, by mail or letter."""

from datetime import date, datetime

from mains.billing.models import Bill
from mains.core.money import Money
from mains.core.transactions import inside_transaction
from mains.core.wording import date_text, money_text
from mains.customers.models import Mandate, Scheme
from mains.notifications import actions as notifications
from mains.notifications.models import Channel, Message
from mains.tenancy.queries import TenantInfo


def source_text(*, mandate: Mandate) -> str:
    """
    Return what money is collected from, as its payer knows it: only the end of a number.
    """
    return mandate.card_label if mandate.scheme == Scheme.CARD else f"…{mandate.iban[-4:]}"


def announced_at(*, bill_id: int, on: date) -> datetime | None:
    """
    Return when it was told that a bill is collected on a day, or None.
    """
    key = f"collection-announced:{bill_id}:{on.isoformat()}"
    return Message.objects.filter(key=key).values_list("created_at", flat=True).first()


def was_looked_at(*, bill_id: int) -> bool:
    """
    Tell whether it was decided before that a bill is collected, or is not.
    """
    starts = (f"collection-announced:{bill_id}:", f"collection-held:{bill_id}:")
    return any(Message.objects.filter(key__startswith=start).exists() for start in starts)


@inside_transaction
def announce(
    *,
    tenant: TenantInfo,
    bill: Bill,
    mandate: Mandate,
    minor: int,
    now: datetime,
    is_again: bool = False,
) -> None:
    """
    Tell how much of a bill is collected on its day, from what, and whether it was tried before.
    """
    if bill.collection_date is None:
        return
    language = _language(tenant, bill)
    _queue(
        tenant, bill, "collection-announced", bill.collection_date.isoformat(), now,
        amount=money_text(Money(minor, bill.currency), language=language),
        day=date_text(bill.collection_date, language=language),
        source=source_text(mandate=mandate),
        again="yes" if is_again else "",
        mandate=mandate.reference if mandate.scheme != Scheme.CARD else "",
        creditor=bill.account.company.creditor_id if mandate.scheme != Scheme.CARD else "",
    )  # fmt: skip


@inside_transaction
def held(*, tenant: TenantInfo, bill: Bill, minor: int, why: str, now: datetime) -> None:
    """
    Tell that a bill is not collected, and why.
    """
    language = _language(tenant, bill)
    _queue(
        tenant, bill, "collection-held", why, now,
        amount=money_text(Money(minor, bill.currency), language=language),
        why=why,
    )  # fmt: skip


def _language(tenant: TenantInfo, bill: Bill) -> str:
    return bill.account.customer.language or tenant.file.locale.languages[0]


def _queue(
    tenant: TenantInfo, bill: Bill, kind: str, what: str, now: datetime, **values: str
) -> None:
    account, customer = bill.account, bill.account.customer
    notifications.queue(
        kind=kind,
        key=f"{bill.pk}:{what}",
        # Nothing is collected that was not told, so who has no address for mail gets a letter.
        recipient=customer.email or f"{customer.name}\n{account.postal_address}",
        channel=Channel.EMAIL if customer.email else Channel.LETTER,
        language=_language(tenant, bill),
        values={
            "number": bill.number,
            "account": account.number[-3:],
            "url": f"{tenant.url}/bills/{bill.pk}/",
            **values,
        },
        now=now,
    )
