"""What an owner may not do alone, and which of a file's facts say where money goes."""

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from mains.tenancy.tenantfile.base import Section
from mains.tenancy.tenantfile.comparing import Change, changes

if TYPE_CHECKING:
    from mains.tenancy.tenantfile import TenantFile
    from mains.tenancy.tenantfile.money import Gateway


class Deed(StrEnum):
    """
    A kind of deed that waits for a second owner where a tenant demands it.
    """

    PAYMENT_DETAILS = "payment_details"
    NEW_OWNER = "new_owner"
    LARGE_REFUND = "large_refund"


class Approvals(Section):
    # Each of these waits until an owner other than who asked for it approves.
    second_owner: tuple[Literal[Deed.PAYMENT_DETAILS], ...] = ()
    # Once more than this goes back of one payment, in the tenant's currency, so does the refund.
    refund_limit: Decimal | None = Field(default=None, ge=0, le=1_000_000_000, decimal_places=2)

    @property
    def demand_any(self) -> bool:
        """
        Tell whether anything waits for a second owner.
        """
        return bool(self.second_owner) or self.refund_limit is not None

    def demand(self, deed: Deed) -> bool:
        """
        Tell whether a kind of deed waits for a second owner.

        Where anything does, a new owner does too: otherwise whoever wants to do the rest alone
        would make themselves a second owner first.
        """
        match deed:
            case Deed.NEW_OWNER:
                return self.demand_any
            case Deed.LARGE_REFUND:
                return self.refund_limit is not None
        return deed in self.second_owner


def guarded_changes(before: "TenantFile", after: "TenantFile") -> list[Change]:
    """
    Return what a file changes that two owners have to want, as they demanded before.
    """
    if before.approvals.demand(Deed.PAYMENT_DETAILS):
        return payment_changes(before, after)
    if before.approvals.demand_any:
        return changes(_demands(before), _demands(after))
    return []


def payment_changes(before: "TenantFile", after: "TenantFile") -> list[Change]:
    """
    Return what a file changes about where customers' money goes, place by place.

    That is who gets it (name, tax number, bank account, creditor and payment codes of each company,
    and the company of each service), through which gateways with which secrets, and this demand
    itself: otherwise whoever wants to change the rest alone would switch it off first.
    """
    return changes(_where_money_goes(before), _where_money_goes(after))


def _where_money_goes(file: "TenantFile") -> dict[str, Any]:
    return {
        "companies": {
            company.code: {
                "name": company.name,
                "tax_id": company.tax_id,
                "iban": company.iban,
                "creditor_id": company.creditor_id,
                "payment_codes": company.payment_codes.model_dump(mode="json"),
            }
            for company in file.companies
        },
        "services": {service.code: {"company": service.company} for service in file.services},
        "payments": {
            "gateways": {
                str(position): {
                    "kind": str(gateway.kind),
                    "companies": list(gateway.companies),
                    "services": list(gateway.services),
                    "account": gateway.account,
                    "secret": gateway.secret,
                    "webhook_secrets": list(gateway.webhook_secrets),
                }
                # In which order they are offered, and whether now, only chooses among accounts
                # that a second owner has seen.
                for position, gateway in enumerate(sorted(file.payments.gateways, key=_identity))
            }
        },
        **_demands(file),
    }


def _identity(gateway: "Gateway") -> tuple[str, tuple[str, ...], tuple[str, ...], str, str]:
    return gateway.kind, gateway.companies, gateway.services, gateway.account, gateway.secret


def _demands(file: "TenantFile") -> dict[str, Any]:
    return {"approvals": file.approvals.model_dump(mode="json")}
