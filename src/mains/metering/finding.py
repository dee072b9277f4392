"""Find a register by what stands on the meter."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from mains.metering.queries import RegisterRow


class UnknownMeter(LookupError):
    """None of the registers is of this meter: there is none, or it is somebody else's."""


class WhichRegister(LookupError):
    """The meter has several registers, with these codes; the list names none."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


class Meters:
    """
    The registers that somebody reads, to be found by what stands on the meter.
    """

    def __init__(self, registers: Iterable[RegisterRow]) -> None:
        self._by_meter: dict[str, dict[int, RegisterRow]] = defaultdict(dict)
        for register in registers:
            self._by_meter[_key(register.meter)][register.register_id] = register
        shortened = Counter(key.lstrip("0") for key in self._by_meter)
        # A spreadsheet takes 00417 for the number 417.
        self._shortened = {
            key.lstrip("0"): key for key in self._by_meter if shortened[key.lstrip("0")] == 1
        }

    def find(self, meter: str, *, code: str = "") -> RegisterRow:
        """
        Return the register of a meter; a code is needed where it has several.

        :raises UnknownMeter: if there is none among them.
        :raises WhichRegister: if there are several and the code is empty.
        """
        key = _key(meter)
        found = self._by_meter.get(key) or self._by_meter.get(
            self._shortened.get(key.lstrip("0"), ""), {}
        )
        fitting = [one for one in found.values() if not code or _key(one.code) == _key(code)]
        if not fitting:
            raise UnknownMeter
        if len(fitting) > 1:
            raise WhichRegister([one.code for one in fitting])
        return fitting[0]


def _key(text: str) -> str:
    return "".join(text.split()).casefold()
