"""A bill as a draft would make it, beside the prices before: figures that somebody types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from mains.billing import queries as billing
from mains.billing.models import Bill, BillState
from mains.billing.rules.inputs_as_facts import read_facts
from mains.billing.rules.totals import BillTotals, bill_totals
from mains.core.calendars import Period, add_months
from mains.core.money import Money
from mains.customers.models import Contract
from mains.journeys.tariff_pricing import Priced, priced
from mains.tariffs import drafts
from mains.tariffs import queries as tariffs
from mains.tariffs.drafts import Draft
from mains.tariffs.models import TariffVersion
from mains.tariffs.rules.kinds import Component, Fixed
from mains.tariffs.rules.kinds.base import amount_of
from mains.tariffs.rules.lines import Attribute, RatedLine, RatingInput, RatingProblem
from mains.tariffs.rules.parts import months_in
from mains.tariffs.rules.taxes import NoTaxInForce, percent_of
from mains.tenancy.queries import TenantInfo

# Of so many of the latest bills the one in the middle is typical.
LOOKED_AT = 25
CLASS, ZONE = "contract_class", "zone"


@dataclass(frozen=True, slots=True)
class Typed:
    """
    What somebody typed for an example; what is not there is as in the typical contract.
    """

    quantities: Mapping[str, Decimal] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    conditions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What an example needs, by name, each with the value that it has now.
    """

    quantities: Mapping[str, Decimal]
    attributes: Mapping[str, Attribute]
    conditions: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """
    A line with the prices before and with the draft's; None where it has none.
    """

    label: str
    before: RatedLine | None
    after: RatedLine | None


@dataclass(frozen=True, slots=True)
class Example:
    """
    An example bill of a period; `before` is None where no prices held before the draft.

    `problem` is why one of them cannot be rated.
    """

    period: Period
    asked: Asked
    lines: Sequence[ExampleLine] = ()
    before: BillTotals | None = None
    after: BillTotals | None = None
    problem: str = ""
    by_hour: bool = False


def example(*, tenant: TenantInfo, draft: Draft, typed: Typed, language: str) -> Example:
    """
    Rate an example with a draft and with the prices that hold on the day before it begins.

    :raises TariffWrong: if something in the draft contradicts itself, or is not filled in.
    """
    ratable = drafts.ratable(draft=draft, file=tenant.file)
    new = priced(ratable.components, ratable.labels, file=tenant.file)
    old = _before(tenant, draft)
    typical = typical_input(code=draft.code)
    given = _given(tenant, draft, typical, typed, _both(old, new))
    asked = _asked(given, _both(old, new))
    by_hour = bool(given.intervals)
    try:
        after = new.lines(given)
        before = old.lines(given) if old else ()
    except (RatingProblem, NoTaxInForce) as problem:
        return Example(given.period, asked, problem=str(problem), by_hour=by_hour)
    currency = tenant.file.locale.currency
    return Example(
        period=given.period,
        asked=asked,
        lines=_beside(before, after, old, new, language),
        before=_totals(before, currency) if old else None,
        after=_totals(after, currency),
        by_hour=by_hour,
    )


def _before(tenant: TenantInfo, draft: Draft) -> Priced | None:
    tariff = tariffs.tariff(code=draft.code)
    row = tariff.in_force(draft.start_date - timedelta(days=1)) if tariff else None
    if row is None:
        return None
    return priced(row.prices.components, row.prices.labels, file=tenant.file)


