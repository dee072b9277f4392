"""Whether two names may be those of one payer, as banks and people write them."""

import re
import unicodedata
from types import MappingProxyType

# Ukrainian letters as passports write them (resolution 55 of 2010), and those of Russian beside.
_LATIN = MappingProxyType(
    {
        "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh",
        "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n",
        "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
        "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "ы": "y", "э": "e",
        "ё": "e", "ъ": "", "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip
# Beginnings that are written otherwise than the rest of a word.
_FIRST = MappingProxyType({"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"})
# Forms of companies and titles say nothing about who somebody is.
_FORMS = frozenset(
    {
        "sia", "as", "ik", "ltd", "llc", "inc", "gmbh", "ag", "kft", "zrt", "bt", "nyrt", "rt",
        "srl", "spa", "sas", "snc", "sa", "sl", "slu", "cb", "tov", "pp", "fop", "prat", "at",
        "mr", "mrs", "ms", "sr", "sra", "don", "dr", "ing", "and", "y", "e", "es", "et", "the",
    }
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
# Shorter words differ by more than a slip where one letter differs.
_LONG, _FEWEST = 5, 2


def words(name: str) -> frozenset[str]:
    """
    Return the words of a name in small Latin letters, without accents and forms of companies.
    """
    found = (_latin(word) for word in _WORD.findall(name.replace("'", "").replace("’", "")))
    return frozenset(word for word in found if word and word not in _FORMS)


def _latin(word: str) -> str:
    word = word.casefold()
    written = _FIRST.get(word[0], "") + word[1:] if word[0] in _FIRST else word
    plain = unicodedata.normalize("NFKD", "".join(_LATIN.get(one, one) for one in written))
    return "".join(one for one in plain if not unicodedata.combining(one))


def alike(one: str, other: str) -> bool:
    """
    Tell whether all words of the shorter name are words of the longer, in any order.

    One slip in a long word does not matter; a single word has to be all that either name has.
    """
    fewer, more = sorted((words(one), words(other)), key=len)
    if not fewer or (len(fewer) < _FEWEST and len(more) != len(fewer)):
        return False
    left = set(more)
    for word in sorted(fewer):
        match = next((each for each in sorted(left) if _nearly(word, each)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _nearly(one: str, other: str) -> bool:
    """
    Tell whether words are the same but for one letter that is missing, too many or another.
    """
    if one == other:
        return True
    if min(len(one), len(other)) < _LONG or abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    rests = {(one[same + 1 :], other[same + 1 :]), (one[same:], other[same + 1 :])}
    rests.add((one[same + 1 :], other[same:]))
    return any(left == right for left, right in rests)
