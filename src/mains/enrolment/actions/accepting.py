"""What accepting an invitation does, by the role that it gives."""

from collections.abc import Sequence
from datetime import date, datetime

from mains.core.transactions import inside_transaction
from mains.enrolment import queries
from mains.enrolment.actions import telling
from mains.enrolment.actions.links import AnotherTaxNumber, Terms, link, make_link, record_link
from mains.enrolment.models import AccountLink, Invitation, LinkRole
from mains.identity.models import User
from mains.tenancy.tenantfile.identity import Grouping


def check_party(rows: Sequence[Invitation], *, user: User, grouping: Grouping, today: date) -> None:
    """
    Refuse accounts that this login would not be shown.

    :raises AnotherTaxNumber: if the tenant shows only one tax number to a login, and it is another.
    """
    for row in rows:
        if queries.is_another_party(
            user_id=user.pk, other=row.account.customer, grouping=grouping, today=today
        ):
            raise AnotherTaxNumber(row.account_id)


@inside_transaction
def accept(rows: Sequence[Invitation], *, user: User, now: datetime, today: date) -> None:
    """
    Link the accounts of an invitation, and tell their holders.
    """
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(accepted_at=now)
    if rows[0].role == LinkRole.HOLDER:
        for row in rows:
            link(
                user=user,
                account=row.account,
                evidence=["invitation"],
                now=now,
                today=today,
                terms=_terms(row),
            )
        return
    made = []
    for row in rows:
        one, new = make_link(
            user=user,
            account=row.account,
            evidence=["invitation"],
            now=now,
            today=today,
            terms=_terms(row),
        )
        if new:
            made.append(one)
    if not made:
        return
    if rows[0].role == LinkRole.DELEGATE:
        tell_shared(made[0], what="accepted", email=user.email, now=now, today=today)
    else:
        tell_authority(made, user=user, now=now, today=today)
    for one in made:
        record_link(one, actor=f"user:{user.pk}", now=now)


def _terms(row: Invitation) -> Terms:
    return Terms(
        role=LinkRole(row.role),
        authority=row.authority,
        until_date=row.until_date,
        may_read=row.may_read,
        may_pay=row.may_pay,
        granted_by=row.granted_by,
    )


@inside_transaction
def tell_authority(links: Sequence[AccountLink], *, user: User, now: datetime, today: date) -> None:
    """
    Tell each holder once that somebody acts for their accounts, however many they are.
    """
    accounts = [one.account for one in links]
    for position, (reader, mine) in enumerate(
        telling.holders(accounts, but=user.pk, today=today).items()
    ):
        telling.tell(
            [reader],
            kind="authority-given",
            key=f"{links[0].pk}.{position}",
            values={
                "account": telling.ending(mine[0].number),
                "others": str(len(mine) - 1) if len(mine) > 1 else "",
                "email": user.email,
                "authority": links[0].authority,
            },
            until_date=links[0].until_date,
            now=now,
        )


@inside_transaction
def tell_shared(
    row: AccountLink | Invitation,
    *,
    what: str,
    email: str,
    now: datetime,
    today: date,
    user: User | None = None,
) -> None:
    """
    Tell the holders, and the other side where `user` names its login, what became of a share.
    """
    readers = list(telling.holders([row.account], but=0, today=today))
    if user is not None:
        readers.append(telling.Reader(user.email, user.language or readers[0].language))
    telling.tell(
        dict.fromkeys(readers),
        kind="access-notice",
        key=f"{type(row).__name__.lower()}.{row.pk}.{what}.{now.timestamp():.6f}",
        values={
            "what": what,
            "account": telling.ending(row.account.number),
            "email": email,
            "read": "yes" if row.may_read else "",
            "pay": "yes" if row.may_pay else "",
        },
        until_date=row.until_date,
        now=now,
    )
