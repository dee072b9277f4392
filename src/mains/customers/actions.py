"""Change what customers decided about their accounts."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from mains.audit import actions as audit
from mains.core.transactions import inside_transaction, owns_transaction
from mains.customers.models import Contract, Customer, DeliveryMode, DeliveryPreference


@inside_transaction
def choose_delivery(
    *,
    account_id: int,
    mode: str,
    email: str,
    notice: str,
    start_date: date,
    now: datetime,
    contract_ids: Collection[int] | None = None,
) -> int:
    """
    Choose how the bills of an account's contracts are delivered from a day on; return how many.

    `contract_ids` names those of its contracts that are meant; None means all.
    What was chosen for later days gives way; choosing the same again changes nothing. `notice` is
    the text that was shown with the choice.
    """
    # Bills that are written meanwhile may refer to them.
    contracts = Contract.objects.select_for_update(no_key=True)
    contracts = contracts.filter(account_id=account_id).order_by("pk")
    if contract_ids is not None:
        contracts = contracts.filter(pk__in=contract_ids)
    changed = 0
    for contract in contracts:
        if contract.end_date is not None and contract.end_date <= start_date:
            continue
        start = max(start_date, contract.start_date)
        preferences = DeliveryPreference.objects.filter(contract=contract)
        if preferences.filter(
            mode=mode, email=email, start_date__lte=start, end_date=None
        ).exists():
            continue
        preferences.filter(start_date__gte=start).delete()
        preferences.filter(start_date__lt=start, end_date=None).update(end_date=start)
        preferences.filter(start_date__lt=start, end_date__gt=start).update(end_date=start)
        DeliveryPreference.objects.create(
            contract=contract,
            mode=DeliveryMode(mode),
            email=email,
            start_date=start,
            chosen_at=now,
            notice=notice,
        )
        changed += 1
    return changed


@owns_transaction
def set_einvoice_address(*, customer_id: int, address: str, actor: str, now: datetime) -> bool:
    """
    Store where a customer's bills for machines go, and return whether it is another place.

    An empty address means none. It counts for bills that are drafted from now on.

    :raises Customer.DoesNotExist: if there is no such customer.
    """
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    if customer.einvoice_address == address:
        return False
    customer.einvoice_address = address
    customer.save(update_fields=["einvoice_address"])
    audit.record(
        action="customer.einvoice_address_set",
        subject=f"customer:{customer_id}",
        actor=actor,
        detail={},
        now=now,
    )
    return True


@inside_transaction
def readdress_delivery(
    *, account_ids: Collection[int], before: str, after: str, today: date
) -> int:
    """
    Send bills that go to an e-mail address, today or later, to another; return how many choices.

    What was chosen, from which day and on which words stays; ended choices keep their address.
    """
    running = Q(end_date=None) | Q(end_date__gt=today)
    rows = DeliveryPreference.objects.filter(
        running, email__iexact=before, contract__account__in=account_ids
    )
    return rows.update(email=after)
