"""What the QR code of a tax agency on a bill says."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode


def agency_code(facts: Mapping[str, Any]) -> str | None:
    """
    Return where anybody can look a bill up at the Spanish tax agency (VeriFactu), or None where
    the company does not report to it.

    Source: AEAT, characteristics of the QR code: number, day and total, in that order.
    """
    office = facts.get("seller", {}).get("verifactu")
    if office is None:
        return None
    asked = {
        "nif": facts["seller"]["vat_id"].removeprefix("ES"),
        "numserie": facts["number"],
        "fecha": f"{date.fromisoformat(facts['issue_date']):%d-%m-%Y}",
        "importe": f"{Decimal(facts['total']):.2f}",
    }
    return f"{office['qr_base']}?{urlencode(asked)}"
