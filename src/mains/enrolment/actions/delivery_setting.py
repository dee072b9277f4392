"""Choose how the bills of some contracts come: for a login, for staff, on every surface."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from mains.core.transactions import owns_transaction
from mains.core.wording import date_text
from mains.customers import queries as customers
from mains.customers.models import DeliveryMode, DeliveryPreference
from mains.enrolment import queries
from mains.enrolment.actions import consents, delivering, telling
from mains.enrolment.actions.consents import Agreed
from mains.enrolment.actions.delivering import CHOSEN, Delivery, PortalMandatory
from mains.enrolment.models import LinkRole
from mains.enrolment.queries import LinkedAccount
from mains.enrolment.rules.rights import Right
from mains.identity.models import User
from mains.tenancy.tenantfile import TenantFile


class MandateMissing(Exception):
    """The provider sends bills by e-mail to those who pay by direct debit."""


class NothingChosen(Exception):
    """No contract was named, or one that is not the account's or has ended."""


class AddressNotProven(Exception):
    """Nobody has shown yet that they read what comes to this address."""


class MayNotChoose(Exception):
    """The login does not see the account, or it was only shared with it."""


class AddressesNotOffered(Exception):
    """Where the provider sends bills to logins only, another address is none of them."""


REFUSALS = (AddressesNotOffered, MandateMissing, NothingChosen, MayNotChoose, PortalMandatory)


@dataclass(frozen=True, slots=True)
class Choice:
    """
    How bills of some contracts of an account are to come, on the words that were shown.

    `email` is empty for the login's own address; on paper none counts.
    """

    account_id: int
    contract_ids: tuple[int, ...]
    mode: DeliveryMode
    email: str
    words: Agreed


