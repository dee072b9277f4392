"""Staff let one login act for many accounts on a written authority, extend it and end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mains.audit import actions as audit
from mains.core.transactions import owns_transaction
from mains.customers.models import Account
from mains.enrolment import queries
from mains.enrolment.actions import invitations, telling
from mains.enrolment.actions.accepting import tell_authority
from mains.enrolment.actions.links import Terms, end_link, make_link, record_link
from mains.enrolment.models import AccountLink, LinkRole
from mains.enrolment.queries.attaching import Line, Wanted, account_ids, fingerprint, plan
from mains.identity.models import User
from mains.notifications import actions as notifications

MANDATED = (LinkRole.COMPANY, LinkRole.ADMINISTRATOR)


class PlanChanged(Exception):
    """What was previewed is no longer what would be done; nothing was."""


class AuthorityOver(Exception):
    """The last day of the authority is over, or the link has ended."""


@dataclass(frozen=True, slots=True)
class Attached:
    """
    What came of each line; `invited` where the e-mail address has no login yet.
    """

    lines: list[Line]
    invited: bool


@owns_transaction
def attach(
    *,
    wanted: Wanted,
    seen: str,
    by: str,
    days: int,
    site: str,
    now: datetime,
    today: date,
) -> Attached:
    """
    Attach all accounts of a list that can be, in one transaction, or none.

    An address without a login is invited by one link to all of them. `seen` is the fingerprint of
    the preview that somebody agreed to.

    :raises AuthorityOver: if the last day is over.
    :raises PlanChanged: if it would no longer do what was previewed, as the second time.
    """
    if wanted.until_date <= today:
        raise AuthorityOver(wanted.until_date)
    user = User.objects.select_for_update().filter(email=wanted.email).first()
    lines = plan(wanted=wanted, today=today)
    if fingerprint(wanted, lines) != seen:
        raise PlanChanged
    accounts = list(
        Account.objects.select_for_update(of=("self",))
        .select_related("customer")
        .filter(pk__in=account_ids(lines))
        .order_by("number")
    )
    terms = Terms(role=wanted.role, authority=wanted.authority, until_date=wanted.until_date)
    if accounts and user is not None:
        _link_all(user, accounts, terms, by=by, site=site, now=now, today=today)
    elif accounts:
        _invite_all(wanted, accounts, terms, by=by, days=days, site=site, now=now)
    return Attached(lines, invited=user is None)


def _link_all(
    user: User,
    accounts: Sequence[Account],
    terms: Terms,
    *,
    by: str,
    site: str,
    now: datetime,
    today: date,
) -> None:
    links = [
        make_link(
            user=user, account=account, evidence=["staff"], now=now, today=today, terms=terms
        )[0]
        for account in accounts
    ]
    tell_authority(links, user=user, now=now, today=today)
    language = user.language or accounts[0].customer.language
    telling.tell(
        [telling.Reader(user.email, language)],
        kind="accounts-attached",
        key=str(links[0].pk),
        values={
            "count": str(len(links)),
            "authority": terms.authority,
            "url": f"{site}/accounts/",
        },
        until_date=terms.until_date,
        now=now,
    )
    for one in links:
        record_link(one, actor=by, now=now)


def _invite_all(
    wanted: Wanted,
    accounts: Sequence[Account],
    terms: Terms,
    *,
    by: str,
    days: int,
    site: str,
    now: datetime,
) -> None:
    token, rows = invitations.write(
        accounts=accounts, email=wanted.email, invited_by=by, days=days, terms=terms, now=now
    )
    language = accounts[0].customer.language
    notifications.queue(
        kind="accounts-invitation",
        key=str(rows[0].pk),
        recipient=wanted.email,
        language=language,
        values={
            "count": str(len(rows)),
            "authority": terms.authority,
            "until": telling.until_text(terms.until_date, language=language),
            "url": invitations.url_of(site, token),
            "days": str(days),
        },
        now=now,
    )
    for row in rows:
        audit.record(
            action="account.invited",
            subject=f"account:{row.account_id}",
            actor=by,
            detail={"invitation": row.pk, "role": row.role},
            now=now,
        )


@owns_transaction
def extend(
    *, link_id: int, until_date: date, whole: bool, by: str, now: datetime, today: date
) -> int:
    """
    Let an authority end on another day, and return for how many accounts that is new.

    `whole` takes every account that the login sees under the same authority. What has ended stays
    ended: it is attached anew, on a new authority.

    :raises AuthorityOver: if the link has ended, or the day is over.
    """
    rows = _rows(link_id=link_id, whole=whole, today=today)
    if until_date <= today:
        raise AuthorityOver(until_date)
    changed = [row for row in rows if row.until_date != until_date]
    AccountLink.objects.filter(pk__in=[row.pk for row in changed]).update(until_date=until_date)
    if changed:
        _tell(changed, what="changed", until_date=until_date, now=now, today=today)
    _record("authority.changed", changed, by=by, until=until_date.isoformat(), now=now)
    return len(changed)


@owns_transaction
def end_early(*, link_id: int, whole: bool, by: str, now: datetime, today: date) -> int:
    """
    End a login's link at once, and return for how many accounts; again does nothing.

    `whole` takes every account that the login sees under the same authority.
    """
    try:
        rows = _rows(link_id=link_id, whole=whole, today=today, mandated=False)
    except AuthorityOver:
        return 0
    for row in rows:
        end_link(row, actor=by, now=now, today=today)
    _tell(rows, what="ended", until_date=None, now=now, today=today)
    _record("authority.ended", rows, by=by, until="", now=now)
    return len(rows)


def _rows(*, link_id: int, whole: bool, today: date, mandated: bool = True) -> list[AccountLink]:
    links = queries.in_force(today=today)
    first = links.filter(pk=link_id).first()
    if first is None or (mandated and first.role not in MANDATED):
        raise AuthorityOver(link_id)
    chosen = links.filter(pk=link_id)
    if whole and first.role in MANDATED:
        chosen = links.filter(user_id=first.user_id, role=first.role, authority=first.authority)
    return list(
        chosen.select_for_update(of=("self",))
        .select_related("account__customer")
        .order_by("account__number")
    )


def _tell(
    rows: Sequence[AccountLink],
    *,
    what: str,
    until_date: date | None,
    now: datetime,
    today: date,
) -> None:
    user = User.objects.filter(pk=rows[0].user_id).first()
    accounts = [row.account for row in rows]
    readers = telling.holders(accounts, but=rows[0].user_id, today=today)
    if user is not None:
        reader = telling.Reader(user.email, user.language or accounts[0].customer.language)
        readers.setdefault(reader, accounts)
    for position, (reader, mine) in enumerate(readers.items()):
        telling.tell(
            [reader],
            kind="authority-changed",
            key=f"{rows[0].pk}.{what}.{now.timestamp():.6f}.{position}",
            values={
                "what": what,
                "account": telling.ending(mine[0].number),
                "others": str(len(mine) - 1) if len(mine) > 1 else "",
                "email": user.email if user else "",
            },
            until_date=until_date,
            now=now,
        )


def _record(
    action: str, rows: Sequence[AccountLink], *, by: str, until: str, now: datetime
) -> None:
    for row in rows:
        audit.record(
            action=action,
            subject=f"account:{row.account_id}",
            actor=by,
            detail={"link": row.pk, "user": row.user_id, "role": row.role, "until": until},
            now=now,
        )
