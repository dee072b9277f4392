"""The bill that is being written down: what all blocks of its document ask for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mains.billing.documents.earlier import Earlier
from mains.billing.documents.speaking import Speaker
from mains.core.money import Money
from mains.core.wording import text_in
from mains.tenancy.queries import TenantInfo
from mains.tenancy.tenantfile.bills import PROFILES, BillDocument, Block


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    A bill's sealed facts, the provider's face, and the bills that stood before it.
    """

    facts: dict[str, Any]
    tenant: TenantInfo
    say: Speaker
    earlier: Earlier

    @property
    def company(self) -> dict[str, Any]:
        found: dict[str, Any] = self.facts["company"]
        return found

    @property
    def kind(self) -> str:
        return str(self.facts.get("kind", "REGULAR"))

    @property
    def total(self) -> Money:
        return self.say.money(self.facts["total"])

    @property
    def is_payable(self) -> bool:
        """
        Tell whether its reader has to pay it: not where it is collected, or in their favour.
        """
        return (
            self.total.minor > 0
            and not self.facts["collection_date"]
            and "credits" not in self.facts
        )

    @property
    def taxes_by_line(self) -> bool:
        document = self.tenant.file.bill
        return document is not None and PROFILES[document.profile].tax_by_line

    @property
    def document(self) -> BillDocument | None:
        return self.tenant.file.bill

    def prints(self, block: Block) -> bool:
        """
        Tell whether a block is printed.
        """
        return self.document is None or self.document.prints(block)

    def service(self, code: str) -> str:
        """
        Return what a service is called on bills; the tariff's name where the file has it no more.
        """
        known = next((row for row in self.tenant.file.services if row.code == code), None)
        if known is None:
            return next(
                (row["tariff"] for row in self.facts["contracts"] if row["service"] == code), code
            )
        return text_in(known.label, language=self.say.language)

    def net_of(self, lines: list[dict[str, Any]]) -> Decimal:
        """
        Return what some lines come to, net, in major units.
        """
        return sum((Decimal(line["net"]) for line in lines), Decimal(0))