@owns_transaction
def choose_as(
    *,
    choice: Choice,
    user_id: int,
    file: TenantFile,
    address: str,
    now: datetime,
    today: date,
    proven: str = "",
) -> date | None:
    """
    Choose for a login how bills come, and confirm it to its e-mail.

    By e-mail to its own address, to the contact on file, to one that bills of the account went to
    already, or to `proven`, whose reader has just confirmed it. `address` is where the login's
    browser is.

    :returns: the day from which on it counts; None if it was chosen already.
    :raises MayNotChoose: if the login does not see the account, or it was shared with it.
    :raises NothingChosen: if a contract is not one of the account's.
    :raises PortalMandatory: if the bills of one come by e-mail only.
    :raises MandateMissing: if bills come by e-mail only under a mandate, and there is none.
    :raises AddressNotProven: if the address has to be confirmed first.
    :raises AddressesNotOffered: if bills go to logins only.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise MayNotChoose(choice.account_id)
    links = queries.accounts_of(user_id=user_id, today=today, grouping=file.portal.grouping)
    if choice.account_id not in {one.pk for one in links if may_choose(one)}:
        raise MayNotChoose(choice.account_id)
    running = _checked(choice, file=file, today=today)
    email = _address(choice, user=user, proven=proven, file=file)
    if choice.mode == DeliveryMode.PAPER:
        consents.withdraw_for(
            user_id=user_id,
            account_id=choice.account_id,
            contract_ids=choice.contract_ids,
            running=running,
            now=now,
        )
    else:
        consents.keep(
            user_id=user_id,
            agreed=replace(choice.words, contracts=choice.contract_ids),
            account_id=choice.account_id,
            address=address,
            now=now,
        )
    start_date = _choose(choice, email=email, actor=f"user:{user_id}", now=now, today=today)
    if start_date is not None:
        _confirm(choice, email=email, user=user, start_date=start_date, now=now)
    return start_date


@owns_transaction
def choose_for(
    *, choice: Choice, staff_id: int, file: TenantFile, now: datetime, today: date
) -> date | None:
    """
    Choose as a member of staff for a customer, who is told.

    By e-mail to an address that is known to be the customer's: the contact on file, a login's that
    sees the account's bills, or one that they go to already.

    :returns: the day from which on it counts; None if it was chosen already.
    :raises NothingChosen: if a contract is not one of the account's.
    :raises PortalMandatory: if the bills of one come by e-mail only.
    :raises MandateMissing: if bills come by e-mail only under a mandate, and there is none.
    :raises AddressNotProven: if the address is none of these.
    """
    _checked(choice, file=file, today=today)
    known = known_addresses(account_id=choice.account_id, today=today)
    email = "" if choice.mode == DeliveryMode.PAPER else choice.email.lower()
    if choice.mode != DeliveryMode.PAPER and email not in known:
        raise AddressNotProven(choice.account_id)
    return _choose(choice, email=email, actor=f"staff:{staff_id}", now=now, today=today)


def known_addresses(*, account_id: int, today: date) -> list[str]:
    """
    Return the e-mail addresses of an account that staff may send its bills to.
    """
    seen = queries.in_force(today=today).filter(account_id=account_id, may_pay=True)
    seen = seen.exclude(role=LinkRole.DELEGATE)
    logins = User.objects.filter(pk__in=seen.values("user_id")).values_list("email", flat=True)
    return list(dict.fromkeys([*_used(account_id), *sorted(logins)]))


def _used(account_id: int) -> Sequence[str]:
    """
    Return the contact on file and where bills of the account went already.
    """
    account = customers.account_with_customer(account_id=account_id)
    contact = account.customer.email.lower() if account else ""
    rows = DeliveryPreference.objects.filter(contract__account=account_id).exclude(email="")
    chosen = rows.values_list("email", flat=True).order_by("email")
    return [one for one in (contact, *(email.lower() for email in chosen)) if one]


def _checked(choice: Choice, *, file: TenantFile, today: date) -> list[int]:
    """
    Return the contracts that run, where the choice may be made for all that it names.
    """
    running = queries.choosable(account_id=choice.account_id, portal=file.portal, today=today)
    meant = [one for one in running if one.id in choice.contract_ids]
    if not meant or len(meant) != len(set(choice.contract_ids)):
        raise NothingChosen(choice.contract_ids)
    if choice.mode != DeliveryMode.ELECTRONIC and any(one.bound for one in meant):
        raise PortalMandatory(choice.account_id)
    by_mail = choice.mode != DeliveryMode.PAPER and not all(one.bound for one in meant)
    if by_mail and not is_eligible(account_id=choice.account_id, file=file, today=today):
        raise MandateMissing(choice.account_id)
    return [one.id for one in running]


def is_eligible(*, account_id: int, file: TenantFile, today: date) -> bool:
    """
    Tell whether the bills of an account may come by e-mail: where that takes one, under a mandate.
    """
    return not file.delivery.electronic_requires_mandate or customers.has_mandate(
        account_id=account_id, on=today
    )


def may_choose(account: LinkedAccount) -> bool:
    """
    Tell whether a login decides how the bills of an account come: not if it was shared with it.
    """
    return Right.PAY in account.rights and not account.is_shared


def _address(choice: Choice, *, user: User, proven: str, file: TenantFile) -> str:
    if choice.mode == DeliveryMode.PAPER:
        return ""
    email = choice.email.lower()
    own = user.email.lower()
    if not email or email in {own, proven.lower(), *_used(choice.account_id)}:
        return email or own
    if not file.delivery.per_contract_address:
        raise AddressesNotOffered(choice.account_id)
    raise AddressNotProven(choice.account_id)


def _choose(choice: Choice, *, email: str, actor: str, now: datetime, today: date) -> date | None:
    to = Delivery(email, choice.words.text, today, choice.mode == DeliveryMode.BOTH)
    return delivering.choose(
        account_id=choice.account_id,
        contract_ids=choice.contract_ids,
        to=to,
        actor=actor,
        why=CHOSEN,
        now=now,
        today=today,
    )


def _confirm(choice: Choice, *, email: str, user: User, start_date: date, now: datetime) -> None:
    """
    Write to who chose (S2.18); the other holders are told by the choice itself.
    """
    account = customers.account_with_customer(account_id=choice.account_id)
    assert account is not None
    language = user.language or choice.words.language
    telling.tell(
        [telling.Reader(user.email, language)],
        kind="delivery-changed",
        key=f"{choice.account_id}.own.{now.timestamp():.6f}",
        values={
            "what": CHOSEN,
            "account": telling.ending(account.number),
            "email": email,
            "paper": "yes" if choice.mode == DeliveryMode.BOTH else "",
            "day": date_text(start_date, language=language),
        },
        now=now,
    )
