"""Hold accounts of a run back and release them: a whole cause, or one where it is listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mains.billing import actions
from mains.billing.rules.outcomes import AccountState, Outcome
from mains.billing.runs.holding import Selection
from mains.console.access import StaffRequest, to
from mains.console.runs.forms import HoldBack
from mains.console.runs.problems import sentence_of
from mains.journeys import run_desk

_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Here:
    """
    A list of accounts, of which one may be held back: its page, and the form that is open in it.

    :param query: what chooses the accounts of the page.
    :param account_id: whose form is open, or None.
    """

    query: Mapping[str, str]
    account_id: int | None
    form: HoldBack

    @property
    def url(self) -> str:
        return f"?{urlencode(self.query)}"

    def asking(self, account_id: int) -> str:
        """
        Return where the form of an account is open, at the field in which one goes on typing.
        """
        return f"?{urlencode({**self.query, 'hold': account_id})}#row_reason"


def here(request: StaffRequest, **query: str) -> Here:
    """
    Return the page of a list, with the form of whom was asked for or of whom was sent.
    """
    sent = request.method == "POST" and "account" in request.POST
    account_id = sent_account(request) if sent else _number(request.GET.get("hold", ""))
    # Its own names for its fields: a form for the whole cause may stand on the same page.
    form = HoldBack(request.POST if sent else None, auto_id="row_%s")
    return Here({name: text for name, text in query.items() if text}, account_id, form)


def sent_account(request: StaffRequest) -> int:
    """
    Return the account of a row that was sent.

    :raises Http404: if it is no number: never hold a whole cause back for one that is garbled.
    """
    account_id = _number(request.POST["account"])
    if account_id is None:
        raise Http404
    return account_id


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def hold_one(request: StaffRequest, run_id: int, page: Here, *, place: str) -> HttpResponse | None:
    """
    Hold or release the account of a row and return to it; nothing if the form is not in order.
    """
    account_id = sent_account(request)
    if moved(request, run_id, page.form, Selection(account_ids=frozenset({account_id}))):
        return to(request, f"{place}#account-{account_id}")
    return None


def deed_of(one: Outcome, *, stage: str) -> str:
    """
    Return what may be done with an account of a run: `hold`, `release` or nothing.
    """
    if stage != "REHEARSED":
        return ""
    return {AccountState.READY: "hold", AccountState.HELD: "release"}.get(
        AccountState(one.state), ""
    )


def moved(request: StaffRequest, run_id: int, form: HoldBack, selection: Selection) -> bool:
    """
    Hold accounts back or release them as was sent, and tell whether the form was in order.
    """
    actor = f"staff:{request.user.pk}"
    try:
        if request.POST.get("deed") == "release":
            count = run_desk.release(
                run_id=run_id, selection=selection, actor=actor, now=request.now
            )
            _say(request, _released(count), count)
            return True
        if not form.is_valid():
            return False
        reason = form.cleaned_data["reason"]
        count = run_desk.hold(
            run_id=run_id, selection=selection, reason=reason, actor=actor, now=request.now
        )
        _say(request, _held(count), count)
    except run_desk.UnknownRun as error:
        raise Http404 from error
    except actions.WrongStage as error:
        messages.error(request, sentence_of(error))
    return True


def _say(request: StaffRequest, done: str, count: int) -> None:
    if count:
        messages.success(request, done)
    else:
        messages.info(request, _("Nothing changed: it was done before, or no bill is waiting."))


def _held(count: int) -> str:
    return ngettext(
        "%(count)s account is held back.", "%(count)s accounts are held back.", count
    ) % {"count": count}


def _released(count: int) -> str:
    return ngettext("%(count)s account is released.", "%(count)s accounts are released.", count) % {
        "count": count
    }
