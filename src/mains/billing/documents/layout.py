"""What the document of a bill says: every text of it, ready to be set, in the bill's language."""

import io
import re
from decimal import Decimal
from typing import Any

import segno.helpers
from django.utils import translation
from django.utils.translation import gettext as _

from mains.billing.documents.speaking import Speaker, in_fours, vat_name
from mains.billing.kinds import title_of
from mains.tenancy.queries import TenantInfo

_PLACE = re.compile(r"\{(amount|day)\}")


def layout(*, facts: dict[str, Any], tenant: TenantInfo) -> dict[str, Any]:
    """
    Return the words of a bill's document by place; nothing in it is left to format.

    Everything about the bill is from its sealed facts, the provider's face from its tenant file.
    """
    language = facts["language"] or tenant.file.locale.languages[0]
    with translation.override(language):
        return Words(facts, tenant, Speaker(language, facts["currency"])).everything()


class Words:
    def __init__(self, facts: dict[str, Any], tenant: TenantInfo, say: Speaker) -> None:
        self.facts, self.tenant, self.say = facts, tenant, say
        self.company = facts["company"]
        self.total = say.money(facts["total"])

    def everything(self) -> dict[str, Any]:
        facts, company = self.facts, self.company
        return {
            "language": self.say.language,
            "title": title_of(kind=facts.get("kind", "REGULAR"), number=facts["number"]),
            "number": facts["number"],
            "issued": [int(part) for part in facts["issue_date"].split("-")],
            "issuer": self._issuer(),
            "customer": [facts["customer"]["name"], *facts["customer"]["address"].split("\n")],
            "hero": self._hero(),
            "transfer": self._transfer(),
            "details": self._details(),
            "sum": self._sum(),
            "readings": self._readings(),
            "lines": self._lines(),
            "vat": self._vat(),
            "contacts": self._contacts(),
            "foot": {
                "text": f"{company['name']} · {company['address']} · {company['tax_id']}",
                "page": _("Page {page} of {pages}"),
            },
        }

    def _issuer(self) -> dict[str, Any]:
        brand = self.tenant.file.brand
        return {
            "name": self.company["name"],
            "brand": brand.name,
            "contacts": [brand.support_phone, brand.support_email],
            "sender": f"{self.company['name']} · {self.company['address']}",
        }

    def _hero(self) -> dict[str, Any]:
        note, day = "", self.facts["due_date"]
        if "credits" in self.facts:
            number = self.facts["credits"]["number"]
            return {
                "parts": self._parts(_("Taken back {amount}"), day),
                "note": _("This credit note takes back every line of bill %(number)s.")
                % {"number": number},
            }
        if self.total.minor > 0 and self.facts["collection_date"]:
            sentence, day = _("{amount} will be collected on {day}"), self.facts["collection_date"]
            note = _("You need not do anything: the amount is taken from your bank account.")
        elif self.total.minor > 0:
            sentence = _("To pay {amount} by {day}")
        elif self.total.minor < 0:
            sentence = _("In your favour {amount}")
            note = _("You have nothing to pay. The amount is credited to your account.")
        else:
            sentence = _("Nothing to pay {amount}")
        return {"parts": self._parts(sentence, day), "note": note}

    def _parts(self, sentence: str, day: str) -> list[dict[str, str]]:
        # A credit is told as an amount in the customer's favour, not as one below zero.
        amount = self.say.amount(abs(Decimal(self.facts["total"])))
        texts = {"amount": amount, "day": self.say.day(day)}
        # Cut at its places, a sentence alternates between words and the names of places.
        pieces = _PLACE.split(sentence)
        return [
            {"kind": piece, "text": texts[piece]}
            if position % 2
            else {"kind": "words", "text": piece.strip()}
            for position, piece in enumerate(pieces)
            if piece.strip()
        ]

    def _transfer(self) -> dict[str, Any] | None:
        facts = self.facts
        if self.total.minor <= 0 or facts["collection_date"] or not self.company["iban"]:
            return None
        code = self._payment_code() if facts["currency"] == "EUR" else None
        return {
            "title": _("Pay by bank transfer"),
            "rows": [
                [_("Payee"), self.company["name"]],
                [_("Bank account"), in_fours(self.company["iban"])],
                [_("Reference"), in_fours(facts["reference"])],
                [_("Amount"), self.say.amount(facts["total"])],
            ],
            "code": list(code) if code else None,
            "code-alt": _("Code for your banking app with payee, account, amount and reference"),
            "code-note": _("Scan with your banking app"),
        }

    def _payment_code(self) -> bytes:
        code = segno.helpers.make_epc_qr(
            name=self.company["name"][:70],
            iban=self.company["iban"].replace(" ", ""),
            amount=self.total.as_decimal(),
            reference=self.facts["reference"],
        )
        picture = io.BytesIO()
        code.save(picture, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
        return picture.getvalue()

    def _details(self) -> dict[str, Any]:
        facts = self.facts
        addresses = dict.fromkeys(contract["address"] for contract in facts["contracts"])
        return {
            "title": _("Your bill"),
            "rows": [
                [_("Bill number"), facts["number"]],
                [_("Payment reference"), facts["reference"]],
                [_("Issued"), self.say.day(facts["issue_date"])],
                [_("Period"), self.say.period(*facts["period"])],
                [_("Account"), facts["account"]],
                # A housing company may have hundreds; each stands beside its lines.
                *([_("Supplied"), address] for address in list(addresses)[:2]),
            ],
        }

    def _sum(self) -> dict[str, Any]:
        facts, say = self.facts, self.say
        rows = [(label, say.amount(net), "plain") for label, net in self._per_service().items()]
        rows.append((_("Net"), say.amount(facts["net"]), "subtotal"))
        rows += [(self._rate(vat), say.amount(vat["tax"]), "plain") for vat in facts["vat"]]
        total = _("To pay") if self.total.minor > 0 else _("Total")
        rows.append((total, say.amount(facts["total"]), "total"))
        return {
            "title": _("How it adds up"),
            "head": [_("This period"), _("Amount")],
            "rows": [
                {"label": label, "amount": amount, "kind": kind} for label, amount, kind in rows
            ],
        }

    def _per_service(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for line in self.facts["lines"]:
            label = self._service(line["service"])
            sums[label] = sums.get(label, Decimal(0)) + Decimal(line["net"])
        return sums

    def _service(self, code: str) -> str:
        known = next((row for row in self.tenant.file.services if row.code == code), None)
        if known is None:
            return next(
                (row["tariff"] for row in self.facts["contracts"] if row["service"] == code), code
            )
        return known.label.get(self.say.language) or next(iter(known.label.values()))

    def _readings(self) -> dict[str, Any]:
        say = self.say
        return {
            "title": _("Meter readings"),
            "head": [_("Meter"), _("Before"), _("Now"), _("How it was read"), _("Used")],
            "rows": [
                {
                    "meter": register["meter"],
                    "from": say.number(register["from"][1]),
                    "from-date": self._opened(register),
                    "to": say.number(register["to"][1]),
                    "to-date": say.short_day(register["to"][0]),
                    "how": how_read(register["source"]),
                    "used": f"{say.number(register['used'])} {say.unit(register['unit'])}",
                }
                for contract in self.facts["contracts"]
                for register in contract["registers"]
            ]
            + [
                {
                    "meter": measured["meter"],
                    "from": "",
                    "from-date": say.short_day(self.facts["period"][0]),
                    "to": "",
                    "to-date": say.last_day(self.facts["period"][1]),
                    "how": _("measured hour by hour"),
                    "used": f"{say.number(measured['used'])} {say.unit(measured['unit'])}",
                }
                for contract in self.facts["contracts"]
                for measured in contract.get("measured", [])
            ],
        }

    def _opened(self, register: dict[str, Any]) -> str:
        day = self.say.short_day(register["from"][0])
        if register.get("from_source") != "ESTIMATE":
            return day
        return f"{day}, {how_read('ESTIMATE')}"

    def _lines(self) -> dict[str, Any]:
        amount = _("Amount in %(currency)s") % {"currency": self.facts["currency"]}
        head = [_("What for"), _("Quantity"), "", _("Unit price"), "", amount, _("VAT")]
        return {
            "title": _("The amount line by line"),
            "head": head,
            "groups": [
                group
                for contract in self.facts["contracts"]
                for group in (
                    self._group(contract),
                    *(self._correction(contract, one) for one in contract.get("corrections", [])),
                )
            ],
        }

    def _group(self, contract: dict[str, Any]) -> dict[str, Any]:
        place = _("Supply point %(code)s") % {"code": contract["supply_point"]}
        return {
            "title": f"{self._service(contract['service'])} · {contract['address']}",
            "note": " · ".join([self._prices(contract), place, *self._conversions(contract)]),
            "rows": self._rows(contract, corrects=None),
        }

    def _conversions(self, contract: dict[str, Any]) -> list[str]:
        say = self.say
        return [
            f"{say.number(part['used'])} {say.unit(one['unit'])} × {say.number(part['factor'])}"
            f" = {say.number(part['result'])} {say.unit(one['to_unit'])}"
            f" ({say.period(*part['period'])})"
            for one in contract.get("conversions", [])
            for part in one["parts"]
        ]

    def _correction(self, contract: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
        changes = [
            _("%(meter)s: %(after)s instead of %(before)s")
            % {
                "meter": register["meter"],
                "before": self.say.number(register["before"]),
                "after": f"{self.say.number(register['after'])} {self.say.unit(register['unit'])}",
            }
            for register in one["registers"]
        ]
        return {
            "title": _("Correction of the estimate for %(period)s")
            % {"period": self.say.period(*one["period"])},
            "note": " · ".join([*changes, self._prices(one)]),
            "rows": self._rows(contract, corrects=one["period"]),
        }

    def _prices(self, of: dict[str, Any]) -> str:
        return _("%(tariff)s, prices valid from %(day)s") % {
            "tariff": of["tariff"],
            "day": self.say.short_day(of["tariff_from"]),
        }

    def _rows(self, contract: dict[str, Any], *, corrects: list[str] | None) -> list[Any]:
        return [
            {
                "label": self.say.label_of(line),
                "quantity": self.say.quantity_of(line),
                "price": self.say.price_of(line),
                "amount": self.say.bare_amount(line["net"]),
                "vat": f"{self.say.number(line['vat'])} %",
            }
            for line in self.facts["lines"]
            if line["contract"] == contract["id"] and line.get("corrects") == corrects
        ]

    def _vat(self) -> dict[str, Any]:
        facts, say = self.facts, self.say
        rows = [
            [
                self._rate(vat),
                say.amount(vat["net"]),
                say.amount(vat["tax"]),
                say.amount(Decimal(vat["net"]) + Decimal(vat["tax"])),
            ]
            for vat in facts["vat"]
        ]
        return {
            "title": _("Value added tax"),
            "head": [_("Rate"), _("Net"), _("VAT"), _("Gross")],
            "rows": rows,
            "total": [_("Total"), *(say.amount(facts[key]) for key in ("net", "tax", "total"))],
        }

    def _contacts(self) -> dict[str, Any]:
        brand = self.tenant.file.brand
        rows = [
            [_("Questions about this bill"), brand.support_phone],
            [_("E-mail"), brand.support_email],
            [_("Address"), brand.address or self.company["address"]],
            [_("Online"), self.tenant.host],
        ]
        return {"title": _("We are here for you"), "rows": [row for row in rows if row[1]]}

    def _rate(self, vat: dict[str, Any]) -> str:
        return vat_name(vat, number=self.say.number)


def how_read(source: str) -> str:
    """
    Say how a reading came about, in the language in force.
    """
    return {
        "SELF": _("read by you"),
        "GUEST": _("read by you"),
        "STAFF": _("entered by our staff"),
        "READER": _("read by our meter reader"),
        "REMOTE": _("read remotely"),
        "ESTIMATE": _("estimated"),
        "ALLOCATED": _("share of the building"),
        "IMPORT": _("taken over from our records"),
    }.get(source, "")
