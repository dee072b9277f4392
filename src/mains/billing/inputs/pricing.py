"""The prices and taxes of a chunk's contracts, day by day."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mains.billing.inputs.contracts import ContractRow
from mains.core.calendars import Period
from mains.tariffs import queries as tariffs
from mains.tariffs.queries import PriceList
from mains.tariffs.rules.lines import LineRounding
from mains.tariffs.rules.parts import PricedPart, cut
from mains.tariffs.rules.rating import CompiledTariff, compile_tariff
from mains.tariffs.rules.taxes import NoTaxInForce, Taxes, changes, in_force


@dataclass(frozen=True, slots=True)
class ContractPrices:
    """
    What a contract is charged by over a period: its parts, and the price list of each.
    """

    parts: tuple[PricedPart, ...]
    lists: tuple[PriceList, ...]

    def list_on(self, days: Period | None) -> PriceList:
        """
        Return the price list of a part; of the first, where the period has no parts.
        """
        if days is not None:
            for part, prices in zip(self.parts, self.lists, strict=True):
                if part.days == days:
                    return prices
        return self.lists[0]


@dataclass(slots=True)
class Pricing:
    """
    The tariffs of a period with a utility's taxes; what many contracts share is prepared once.
    """

    versions: Mapping[str, Sequence[PriceList]]
    taxes: Taxes
    currency: str
    line_rounding: LineRounding
    _known: dict[tuple[str, str, Period], ContractPrices | None] = field(default_factory=dict)
    _compiled: dict[tuple[int, tuple[str, ...]], CompiledTariff] = field(default_factory=dict)

    def of(self, contract: ContractRow, period: Period) -> ContractPrices | None:
        """
        Return what a contract is charged by, or None if its tariff has no prices on the first day,
        or a tax that it names no rate on one of them.
        """
        key = contract.tariff_code, contract.contract_class, period
        if key not in self._known:
            try:
                self._known[key] = self._prices(*key)
            except NoTaxInForce:
                self._known[key] = None
        return self._known[key]

    def _prices(self, code: str, contract_class: str, period: Period) -> ContractPrices | None:
        versions = self.versions.get(code, ())
        if not versions or versions[0].start_date > period.start:
            return None
        found: list[tuple[Period, PriceList, tuple[str, ...]]] = []
        for days in cut(period, at=self._days_of_change(versions, period)):
            prices = [one for one in versions if one.start_date <= days.start][-1]
            rates = tuple(
                in_force(
                    component.vat, self.taxes, day=days.start, contract_class=contract_class
                )
                for component in prices.components
            )  # fmt: skip
            if found and found[-1][1:] == (prices, rates) and not _begins_year(days, prices):
                found[-1] = (Period(found[-1][0].start, days.end), prices, rates)
            else:
                found.append((days, prices, rates))
        return ContractPrices(
            tuple(PricedPart(days, self._tariff(prices, rates)) for days, prices, rates in found),
            tuple(prices for _days, prices, _rates in found),
        )

    def _days_of_change(self, versions: Sequence[PriceList], period: Period) -> set[date]:
        taxes = {component.vat for prices in versions for component in prices.components}
        return (
            {prices.start_date for prices in versions}
            | changes(taxes, self.taxes)
            | {date(year, 1, 1) for year in range(period.start.year + 1, period.end.year + 1)}
        )

    def _tariff(self, prices: PriceList, rates: tuple[str, ...]) -> CompiledTariff:
        key = prices.version_id, rates
        if key not in self._compiled:
            self._compiled[key] = compile_tariff(
                (
                    replace(component, vat=rate)
                    for component, rate in zip(prices.components, rates, strict=True)
                ),
                currency=self.currency,
                line_rounding=self.line_rounding,
            )
        return self._compiled[key]


def _begins_year(days: Period, prices: PriceList) -> bool:
    """
    Tell whether a part has to stand alone because something is counted by calendar years.
    """
    return (days.start.month, days.start.day) == (1, 1) and any(
        component.counts_by_year for component in prices.components
    )


type PricingOf = Callable[[Collection[str], Period], Pricing]


def pricing(
    codes: Collection[str],
    period: Period,
    *,
    taxes: Taxes,
    currency: str,
    line_rounding: LineRounding,
) -> Pricing:
    """
    Read the prices of tariffs over a period.
    """
    return Pricing(
        tariffs.price_lists(codes=codes, period=period), taxes, currency, line_rounding
    )  # fmt: skip
