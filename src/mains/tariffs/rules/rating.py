"""The one rating function: pure, exact, versioned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, getcontext, localcontext, setcontext

from mains.core.money import Money
from mains.tariffs.rules.kinds import Component, ComponentWrong
from mains.tariffs.rules.lines import (
    CONTEXT,
    LineRounding,
    RatedLine,
    Rater,
    RatingInput,
    Rounder,
    Trace,
    rounder,
)

# Raised whenever the same input would give another figure; a bill stores the one it was made with.
RATING_VERSION = 2


@dataclass(frozen=True, slots=True)
class CompiledTariff:
    """
    The components of a tariff version, prepared for rating many contracts.
    """

    currency: str
    line_rounding: LineRounding
    components: tuple[Component, ...]
    raters: tuple[Rater, ...]

    @property
    def counts_by_year(self) -> bool:
        """
        Tell whether what a contract is charged starts anew with each calendar year.
        """
        return any(component.counts_by_year for component in self.components)

    def quantities(self) -> frozenset[str]:
        """
        Return the names of all quantities a rating needs.
        """
        return frozenset().union(*(component.quantities() for component in self.components))

    def attributes(self) -> frozenset[str]:
        """
        Return the names of all attributes a rating needs.
        """
        return frozenset().union(*(component.attributes() for component in self.components))


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    How a line came about: exact = quantity x unit_price x times / divisor, rounded once to net.

    `trace` holds what the kind of component adds: the block's bounds, the source of a quantity.
    """

    code: str
    label: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    times: Decimal
    divisor: Decimal
    exact: Decimal
    net: Money | Decimal
    trace: Trace
    holds: bool


def compile_tariff(
    components: Iterable[Component],
    *,
    currency: str,
    line_rounding: LineRounding = LineRounding.CURRENCY_UNIT,
) -> CompiledTariff:
    """
    Prepare the components of a tariff version for rating.

    :raises ComponentWrong: if two components have the same code, or one rests on the lines of one
        that does not come before it.
    :raises UnknownCurrency: if the currency has no exponent.
    """
    listed = tuple(components)
    _check_codes(listed)
    to_net = rounder(line_rounding, currency=currency)
    return CompiledTariff(
        currency=currency,
        line_rounding=line_rounding,
        components=listed,
        raters=tuple(_rater(component, to_net) for component in listed),
    )


def _rater(component: Component, to_net: Rounder) -> Rater:
    rater = component.rater(to_net)
    if not component.is_conditional:
        return rater
    return lambda given, before: rater(given, before) if component.applies_to(given) else ()


def _check_codes(components: Sequence[Component]) -> None:
    known: set[str] = set()
    for position, component in enumerate(components):
        if component.code in known:
            raise ComponentWrong(
                f"components[{position}]: the code {component.code} names two components; "
                "give each its own."
            )
        for base in component.bases():
            if base not in known:
                raise ComponentWrong(
                    f"components[{position}]: {component.code} rests on {base}, which is no "
                    "component before it."
                )
        known.add(component.code)


def rate(tariff: CompiledTariff, given: RatingInput) -> tuple[RatedLine, ...]:
    """
    Return the priced lines of one contract and period, in the order of the components.

    :raises RatingProblem: if a quantity or attribute that a component needs is missing or unfit.
    """
    lines: list[RatedLine] = []
    callers = getcontext()
    # Cheaper than a copy of a context for each of millions of bills.
    setcontext(CONTEXT)
    try:
        for rater in tariff.raters:
            lines.extend(rater(given, lines))
    finally:
        setcontext(callers)
    return tuple(lines)


def explain(line: RatedLine) -> Explanation:
    """
    Return how a line came about, recomputed from its own numbers; `holds` says whether they agree.
    """
    with localcontext(CONTEXT):
        # Of many prices a line shows the mean; what it comes to is the sum that it carries.
        stated = dict(line.trace).get("sum")
        exact = (
            stated
            if isinstance(stated, Decimal)
            else line.quantity * line.unit_price * line.times / line.divisor
        )
    return Explanation(
        code=line.code,
        label=line.label,
        unit=line.unit,
        quantity=line.quantity,
        unit_price=line.unit_price,
        times=line.times,
        divisor=line.divisor,
        exact=line.exact,
        net=line.net,
        trace=line.trace,
        holds=exact == line.exact,
    )
