"""
Units of energy and volume, as exact decimals.

Sources. 1 kWh = 3.6 MJ: the watt is a joule per second (SI Brochure, 9th edition). Gcal: the
International Table calorie of 4.1868 J, the one of district heating (1 Gcal = 1.163 MWh). Gas:
volume x correction x calorific value / 3.6 (Gas (Calculation of Thermal Energy) Regulations 1996,
United Kingdom).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

_EXACT = Context(prec=34)


class UnknownUnit(ValueError):
    """
    A unit is not in the table.
    """


class UnitsDiffer(ValueError):
    """
    Two units measure different things.
    """


@dataclass(frozen=True, slots=True)
class _Unit:
    dimension: str
    size: Decimal


# Size in megajoules, or in cubic metres.
_UNITS: Mapping[str, _Unit] = {
    "MJ": _Unit("energy", Decimal(1)),
    "GJ": _Unit("energy", Decimal(1_000)),
    "Wh": _Unit("energy", Decimal("0.0036")),
    "kWh": _Unit("energy", Decimal("3.6")),
    "MWh": _Unit("energy", Decimal(3_600)),
    "Mcal": _Unit("energy", Decimal("4.1868")),
    "Gcal": _Unit("energy", Decimal("4186.8")),
    "m3": _Unit("volume", Decimal(1)),
    "l": _Unit("volume", Decimal("0.001")),
}
UNITS = frozenset(_UNITS)


def convert(value: Decimal, *, unit: str, to: str) -> Decimal:
    """
    Express a quantity in another unit of the same kind; 34 digits, so round where it is printed.

    :raises UnknownUnit: if a unit is not in the table.
    :raises UnitsDiffer: if one measures energy and the other volume.
    """
    source, target = _find(unit), _find(to)
    if source.dimension != target.dimension:
        raise UnitsDiffer(
            f"{unit} measures {source.dimension} and {to} measures {target.dimension}. "
            "For gas use gas_energy_kwh with the calorific value."
        )
    return _EXACT.divide(_EXACT.multiply(value, source.size), target.size)


def gas_energy_kwh(
    volume_m3: Decimal, *, calorific_mj_per_m3: Decimal, correction: Decimal = Decimal(1)
) -> Decimal:
    """
    Return the energy in a volume of gas, in kWh; `correction` is for pressure and temperature.
    """
    energy_mj = _EXACT.multiply(_EXACT.multiply(volume_m3, correction), calorific_mj_per_m3)
    return _EXACT.divide(energy_mj, _UNITS["kWh"].size)


def _find(name: str) -> _Unit:
    try:
        return _UNITS[name]
    except KeyError:
        raise UnknownUnit(
            f"{name!r} is not a unit; known are {', '.join(sorted(UNITS))}."
        ) from None


def measures_energy(unit: str) -> bool:
    """
    Tell whether a unit measures energy; one that is not in the table does not.
    """
    return unit in _UNITS and _UNITS[unit].dimension == "energy"
