"""Units as documents name them."""

from collections.abc import Mapping

# UN/ECE Recommendation 20: C62 is one piece, P1 per cent, E01 … are not used. Gigacalories and
# heated cubic metres have no code of their own: a gigacalorie is counted as pieces, with its name.
_UNECE: Mapping[str, str] = {
    "kWh": "KWH", "MWh": "MWH", "Wh": "WHR", "m3": "MTQ", "lm3": "MTQ", "m2": "MTK", "GJ": "GV",
    "MJ": "3B", "kW": "KWT", "W": "WTT", "kVA": "KVA", "kvarh": "K3", "A": "AMP", "l": "LTR",
    "day": "DAY", "month": "MON", "year": "ANN", "hour": "HUR", "%": "P1",
}  # fmt: skip
PIECE = "C62"


def unece(unit: str) -> str:
    """
    Return the code of UN/ECE Recommendation 20 for a unit of ours; a piece for all others.
    """
    return _UNECE.get(unit, PIECE)


def is_coded(unit: str) -> bool:
    """
    Tell whether a unit has a code of its own.
    """
    return unit in _UNECE
