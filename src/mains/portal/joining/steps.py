"""The steps of creating a login, which of them a tenant has, and what was done in each."""

from enum import StrEnum
from typing import Any

from mains.enrolment.actions import Proven
from mains.portal.access import PortalRequest
from mains.portal.proving import trying
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import CustomerType, Policy, Purpose, Way

SESSION = "join"


class Step(StrEnum):
    TYPE = "type"
    COMPANY = "company"
    DETAILS = "details"
    YOU = "you"


# Ways in that ask for facts from a bill.
WITH_FACTS = frozenset({Way.BILL_BY_TYPE, Way.FACTS, Way.COMPANY_CHOOSER})


def is_open(file: TenantFile) -> bool:
    """
    Tell whether anybody may begin; where only invitations let people in, nobody does.
    """
    return bool(set(file.registration.ways) - {Way.INVITATION})


def steps_of(file: TenantFile) -> list[Step]:
    """
    Return a tenant's steps in their order.
    """
    ways = set(file.registration.ways)
    steps = []
    if Way.BILL_BY_TYPE in ways and len(file.registration.customer_types) > 1:
        steps.append(Step.TYPE)
    if Way.COMPANY_CHOOSER in ways and len(file.public_companies) > 1:
        steps.append(Step.COMPANY)
    if ways & WITH_FACTS:
        steps.append(Step.DETAILS)
    return [*steps, Step.YOU]


class Progress:
    """
    What somebody has done so far, kept in the session; only a proof opens the last step.
    """

    def __init__(self, request: PortalRequest) -> None:
        self.request, self.file = request, request.tenant.file
        self.kept: dict[str, Any] = request.session.get(SESSION, {})
        self.steps = steps_of(self.file)

    def put(self, **values: Any) -> None:
        self.kept = {**self.kept, **values}
        self.request.session[SESSION] = self.kept

    def clear(self) -> None:
        self.request.session.pop(SESSION, None)
        self.kept = {}

    @property
    def customer_type(self) -> CustomerType | None:
        """
        Return the chosen type, or None where the tenant does not ask.
        """
        if Step.TYPE not in self.steps:
            return None
        value = self.kept.get("type")
        offered = self.file.registration.customer_types
        return CustomerType(value) if value in offered else None

    @property
    def company(self) -> str:
        """
        Return the chosen company, the only public one, or nothing where the tenant does not ask.

        Facts never prove an account of a company that nobody can choose.
        """
        if Way.COMPANY_CHOOSER not in self.file.registration.ways:
            return ""
        codes = [company.code for company in self.file.public_companies]
        value = self.kept.get("company", "") if len(codes) > 1 else codes[0]
        return value if value in codes else ""

    @property
    def proof(self) -> Proven | None:
        return trying.recall(self.kept.get("proof"), now=self.request.now)

    @property
    def saved(self) -> int | None:
        """
        Return the steps that were put aside and gone on with here, or None.
        """
        value = self.kept.get("saved")
        return value if isinstance(value, int) else None

    def policies(self) -> tuple[Policy, ...]:
        """
        Return the alternatives among the facts, the first one first.
        """
        kind = self.customer_type or CustomerType.PRIVATE
        return self.file.registration.policies_for(Purpose.REGISTER, kind)

    def missing_before(self, step: Step) -> Step | None:
        """
        Return the first step that has to be done before another one, or None.
        """
        done = {
            Step.TYPE: self.customer_type is not None,
            Step.COMPANY: bool(self.company),
            Step.DETAILS: self.proof is not None,
        }
        before = self.steps[: self.steps.index(step)] if step in self.steps else self.steps
        return next((one for one in before if not done.get(one, False)), None)

    def before(self, step: Step) -> Step | None:
        """
        Return the step to go back to, or None from the first.
        """
        at = self.steps.index(step)
        return self.steps[at - 1] if at else None

    def position(self, step: Step) -> dict[str, int]:
        """
        Return where a step stands, with the message that has to be opened as the last one.
        """
        return {"step": self.steps.index(step) + 1, "steps": len(self.steps) + 1}
