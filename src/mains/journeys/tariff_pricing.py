"""What a draft makes of a rating input, beside the prices that hold: one rating function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mains.tariffs.rules.kinds import Component
from mains.tariffs.rules.lines import LineRounding, RatedLine, RatingInput
from mains.tariffs.rules.rating import CompiledTariff, compile_tariff, rate
from mains.tariffs.rules.taxes import Taxes, in_force
from mains.tariffs.taxes import taxes_of
from mains.tenancy.tenantfile import TenantFile


@dataclass(slots=True)
class Priced:
    """
    Components ready to rate any input; what is taxed alike is prepared once.
    """

    components: Sequence[Component]
    labels: Mapping[str, Mapping[str, str]]
    taxes: Taxes
    currency: str
    line_rounding: LineRounding
    _compiled: dict[tuple[str, ...], CompiledTariff] = field(default_factory=dict)

    def lines(self, given: RatingInput) -> tuple[RatedLine, ...]:
        """
        Return the lines of an input, taxed as on its first day.

        :raises RatingProblem: if what a component needs is missing or unfit.
        :raises NoTaxInForce: if a tax has no rate on that day.
        """
        contract_class = str(given.attributes.get("contract_class", ""))
        return self.lines_at(given, self._rates(given.period.start, contract_class))

    def lines_at(self, given: RatingInput, rates: Sequence[str]) -> tuple[RatedLine, ...]:
        """
        Return the lines of an input with a named tax rate for each component.
        """
        return rate(self._with(tuple(rates)), given)

    def _rates(self, day: date, contract_class: str) -> tuple[str, ...]:
        return tuple(
            in_force(one.vat, self.taxes, day=day, contract_class=contract_class)
            for one in self.components
        )

    def _with(self, rates: tuple[str, ...]) -> CompiledTariff:
        if rates not in self._compiled:
            self._compiled[rates] = compile_tariff(
                (
                    replace(component, vat=rate)
                    for component, rate in zip(self.components, rates, strict=True)
                ),
                currency=self.currency,
                line_rounding=self.line_rounding,
            )
        return self._compiled[rates]


def priced(
    components: Sequence[Component],
    labels: Mapping[str, Mapping[str, str]],
    *,
    file: TenantFile,
) -> Priced:
    """
    Prepare components as a utility's bills are rated.
    """
    return Priced(
        components=components,
        labels=labels,
        taxes=taxes_of(file),
        currency=file.locale.currency,
        line_rounding=LineRounding(file.billing.line_precision),
    )
