"""Tell the holders of an account, and others, who may do what with it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mains.core.transactions import inside_transaction
from mains.core.wording import date_text
from mains.customers.models import Account
from mains.enrolment import queries
from mains.enrolment.models import LinkRole
from mains.identity.models import User
from mains.notifications import actions as notifications
from mains.notifications.models import Channel


@dataclass(frozen=True, slots=True)
class Reader:
    """
    Who reads a message: an e-mail address, or the lines of a postal address.
    """

    recipient: str
    language: str
    channel: Channel = Channel.EMAIL


def holders(
    accounts: Collection[Account], *, but: int, today: date, unreachable: str = ""
) -> dict[Reader, list[Account]]:
    """
    Return who is told of a change to accounts, with the accounts of each: contact and logins.

    The contact on file, by letter where it has no e-mail, and every login that sees an account;
    not the login `but`, and nobody whom an account was only shared with. An address that is
    `unreachable` is written to no more: its contact gets a letter.
    """
    found: dict[Reader, list[Account]] = {}
    by_id = {account.pk: account for account in accounts}
    for account in accounts:
        found.setdefault(_contact(account, unreachable), []).append(account)
    links = (
        queries.in_force(today=today)
        .filter(account_id__in=by_id)
        .exclude(user_id=but)
        .exclude(role=LinkRole.DELEGATE)
    )
    pairs = list(links.values_list("user_id", "account_id"))
    users = User.objects.in_bulk({user_id for user_id, _account in pairs})
    for user_id, account_id in pairs:
        account = by_id[account_id]
        user = users.get(user_id)
        known = {account.customer.email.lower(), unreachable.lower()}
        if user is None or user.email.lower() in known:
            continue
        reader = Reader(user.email, user.language or account.customer.language)
        found.setdefault(reader, []).append(account)
    return found


def _contact(account: Account, unreachable: str) -> Reader:
    customer = account.customer
    if customer.email and customer.email.lower() != unreachable.lower():
        return Reader(customer.email, customer.language)
    address = f"{customer.name}\n{account.postal_address}"
    return Reader(address, customer.language, Channel.LETTER)


@inside_transaction
def tell(
    readers: Iterable[Reader],
    *,
    kind: str,
    key: str,
    values: Mapping[str, str],
    until_date: date | None = None,
    now: datetime,
) -> None:
    """
    Queue one message for each reader, with the last day in words of the reader's language.
    """
    for position, reader in enumerate(sorted(readers, key=lambda one: one.recipient)):
        until = until_text(until_date, language=reader.language)
        notifications.queue(
            kind=kind,
            key=f"{key}.{position}",
            channel=reader.channel,
            recipient=reader.recipient,
            language=reader.language,
            values={**values, "until": until} if until else dict(values),
            now=now,
        )


def until_text(until_date: date | None, *, language: str) -> str:
    """
    Write the last day before an end, or nothing.
    """
    return date_text(until_date - timedelta(days=1), language=language) if until_date else ""


def ending(number: str) -> str:
    """
    Return what a message calls an account: its last digits.
    """
    return number[-3:]
