"""Who looked at the reader's accounts: staff and people whom they were shared with."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mains.branding import paging
from mains.branding.components import Cell, Column, Table
from mains.core.wording import instant_text
from mains.enrolment import queries
from mains.enrolment import wording as enrolment
from mains.enrolment.access_log import SUPPORT
from mains.enrolment.queries import Access, LinkedAccount
from mains.enrolment.rules.rights import Right, allowed
from mains.portal.access import PortalRequest, customer_required
from mains.portal.readings.messages import language
from mains.support import queries as support
from mains.support.queries import ViewRow


@require_safe
@customer_required
def access(request: PortalRequest) -> HttpResponse:
    """
    List who looked at the accounts that the reader holds, why and until when.

    Who holds none reads when staff saw the portal as their login.
    """
    before = paging.before(request)
    held = allowed(request.accounts, Right.SHARE)
    if held or allowed(request.linked, Right.SHARE):
        log = queries.access_log(
            account_ids=[account.pk for account in held], before=before, limit=paging.ASKED
        )
        ids = [row.id for row in log]
        table = _of_accounts(request, log[: paging.SHOWN], held)
    else:
        views = support.views_as(
            user_id=request.user.pk, now=request.now, before=before, limit=paging.ASKED
        )
        ids = [view.id for view in views]
        table = _of_login(request, views[: paging.SHOWN])
    return render(
        request,
        "portal/home/access.html",
        {"table": table if ids else None, "pages": paging.newest_first(ids, before=before)},
    )


def _of_accounts(request: PortalRequest, rows: list[Access], held: list[LinkedAccount]) -> Table:
    numbers = {account.pk: account.number for account in held}
    untils = support.ends(started=[(row.actor, row.at) for row in rows if row.purpose == SUPPORT])
    return _table(
        (
            (
                Cell(_moment(request, row.at)),
                *([Cell(numbers[row.account_id])] if len(held) > 1 else []),
                Cell(enrolment.who(row)),
                Cell(enrolment.deed(row.purpose), note=row.reason),
                Cell(_until(request, untils.get((row.actor, row.at)))),
            )
            for row in rows
        ),
        *([Column(_("Account"))] if len(held) > 1 else []),
    )


def _of_login(request: PortalRequest, rows: list[ViewRow]) -> Table:
    return _table(
        (
            (
                Cell(_moment(request, row.started_at)),
                Cell(_("Our staff")),
                Cell(enrolment.deed(SUPPORT), note=row.reason),
                Cell(_until(request, row.until)),
            )
            for row in rows
        ),
    )


def _table(rows: Iterable[tuple[Cell, ...]], *about: Column) -> Table:
    return Table(
        caption=_("Who looked at your accounts"),
        hide_caption=True,
        columns=(
            Column(_("When")),
            *about,
            Column(_("Who")),
            Column(_("What")),
            Column(_("Until")),
        ),
        rows=tuple(rows),
    )


def _moment(request: PortalRequest, at: datetime) -> str:
    return instant_text(at.astimezone(request.tenant.zone), language=language())


def _until(request: PortalRequest, at: datetime | None) -> str:
    return _moment(request, at) if at else "–"
