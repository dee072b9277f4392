"""Try to prove an account from a form, and say what came of it in the form's own errors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from mains.enrolment import actions
from mains.enrolment.visits import Visit
from mains.portal.access import PortalRequest
from mains.portal.proving.forms import Code, Facts
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile.identity import CustomerType, Policy, Purpose

# How long facts that were right stay right while somebody fills the rest.
PROOF_HOLDS = timedelta(minutes=30)


def visit(request: PortalRequest) -> Visit:
    """
    Return who tries, where and when.
    """
    return Visit(
        file=request.tenant.file,
        language=language(),
        address=request.META.get("REMOTE_ADDR", ""),
        now=request.now,
        today=request.today,
    )


def chosen(request: PortalRequest, policies: Sequence[Policy]) -> tuple[Policy, list[int]]:
    """
    Return the alternative that `?with=1` asks for, or the first, and the places of the others.
    """
    asked = request.GET.get("with", "0")
    position = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    position = position if position < len(policies) else 0
    return policies[position], [at for at in range(len(policies)) if at != position]


def try_facts(
    request: PortalRequest,
    form: Facts,
    *,
    company: str = "",
    customer_type: CustomerType | None = None,
) -> actions.Proven | actions.CodeNeeded | None:
    """
    Return what the facts of a valid form led to, or None with the reason in the form.
    """
    try:
        return actions.prove(
            policy=form.policy,
            answers=form.answers(),
            visit=visit(request),
            company=company,
            customer_type=customer_type,
        )
    except actions.TooManyTries:
        _too_many(form)
    except actions.NotProven:
        form.add_error(
            None,
            _(
                "These details do not belong together. Compare each of them with the same bill. "
                "To protect you we do not say which one differs."
            ),
        )
    return None


def try_code(
    request: PortalRequest, form: Code, *, token: str, purpose: Purpose
) -> actions.Proven | None:
    """
    Return the account that a code of an e-mail or a letter proved, or None with the reason.
    """
    code = form.cleaned_data["code"]
    try:
        if token and len(code.replace(" ", "")) <= 8:
            found = actions.redeem_code(token=token, code=code, now=request.now)
        else:
            actions.count_letter_try(visit=visit(request))
            found = actions.redeem_letter(code=code, now=request.now)
        if found.purpose is purpose:
            return actions.Proven(found.account_id, found.evidence)
    except actions.TooManyTries:
        _too_many(form)
        return None
    except actions.WrongCode:
        pass
    form.add_error(
        "code",
        _(
            "This code does not fit, was used, or has ended. Compare it with the message; after "
            "five tries start again for another one."
        ),
    )
    return None


def _too_many(form: forms.Form) -> None:
    form.add_error(
        None, _("There were too many tries. Wait an hour, or call us with a bill at hand.")
    )
    form.too_many = True  # type: ignore[attr-defined]


def status_of(form: forms.Form) -> int:
    """
    Return the HTTP status of a page with a form: 200, 422 with errors, 429 after too many tries.
    """
    if getattr(form, "too_many", False):
        return 429
    return 422 if form.errors else 200


def remember(proven: actions.Proven, *, now: datetime) -> dict[str, Any]:
    """
    Return a proof as a session keeps it.
    """
    return {
        "account": proven.account_id,
        "evidence": list(proven.evidence),
        "until": (now + PROOF_HOLDS).isoformat(),
    }


def recall(kept: dict[str, Any] | None, *, now: datetime) -> actions.Proven | None:
    """
    Return a proof from a session, or None where there is none or it is too old.
    """
    if not kept or datetime.fromisoformat(kept["until"]) <= now:
        return None
    return actions.Proven(kept["account"], tuple(kept["evidence"]))
