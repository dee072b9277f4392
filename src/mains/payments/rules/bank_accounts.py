"""Whether a statement is of the bank account that a company has."""

import re

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_FEWEST_DIGITS = 6


def plain(account: str) -> str:
    """
    Return an account in capitals, without what people write between groups.
    """
    return "".join(filter(str.isalnum, account)).upper()


def may_be(stated: str, *, iban: str) -> bool:
    """
    Tell whether a statement's account may be the one with this IBAN.

    Banks write the national number, also without its check digits, and a currency behind it; where
    either side is unknown, or too short to tell, nothing speaks against it.
    """
    own, said = plain(iban), plain(stated)
    if not own or sum(map(str.isdecimal, said)) < _FEWEST_DIGITS:
        return True
    if _IBAN.match(said):
        return said.startswith(own)
    digits = iter("".join(filter(str.isdecimal, own)))
    return all(one in digits for one in _significant(stated))


def _significant(stated: str) -> str:
    """
    Return the digits of an account by its groups, without the zeros before each.
    """
    return "".join(group.lstrip("0") for group in re.findall(r"[0-9]+", stated))
