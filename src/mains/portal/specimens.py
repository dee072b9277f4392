"""The specimen bill beside every field that asks for something that stands on a bill."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from mains.billing.documents import pdf
from mains.billing.documents.speaking import Speaker
from mains.core.downloads import shown_as
from mains.core.wording import short_date_text
from mains.documents.pictures import fewer_colours
from mains.enrolment.evidence import KINDS
from mains.journeys.specimen_bill import PLACES, Specimen, specimen
from mains.portal.access import PortalRequest
from mains.portal.joining.forms import types
from mains.portal.readings.messages import language
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import CustomerType, Evidence, Policy, Purpose

KEPT_SECONDS = int(timedelta(days=1).total_seconds())
# Between the facts in an address, which may hold neither commas nor spaces.
AND = "+"


@dataclass(frozen=True, slots=True)
class Needed:
    """
    What one type of customer has to have at hand: one list of facts, or one of several.
    """

    who: str
    ways: list[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """
    A fact on the specimen: its number there, its name, and the value that stands beside it.
    """

    number: int
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A specimen as a page shows it: where its picture and its document are, and what is on it.

    `elsewhere` are facts that are asked for and stand on no bill.
    """

    picture: str
    document: str
    marks: list[Mark]
    elsewhere: list[str]

    @property
    def text(self) -> str:
        """
        Return everything it points at, for whoever does not see it.
        """
        return " ".join(f"{mark.number}: {mark.label}, {mark.value}." for mark in self.marks)


def needed(*, file: TenantFile, offered: Sequence[CustomerType]) -> list[Needed]:
    """
    Return the facts that each type of customer is asked for.
    """
    return [
        Needed(
            str(types()[kind].text) if len(offered) > 1 else "",
            [
                ", ".join(str(KINDS[fact].label) for fact in policy.facts)
                for policy in file.registration.policies_for(Purpose.REGISTER, kind)
            ],
        )
        for kind in offered
    ]


def shown(request: PortalRequest, policies: Iterable[Policy], *, company: str = "") -> Shown | None:
    """
    Return the specimen with what some policies ask for, or None where none of it is on a bill.
    """
    return of_facts(request, [fact for one in policies for fact in one.facts], company=company)


def of_facts(
    request: PortalRequest, facts: Iterable[Evidence], *, company: str = ""
) -> Shown | None:
    """
    Return the specimen with these facts numbered, or None where none of them is on a bill.
    """
    tenant, asked = request.tenant, frozenset(facts)
    on_it = [fact for fact in Evidence if fact in asked and fact in PLACES]
    if not on_it:
        return None
    code = company or tenant.file.companies[0].code
    made = _made(tenant.file, code, language(), on_it, request.today)
    place = f"/specimen/{code}/{language()}/{AND.join(on_it)}"
    return Shown(
        picture=f"{place}.png?v={tenant.version}",
        document=f"{place}.pdf?v={tenant.version}",
        marks=[
            Mark(made.marks[PLACES[fact]], str(KINDS[fact].label), _value(fact, made.facts))
            for fact in on_it
        ],
        elsewhere=[
            str(kind.label) for fact, kind in KINDS.items() if fact in asked and fact not in PLACES
        ],
    )


def _value(fact: Evidence, facts: dict[str, Any]) -> str:
    say = Speaker(facts["language"], facts["currency"])
    values: dict[Evidence, Callable[[], str]] = {
        Evidence.ACCOUNT_NUMBER: lambda: str(facts["account"]),
        Evidence.CUSTOMER_CODE: lambda: str(facts["customer_code"]),
        Evidence.BILL_NUMBER: lambda: str(facts["number"]),
        Evidence.BILL_DATE: lambda: short_date_text(
            date.fromisoformat(facts["issue_date"]), language=say.language
        ),
        Evidence.BILL_AMOUNT: lambda: say.amount(facts["total"]),
        Evidence.TAX_ID: lambda: str(facts["customer"]["tax_id"]),
    }
    contract = facts["contracts"][0] if facts["contracts"] else {}
    other = {
        Evidence.ADDRESS: contract.get("address", ""),
        Evidence.POST_CODE: facts["customer"]["address"].rpartition("\n")[2].partition(" ")[0],
        Evidence.SUPPLY_POINT: contract.get("supply_point", ""),
    }
    return values[fact]() if fact in values else str(other[fact])


def _made(
    file: TenantFile, company: str, spoken: str, facts: Sequence[Evidence], today: date
) -> Specimen:
    return specimen(file=file, company=company, language=spoken, evidence=facts, today=today)


@require_safe
def picture(request: PortalRequest, company: str, spoken: str, facts: str) -> HttpResponse:
    """
    Serve the first page of a specimen as a picture; nothing of it is anybody's.
    """
    return _served(request, company, spoken, facts, "image/png")


@require_safe
def document(request: PortalRequest, company: str, spoken: str, facts: str) -> HttpResponse:
    """
    Serve a specimen as a document.
    """
    return _served(request, company, spoken, facts, "application/pdf")


def _served(
    request: PortalRequest, company: str, spoken: str, facts: str, content_type: str
) -> HttpResponse:
    file = request.tenant.file
    asked = _asked(facts)
    if company not in {one.code for one in file.companies} or spoken not in file.locale.languages:
        raise Http404
    month = request.today.replace(day=1)
    key = f"specimen.{request.tenant.version}.{company}.{spoken}.{facts}.{month}.{content_type}"
    content = cache.get(key)
    if content is None:
        made = _made(file, company, spoken, asked, request.today)
        given: dict[str, Any] = {
            "facts": made.facts,
            "tenant": request.tenant,
            "earlier": made.earlier,
            "marks": made.marks,
        }
        content = (
            fewer_colours(pdf.specimen_picture(**given))
            if content_type == "image/png"
            else pdf.specimen(**given)
        )
        cache.set(key, content, KEPT_SECONDS)
    ending = content_type.rpartition("/")[2]
    response = shown_as(content, name=f"specimen.{ending}", content_type=content_type)
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _asked(facts: str) -> list[Evidence]:
    """
    Return the facts of an address, which has them once each and in one order only.
    """
    found = [fact for fact in Evidence if fact in PLACES and fact in facts.split(AND)]
    if not found or AND.join(found) != facts:
        raise Http404
    return found
