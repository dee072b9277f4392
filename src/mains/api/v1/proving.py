"""Facts from a bill, proven: what linking an account and reading as a guest have in common."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from mains.api.problems import Problem
from mains.api.requests import http_of
from mains.enrolment import actions
from mains.enrolment.evidence import KINDS
from mains.enrolment.evidence.base import slip_of
from mains.enrolment.visits import Visit
from mains.tenancy.tenantfile.identity import Evidence, Policy, Purpose


class Facts(serializers.Serializer[Any]):
    facts = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        help_text="What the bill says, by kind of evidence, e.g. `account_number`.",
    )


class WaitingForCode(serializers.Serializer[Any]):
    code_token = serializers.CharField(
        help_text="Send it with the code that went to the contact on file, if the facts were right."
    )


class CodeGiven(serializers.Serializer[Any]):
    code_token = serializers.CharField(max_length=80)
    code = serializers.CharField(max_length=20)


def prove(
    request: Request, *, purpose: Purpose, facts: dict[str, str], off: str
) -> actions.Proven | actions.CodeNeeded:
    """
    Prove an account with facts for a purpose; `off` says what it means if that is not offered.

    :raises Problem: if it is not offered, a number is mistyped, or the facts prove nothing.
    """
    answers = {Evidence(kind): text for kind, text in facts.items() if kind in list(KINDS)}
    policy = _policy_of(request, purpose, answers, off)
    _refuse_slips(request, policy, answers)
    try:
        return actions.prove(policy=policy, answers=answers, visit=_visit(request))
    except actions.TooManyTries as error:
        raise Problem(
            status=429,
            code="too_many_tries",
            title="Too many tries",
            detail="Wait an hour, or call us with a bill at hand.",
        ) from error
    except actions.NotProven as error:
        raise Problem(
            status=422,
            code="not_proven",
            title="Not proven",
            detail="These details do not belong together. Which one differs is not told.",
        ) from error


def redeem(request: Request, *, purpose: Purpose, token: str, code: str) -> actions.Proven:
    """
    Use the code that went to the contact on file.

    :raises Problem: if it does not fit, was used, has ended, or was sent for another purpose.
    """
    try:
        found = actions.redeem_code(token=token, code=code, now=http_of(request).now)
        if found.purpose is purpose:
            return actions.Proven(found.account_id, found.evidence)
    except actions.WrongCode:
        pass
    raise Problem(
        status=422,
        code="wrong_code",
        title="Wrong code",
        detail="This code does not fit, was used, or has ended. State the facts again for another.",
    )


def feature_off(detail: str) -> Problem:
    """
    Return what is answered where the tenant does not offer something.
    """
    return Problem(status=404, code="feature_off", title="Not offered", detail=detail)


def _policy_of(
    request: Request, purpose: Purpose, answers: dict[Evidence, str], off: str
) -> Policy:
    """
    Return the alternative that asks for just these facts, or the first.
    """
    policies = http_of(request).tenant.file.registration.policies_for(purpose)
    if not policies:
        raise feature_off(off)
    return next((policy for policy in policies if set(policy.facts) == set(answers)), policies[0])


def _refuse_slips(request: Request, policy: Policy, answers: dict[Evidence, str]) -> None:
    """
    Refuse numbers that cannot be right, whoever they belong to; that is no try.

    :raises Problem: naming the first one.
    """
    for kind in policy.facts:
        text = answers.get(kind, "")
        if text and slip_of(kind, text, file=http_of(request).tenant.file):
            raise Problem(
                status=422,
                code="mistyped",
                title="Mistyped",
                detail="This number has another form, or its check digit does not fit.",
                pointer=f"/facts/{kind}",
            )


def _visit(request: Request) -> Visit:
    http = http_of(request)
    return Visit(
        file=http.tenant.file,
        language=str(http.LANGUAGE_CODE).split("-")[0],
        address=http.META.get("REMOTE_ADDR", ""),
        now=http.now,
        today=http.today,
    )
