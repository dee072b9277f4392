"""Terms and privacy notices that changed since a login agreed: which, and agreeing anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mains.audit import actions as audit
from mains.core.transactions import owns_transaction
from mains.enrolment import legal
from mains.enrolment.actions.consents import Agreed, keep
from mains.enrolment.models import Consent
from mains.enrolment.tokens import digest
from mains.identity.models import User
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import CustomerType


class Superseded(Exception):
    """The words that somebody agreed to are no longer the current ones; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """
    Words that a login has not agreed to, and the ones it did last, empty where there are none.
    """

    agreed: Agreed
    before: str


def published(*, file: TenantFile) -> dict[str, frozenset[str]]:
    """
    Return by kind the hashes of all current words that the provider wrote itself.

    A version is one in every language and for every type of customer, so whoever agreed to it in
    one language is not asked in another. Words of ours are no version of anybody's: a better
    translation asks nobody again.
    """
    own = {document.kind for document in file.legal}
    found: dict[str, set[str]] = {kind: set() for kind in own}
    for language in file.locale.languages:
        for customer_type in CustomerType:
            for one in legal.documents(file=file, customer_type=customer_type, language=language):
                if one.purpose in found:
                    found[one.purpose].add(one.hash)
    return {kind: frozenset(hashes) for kind, hashes in found.items()}


def fingerprint(*, file: TenantFile) -> str:
    """
    Return one text for all current words; another one means that something was published.
    """
    hashes = published(file=file)
    return digest(*(one for kind in sorted(hashes) for one in sorted(hashes[kind])))


def outstanding(*, user_id: int, file: TenantFile) -> list[str]:
    """
    Return of which kinds a login has not agreed to the current version.
    """
    current = published(file=file)
    if not current:
        return []
    everything = frozenset().union(*current.values())
    known = set(
        Consent.objects.filter(
            user_id=user_id, withdrawn_at=None, wording__hash__in=everything
        ).values_list("wording__hash", flat=True)
    )
    return [str(kind) for kind in legal.KINDS if kind in current and not current[kind] & known]


def to_agree(
    *, user_id: int, file: TenantFile, customer_type: CustomerType, language: str
) -> list[Renewed]:
    """
    Return the current words that a login has not agreed to, each with what it agreed to last.

    Of the earlier words those in the same language are taken: only these can be compared.
    """
    kinds = outstanding(user_id=user_id, file=file)
    if not kinds:
        return []
    found = []
    for one in legal.documents(file=file, customer_type=customer_type, language=language):
        if one.purpose in kinds:
            last = (
                Consent.objects.filter(
                    user_id=user_id, purpose=one.purpose, wording__language=language
                )
                .order_by("-given_at", "-pk")
                .values_list("wording__text", flat=True)
                .first()
            )
            found.append(Renewed(one, last or ""))
    return found


def shown_as(documents: Sequence[Agreed]) -> str:
    """
    Return one text for words that are shown together, to be sent back with the agreement.
    """
    return digest(*(one.hash for one in documents))


@owns_transaction
def agree_anew(
    *,
    user_id: int,
    file: TenantFile,
    customer_type: CustomerType,
    language: str,
    shown: str,
    address: str,
    now: datetime,
) -> int:
    """
    Record that a login agreed to the terms, and was shown the notice; again records nothing.

    :param shown: what `shown_as` gave for the words on the page.
    :returns: how many texts that was.
    :raises Superseded: if the provider published others since the page was opened.
    """
    # Two at once wait for each other here, and the second finds nothing to agree to.
    User.objects.select_for_update().get(pk=user_id)
    wanted = [
        one.agreed
        for one in to_agree(
            user_id=user_id, file=file, customer_type=customer_type, language=language
        )
    ]
    if not wanted:
        return 0
    if shown_as(wanted) != shown:
        raise Superseded(user_id)
    for one in wanted:
        keep(user_id=user_id, agreed=one, account_id=None, address=address, now=now)
    audit.record(
        action="terms.renewed",
        subject=f"user:{user_id}",
        actor=f"user:{user_id}",
        detail={str(one.purpose): one.hash[:12] for one in wanted},
        now=now,
    )
    return len(wanted)