def typical_input(*, code: str) -> RatingInput | None:
    """
    Return what the bill in the middle of a tariff's latest ones was rated from, or None.
    """
    versions = set(
        TariffVersion.objects.filter(tariff__code=code, published_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    accounts = Contract.objects.filter(tariff_code=code).values("account_id")
    latest = Bill.objects.filter(
        account_id__in=accounts, state=BillState.ISSUED, facts_deleted_at=None
    ).order_by("-period_start", "-pk")
    rows = sorted(latest.values_list("total_minor", "pk")[:LOOKED_AT])
    if not rows:
        return None
    facts = billing.facts(bill_id=rows[len(rows) // 2][1])
    parts = [
        part
        for contract in (facts or {}).get("contracts", [])
        for part in contract.get("rated", [])
        if part["version"] in versions
    ]
    return read_facts(parts[-1]) if parts else None


def _both(old: Priced | None, new: Priced) -> list[Component]:
    return [*(old.components if old else ()), *new.components]


def _given(
    tenant: TenantInfo,
    draft: Draft,
    typical: RatingInput | None,
    typed: Typed,
    components: Sequence[Component],
) -> RatingInput:
    months = tenant.file.billing.months_per_bill
    period = Period(draft.start_date, add_months(draft.start_date, months))
    base = typical or RatingInput(period, Decimal(months))
    if base.intervals:
        # Hour by hour there are only the days that were measured.
        period = base.period
    quantities = {name: Decimal(0) for one in components for name in one.quantities()}
    attributes: dict[str, Attribute] = {CLASS: "", ZONE: ""}
    attributes |= {name: Decimal(1) for one in components for name in one.attributes()}
    attributes |= {one.by: one.sizes[0].size for one in components if _is_sized(one)}  # type: ignore[attr-defined]
    attributes |= base.attributes
    for name, text in typed.attributes.items():
        attributes[name] = _attribute(text, attributes.get(name, ""))
    return base._replace(
        period=period,
        whole=period,
        months=months_in(period, whole=period),
        quantities={**quantities, **base.quantities, **typed.quantities},
        attributes=attributes,
        earlier={},
        conditions=base.conditions if typed.conditions is None else typed.conditions,
    )


def _is_sized(component: Component) -> bool:
    return isinstance(component, Fixed) and component.by is not None


def _attribute(text: str, like: Attribute) -> Attribute:
    """
    Read an attribute as the one that it takes the place of: a number, or a text.
    """
    is_number = text.replace(".", "", 1).isdigit()
    return Decimal(text) if is_number and isinstance(like, Decimal) else text


def _asked(given: RatingInput, components: Sequence[Component]) -> Asked:
    quantities = sorted({name for one in components for name in one.quantities()})
    attributes = sorted({name for one in components for name in one.attributes()})
    attributes += [CLASS] if any(one.classes for one in components) else []
    attributes += [ZONE] if any(one.zones for one in components) else []
    conditions = sorted({str(name) for one in components for name in one.when})
    return Asked(
        {name: given.quantities[name] for name in quantities},
        {name: given.attributes[name] for name in attributes},
        {name: name in given.conditions for name in conditions},
    )


def _beside(
    before: Sequence[RatedLine],
    after: Sequence[RatedLine],
    old: Priced | None,
    new: Priced,
    language: str,
) -> list[ExampleLine]:
    was, becomes = _numbered(before), _numbered(after)
    labels = {**(old.labels if old else {}), **new.labels}
    return [
        ExampleLine(_label(labels, key[0], language), was.get(key), becomes.get(key))
        for key in dict.fromkeys([*becomes, *was])
    ]


def _numbered(lines: Sequence[RatedLine]) -> dict[tuple[str, int], RatedLine]:
    """
    Return lines by their code, and by their position among those of the same one.
    """
    found: dict[tuple[str, int], RatedLine] = {}
    for line in lines:
        number = sum(code == line.code for code, _number in found)
        found[line.code, number] = line
    return found


def _label(labels: Mapping[str, Mapping[str, str]], code: str, language: str) -> str:
    words = labels.get(code) or {}
    return words.get(language) or next(iter(words.values()), code)


def _totals(lines: Sequence[RatedLine], currency: str) -> BillTotals:
    rates = {line.vat_rate: percent_of(line.vat_rate) for line in lines}
    return bill_totals(lines, rates=rates, currency=currency)


def amount(line: RatedLine | None, *, currency: str) -> Money | None:
    """
    Return what a line comes to, rounded to the currency's unit; None for no line.
    """
    return None if line is None else Money.round_from(amount_of(line), currency)
