"""A bill of a utility with invented figures: from its own template, prices, companies and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mains.billing.documents.earlier import Earlier
from mains.billing.documents.facts import FACTS_VERSION, line_facts
from mains.billing.numbers import number_text
from mains.billing.rules.inputs_as_facts import days_of, plain
from mains.billing.rules.totals import bill_totals
from mains.core.calendars import Period, add_months
from mains.journeys.tariff_pricing import priced
from mains.references.rf import reference_of
from mains.tariffs.entering import rows_of
from mains.tariffs.rules.components import read_components
from mains.tariffs.rules.kinds import Component, Fixed
from mains.tariffs.rules.lines import Attribute, RatedLine, RatingInput, RatingProblem
from mains.tariffs.rules.parts import months_in
from mains.tariffs.rules.taxes import NoTaxInForce, category_of, percent_of
from mains.tenancy.tenantfile import Company, TenantFile
from mains.tenancy.tenantfile.identity import Evidence
from mains.tenancy.tenantfile.services import Service
from mains.tenancy.tenantfile.tariffs import Tariff, TariffVersion

# As many services as one sheet has room for.
MOST_SERVICES = 2
_USED = {"kWh": "210", "MWh": "1.2", "m3": "12", "GJ": "4.2", "Gcal": "1.1", "kW": "5"}
_UNITS_READ = frozenset({"kWh", "MWh", "m3", "GJ", "Gcal"})
_ATTRIBUTES = {"heated_volume": "130", "persons": "3"}
# Each of the earlier bills used this share of what the specimen does; one of them was estimated.
_SHARES = (
    "1.12",
    "1.18",
    "1.07",
    "0.98",
    "0.9",
    "0.82",
    "0.8",
    "0.84",
    "0.91",
    "0.97",
    "1.03",
    "0.88",
)
_ESTIMATED = 3

# Where each fact stands on the document; what is not named stands on no bill.
PLACES = {
    Evidence.ACCOUNT_NUMBER: "account_number",
    Evidence.CUSTOMER_CODE: "customer_code",
    Evidence.BILL_NUMBER: "bill_number",
    Evidence.BILL_DATE: "bill_date",
    Evidence.BILL_AMOUNT: "bill_amount",
    Evidence.ADDRESS: "address",
    Evidence.POST_CODE: "address",
    Evidence.TAX_ID: "tax_id",
    Evidence.SUPPLY_POINT: "supply_point",
}


@dataclass(frozen=True, slots=True)
class Specimen:
    """
    The facts of an invented bill with those before it, and the number of each place pointed at.
    """

    facts: dict[str, Any]
    earlier: Earlier
    marks: dict[str, int]


def specimen(
    *, file: TenantFile, company: str, language: str, evidence: Sequence[Evidence], today: date
) -> Specimen:
    """
    Return a bill that a company of a utility could have sent last month, with invented figures.

    `evidence` are the facts that somebody is asked for; those that stand on a bill are numbered in
    their order. The amounts are rated with the company's own prices.
    """
    places = list(dict.fromkeys(PLACES[one] for one in evidence if one in PLACES))
    marks = {place: number for number, place in enumerate(places, start=1)}
    with translation.override(language):
        maker = _Maker(file, file.company(company), language, today, frozenset(marks))
        facts = maker.facts(Decimal(1), 0)
        before = [maker.facts(Decimal(share), count + 1) for count, share in enumerate(_SHARES)]
    return Specimen(facts, Earlier(tuple(before)), marks)


class _Maker:
    """
    Invents the facts of one company's bills in one language.
    """

    def __init__(
        self,
        file: TenantFile,
        company: Company,
        language: str,
        today: date,
        marked: frozenset[str],
    ) -> None:
        self.file, self.company, self.language = file, company, language
        self.marked = marked
        self.months = file.billing.months_per_bill
        self.issued = today.replace(day=1)
        self.examples = {str(one.evidence): one.example for one in file.identifiers}

    def facts(self, share: Decimal, back: int) -> dict[str, Any]:
        """
        Return the bill of some periods ago, which used a share of the latest one.
        """
        issued = add_months(self.issued, -self.months * back)
        period = Period(add_months(issued, -self.months), issued)
        supplied = self._supplied(period, share, is_estimated=back == _ESTIMATED)
        lines = [line for _contract, _line_facts, rated in supplied for line in rated]
        rates = {line.vat_rate: percent_of(line.vat_rate) for line in lines}
        totals = bill_totals(lines, rates=rates, currency=self.file.locale.currency)
        number = number_text(series=self.company.series, year=issued.year, number=1234 - back)
        return {
            "version": FACTS_VERSION,
            "number": number,
            "reference": reference_of(number=number),
            "issue_date": issued.isoformat(),
            "due_date": (issued + timedelta(days=self.file.billing.due_days)).isoformat(),
            "collection_date": None,
            "currency": self.file.locale.currency,
            "company": {
                "name": self.company.name,
                "tax_id": self.company.tax_id,
                "address": self.company.address,
                # Without an account nobody pays it by mistake.
                "iban": "",
            },
            "period": days_of(period),
            "language": self.language,
            "customer": self._customer(),
            "account": self.examples.get("account_number", "00000000"),
            **({"customer_code": code} if (code := self._code()) else {}),
            "contracts": [contract for contract, _lines, _rated in supplied],
            "lines": [line for _contract, own, _rated in supplied for line in own],
            "vat": [
                {
                    "percent": plain(one.percent),
                    "category": str(category_of(one.name)),
                    "net": one.net.as_text(),
                    "tax": one.tax.as_text(),
                }
                for one in totals.by_rate
            ],
            "net": totals.net.as_text(),
            "tax": totals.tax.as_text(),
            "total": totals.gross.as_text(),
        }

    def _customer(self) -> dict[str, str]:
        return {
            "name": _("Name of the customer"),
            "address": f"{_('1 Example Street')}\n{self._town()}",
            # What is not asked for need not stand there.
            **({"tax_id": "00000000"} if "tax_id" in self.marked else {}),
        }

    def _code(self) -> str:
        if "customer_code" not in self.marked:
            return ""
        return self.examples.get("customer_code", "00000")

    def _town(self) -> str:
        return _("00000 Town")

    def _supplied(
        self, period: Period, share: Decimal, *, is_estimated: bool
    ) -> list[tuple[dict[str, Any], list[dict[str, Any]], Sequence[RatedLine]]]:
        found: list[tuple[dict[str, Any], list[dict[str, Any]], Sequence[RatedLine]]] = []
        for service in self.file.services:
            if service.company != self.company.code or len(found) == MOST_SERVICES:
                continue
            rated = self._rated(service, period, share)
            if rated is None:
                continue
            tariff, version, lines, labels = rated
            contract = len(found) + 1
            own = [
                line_facts(
                    line,
                    contract=contract,
                    service=service.code,
                    label=_label(labels, line.code, self.language),
                )
                for line in lines
            ]
            found.append(
                (
                    self._contract(contract, service, tariff, version, period)
                    | {"registers": self._registers(own, contract, period, is_estimated)},
                    own,
                    lines,
                )
            )
        return found

    def _contract(
        self, number: int, service: Service, tariff: Tariff, version: TariffVersion, period: Period
    ) -> dict[str, Any]:
        return {
            "id": number,
            "service": service.code,
            "supply_point": self.examples.get(
                "supply_point", f"{self.file.locale.country}-0000{number}"
            ),
            "address": f"{_('1 Example Street')}, {self._town()}",
            "tariff": tariff.name,
            "tariff_from": min(version.start_date, period.start).isoformat(),
            "rated": [],
        }

    def _registers(
        self, lines: list[dict[str, Any]], contract: int, period: Period, is_estimated: bool
    ) -> list[dict[str, Any]]:
        read = [line for line in lines if line["unit"] in _UNITS_READ]
        if not read:
            return []
        unit = read[0]["unit"]
        used = sum((Decimal(one["quantity"]) for one in read if one["unit"] == unit), Decimal(0))
        opened = Decimal(1000 * contract)
        return [
            {
                "meter": f"A00000{contract}",
                "unit": unit,
                "from": [(period.start - timedelta(days=1)).isoformat(), plain(opened)],
                "to": [period.last_day.isoformat(), plain(opened + used)],
                "used": plain(used),
                "source": "ESTIMATE" if is_estimated else "SELF",
            }
        ]

    def _rated(
        self, service: Service, period: Period, share: Decimal
    ) -> tuple[Tariff, TariffVersion, Sequence[RatedLine], dict[str, dict[str, str]]] | None:
        """
        Return the lines by the first tariff of a service that an invented use can be rated with.
        """
        for tariff in (one for one in self.file.tariffs if one.service == service.code):
            version = _in_force(tariff.versions, period.start)
            if version is None:
                continue
            rows, labels = rows_of(tariff, version, calendars=self.file.calendars)
            components = read_components(rows)
            given = _given(components, period, share)
            try:
                lines = priced(components, labels, file=self.file).lines(given)
            except (RatingProblem, NoTaxInForce):
                continue
            return tariff, version, lines, labels
        return None


def _in_force(versions: Sequence[TariffVersion], day: date) -> TariffVersion | None:
    """
    Return the version that holds on a day; before the first one, that one.
    """
    begun = [one for one in versions if one.start_date <= day]
    return max(begun, key=lambda one: one.start_date) if begun else next(iter(versions), None)


def _given(components: Sequence[Component], period: Period, share: Decimal) -> RatingInput:
    quantities = {name: _amount(one.unit, share) for one in components for name in one.quantities()}
    attributes: dict[str, Attribute] = {
        name: Decimal(_ATTRIBUTES.get(name, "1")) for one in components for name in one.attributes()
    }
    attributes |= {
        one.by: one.sizes[0].size for one in components if isinstance(one, Fixed) and one.by
    }
    attributes |= _first_of(components)
    return RatingInput(
        period, months_in(period, whole=period), quantities, attributes, whole=period
    )


def _amount(unit: str, share: Decimal) -> Decimal:
    return (Decimal(_USED.get(unit, "1")) * share).quantize(Decimal("0.1"))


def _first_of(components: Iterable[Component]) -> dict[str, Attribute]:
    # Of what is charged to some classes or zones only, the first of them are shown.
    classes = [name for one in components for name in one.classes]
    zones = [name for one in components for name in one.zones]
    return {
        "contract_class": classes[0] if classes else "",
        "zone": zones[0] if zones else "",
    }


def _label(labels: dict[str, dict[str, str]], code: str, language: str) -> str:
    words = labels.get(code) or {}
    return words.get(language) or next(iter(words.values()), code)
