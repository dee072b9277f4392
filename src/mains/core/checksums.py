"""The check digits that end a number, so that a mistyped one is known without looking it up."""

import re
from enum import StrEnum

from stdnum import luhn
from stdnum.iso7064 import mod_11_10, mod_97_10


class Checksum(StrEnum):
    """
    How check digits are made: Luhn, ISO 7064 MOD 11,10 (one digit), or ISO 7064 MOD 97-10 (two).
    """

    LUHN = "luhn"
    MOD11 = "mod11"
    MOD97 = "mod97"


_MODULES = {Checksum.LUHN: luhn, Checksum.MOD11: mod_11_10, Checksum.MOD97: mod_97_10}


def fits(number: str, checksum: Checksum) -> bool:
    """
    Tell whether a number ends with the check digits of its other digits; letters are passed over.
    """
    digits = re.sub(r"\D", "", number)
    return bool(digits) and bool(_MODULES[checksum].is_valid(digits))


def completed(digits: str, checksum: Checksum) -> str:
    """
    Return digits with their check digits behind them.
    """
    if checksum is Checksum.MOD97:
        return digits + str(mod_97_10.calc_check_digits(digits))
    return digits + str(_MODULES[checksum].calc_check_digit(digits))


def length(checksum: Checksum) -> int:
    """
    Return how many digits of a number are check digits.
    """
    return 2 if checksum is Checksum.MOD97 else 1
