"""The accounts that a login sees: a list to search and page, and how to stop seeing one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mains.branding.components import Cell, Column, Pages, Table
from mains.core.money import Money
from mains.core.wording import short_date_text
from mains.customers import portfolio
from mains.customers.portfolio import PortfolioPage
from mains.enrolment import actions
from mains.enrolment import wording as enrolment
from mains.enrolment.access_log import Deed
from mains.enrolment.queries import LinkedAccount
from mains.enrolment.rules.rights import Right
from mains.ledger import queries as ledger
from mains.payments import queries as payments
from mains.payments.queries import BillRow
from mains.portal.access import PortalRequest, customer_required, ids_with, noted
from mains.portal.readings.messages import language

# With more accounts than these, the list can be searched.
FEW = 8


@require_safe
@customer_required
def every(request: PortalRequest) -> HttpResponse:
    """
    List the linked accounts with what is due on each.
    """
    text = " ".join(request.GET.get("q", "").split())[:80]
    linked = {account.pk: account for account in request.linked}
    page = portfolio.find(
        account_ids=list(linked),
        named_ids=[account.pk for account in request.linked if account.holder],
        text=text,
        after=request.GET.get("after", "")[:40],
        before=request.GET.get("before", "")[:40],
    )
    rows = [linked[pk] for pk in page.account_ids]
    return render(
        request,
        "portal/accounts/list.html",
        {
            "table": _table(request, rows) if rows else None,
            "pages": _pages(page, text, len(rows)),
            "many": len(linked) > FEW,
            "search_text": text,
            "search_url": "/accounts/",
            "search_label": _("Find an account"),
            "search_hint": _("Number or address"),
            "any": bool(linked),
        },
    )


def _table(request: PortalRequest, rows: list[LinkedAccount]) -> Table:
    ids = [row.pk for row in rows]
    noted(request, Deed.BILLS, ids)
    balances = ledger.balances_minor(account_ids=ids)
    addresses = portfolio.addresses_of(account_ids=ids)
    latest = payments.latest_bills(account_ids=ids, today=request.today)
    shares = ids_with(rows, Right.SHARE)
    return Table(
        caption=_("Your accounts"),
        hide_caption=True,
        columns=(
            Column(_("Account")),
            Column(_("Address")),
            Column(_("Company")),
            Column(_("Last bill")),
            Column(_("Balance due"), numeric=True),
            *([Column(_("People"))] if shares else []),
            Column(_("Action")),
        ),
        rows=tuple(
            (
                Cell(row.number, url=f"/?account={row.pk}", note=row.holder),
                Cell(
                    addresses.get(row.pk, "–"),
                    url=f"/accounts/{row.pk}/contracts/" if Right.PAY in row.rights else "",
                    note=_as_what(row),
                ),
                Cell(row.company),
                _bill(latest.get(row.pk)),
                _balance(Money(balances[row.pk], row.currency)),
                *([_people(row)] if shares else []),
                Cell(_("Unlink"), url=f"/accounts/{row.pk}/unlink/", about=row.number),
            )
            for row in rows
        ),
    )


def _people(row: LinkedAccount) -> Cell:
    if Right.SHARE not in row.rights:
        return Cell("–")
    return Cell(_("Who sees it"), url=f"/accounts/{row.pk}/people/", about=row.number)


def _as_what(row: LinkedAccount) -> str:
    """
    Say what somebody who does not hold the account may do, and until when.
    """
    words = []
    if row.is_shared:
        words.append(_("Shared with you: %(what)s") % {"what": enrolment.scope_of(row.rights)})
    if row.last_date is not None:
        words.append(
            _("until %(day)s") % {"day": short_date_text(row.last_date, language=language())}
        )
    return ", ".join(words)


def _bill(row: BillRow | None) -> Cell:
    if row is None:
        return Cell("–")
    day = short_date_text(row.issue_date, language=language())
    return Cell(row.number, url=f"/bills/{row.id}/", note=day)


def _balance(balance: Money) -> Cell:
    return Cell(-balance, note=_("In credit")) if balance.minor < 0 else Cell(balance)


def _pages(page: PortfolioPage, text: str, shown: int) -> Pages | None:
    def link(**cursor: str) -> str:
        return f"?{urlencode({**({'q': text} if text else {}), **cursor})}"

    if page.found <= shown and not text:
        return None
    return Pages(
        summary=ngettext(
            "%(shown)s of %(count)s account", "%(shown)s of %(count)s accounts", page.found
        )
        % {"shown": shown, "count": page.found},
        previous_url=link(before=page.before) if page.before else "",
        next_url=link(after=page.after) if page.after else "",
    )


@require_http_methods(["GET", "POST"])
@customer_required
def unlink(request: PortalRequest, account_id: int) -> HttpResponse:
    """
    Ask whether an account is to disappear from this login, and let it.
    """
    account = next((one for one in request.linked if one.pk == account_id), None)
    if account is None:
        raise Http404
    if request.method == "POST":
        actions.unlink(
            user_id=request.user.pk,
            account_id=account_id,
            now=request.now,
            today=request.today,
        )
        messages.success(request, _("The account is no longer linked to your login."))
        return redirect("portal:accounts")
    context: dict[str, Any] = {"account": account, "shares": Right.SHARE in account.rights}
    return render(request, "portal/accounts/unlink.html", context)
