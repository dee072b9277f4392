"""Who agreed to which words, when, and from where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mains.core.transactions import inside_transaction, owns_transaction
from mains.enrolment import queries
from mains.enrolment.models import Consent, Wording
from mains.enrolment.rules.purposes import BASIS, ConsentPurpose
from mains.enrolment.tokens import digest


@dataclass(frozen=True, slots=True)
class Agreed:
    """
    Words that somebody was shown and agreed to, for some contracts where they are about bills.
    """

    purpose: ConsentPurpose
    language: str
    text: str
    contracts: tuple[int, ...] = ()

    @property
    def hash(self) -> str:
        return digest(self.purpose, self.language, self.text)


@inside_transaction
def keep_wording(*, agreed: Agreed, now: datetime) -> Wording:
    """
    Keep words as they were shown; the same words again are the same row.
    """
    row, _made = Wording.objects.get_or_create(
        hash=agreed.hash,
        defaults={
            "purpose": agreed.purpose,
            "language": agreed.language,
            "text": agreed.text,
            "first_used_at": now,
        },
    )
    return row


@inside_transaction
def keep_for_sign_up(
    *, agreed: Sequence[Agreed], address: str, now: datetime
) -> list[dict[str, Any]]:
    """
    Return what a sign-up remembers of what was agreed to, until there is a login to tie it to.
    """
    return [
        {
            "purpose": str(one.purpose),
            "wording": keep_wording(agreed=one, now=now).pk,
            "contracts": list(one.contracts),
            "address": address or None,
            "at": now.isoformat(),
        }
        for one in agreed
    ]


@inside_transaction
def tie_to_login(
    *, remembered: Sequence[dict[str, Any]], user_id: int, account_id: int | None
) -> None:
    """
    Record the consents of a confirmed sign-up for its login.
    """
    Consent.objects.bulk_create(
        Consent(
            user_id=user_id,
            purpose=one["purpose"],
            lawful_basis=BASIS[ConsentPurpose(one["purpose"])],
            wording_id=one["wording"],
            # A sign-up that began before contracts could be chosen is about all of them.
            contracts=one.get("contracts", []),
            account_id=account_id if one["purpose"] == ConsentPurpose.ELECTRONIC_BILL else None,
            address=one["address"],
            given_at=datetime.fromisoformat(one["at"]),
        )
        for one in remembered
    )


@owns_transaction
def agree(
    *, user_id: int, agreed: Agreed, account_id: int | None, address: str, now: datetime
) -> Consent:
    """
    Record that a login agreed; agreeing to the same words again changes nothing.
    """
    return keep(user_id=user_id, agreed=agreed, account_id=account_id, address=address, now=now)


@inside_transaction
def keep(
    *, user_id: int, agreed: Agreed, account_id: int | None, address: str, now: datetime
) -> Consent:
    """
    Store what a login agreed to, with its lawful basis; the same words again are the same row.
    """
    wording = keep_wording(agreed=agreed, now=now)
    known = (
        _in_force(user_id, agreed.purpose, account_id)
        .filter(wording=wording, contracts=list(agreed.contracts))
        .first()
    )
    return known or Consent.objects.create(
        user_id=user_id,
        purpose=agreed.purpose,
        lawful_basis=BASIS[agreed.purpose],
        wording=wording,
        contracts=list(agreed.contracts),
        account_id=account_id,
        given_at=now,
        address=address or None,
    )


@owns_transaction
def withdraw(
    *, user_id: int, purpose: ConsentPurpose, account_id: int | None, now: datetime
) -> int:
    """
    Withdraw a login's consent for a purpose and return how many ended; again ends none.
    """
    return _in_force(user_id, purpose, account_id).update(withdrawn_at=now)


@inside_transaction
def withdraw_for(
    *,
    user_id: int,
    account_id: int,
    contract_ids: Collection[int],
    running: Collection[int],
    now: datetime,
) -> None:
    """
    Withdraw a login's consents to electronic bills of some contracts; for the others they stay.

    `running` are the contracts that a consent to all is about. What was given stays on record as it
    was: what is left of it is a row of its own.
    """
    agreed = queries.agreements().filter(user_id=user_id, account_id=account_id)
    left: dict[int, Consent] = {}
    for consent in agreed.select_for_update().order_by("pk"):
        about = consent.contracts or running
        if consent.contracts and not set(about) & set(contract_ids):
            continue
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=now)
        left |= {contract: consent for contract in about if contract not in contract_ids}
    for consent in {one.pk: one for one in left.values()}.values():
        kept = sorted(contract for contract, one in left.items() if one is consent)
        consent.pk, consent.contracts = None, kept
        consent._state.adding = True
        consent.save()


def _in_force(user_id: int, purpose: ConsentPurpose, account_id: int | None) -> QuerySet[Consent]:
    consents = Consent.objects.filter(user_id=user_id, purpose=purpose, withdrawn_at=None)
    if account_id is None:
        return consents.filter(account__isnull=True)
    return consents.filter(account_id=account_id)
