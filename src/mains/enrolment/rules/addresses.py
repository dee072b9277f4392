"""Whether two addresses are the same place, however they are abbreviated."""

import re
import unicodedata

# Kinds of streets and parts of buildings, with their abbreviations, in the languages served. They
# say nothing that the name and the number do not, so they are left out on both sides.
FILLERS = """
calle c cl cll avenida av avda avd plaza pl pza paseo ps pso carretera ctra piso puerta num no
via v viale vle corso cso piazza pza p zza largo vicolo vic interno int scala
iela ielas prospekts pr bulvaris bulv b laukums dzivoklis dz
utca u ut utja ter tere korut krt setany setanyutca fasor lepcsohaz emelet ajto fszt
вулиця вул просп проспект прт бульвар бульв площа провулок пров шосе будинок буд квартира кв
підїзд місто м
street st road rd avenue ave lane ln square sq drive dr flat apt apartment
"""
WORD = re.compile(r"[^\W_]+")


def words(address: str) -> frozenset[str]:
    """
    Return the words and numbers of an address that tell it from another one.
    """
    letters = _plain(address)
    # A house number and its letter belong together: `12 A`, `12-a` and `12a` are one house.
    joined = re.sub(r"(\d+)[\s/-]*([^\W\d_])\b", r"\1\2", letters)
    return frozenset(word for word in WORD.findall(joined) if word not in _FILLERS)


def is_same_place(typed: str, *, street: str, rest: str) -> bool:
    """
    Tell whether an address names a street with its house number; city and post code may miss.

    Everything of the street has to be typed, and nothing may be typed that belongs elsewhere.
    """
    said, needed = words(typed), words(street)
    return bool(needed) and needed <= said <= needed | words(rest)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("ʼ", ""))
    return "".join(mark for mark in letters if not unicodedata.combining(mark))


_FILLERS = frozenset(_plain(FILLERS).split())
