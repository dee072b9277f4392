"""What a file is, by its content alone, and its statements."""

import re

from mains.bankfiles import keys
from mains.bankfiles.profiles import Profile
from mains.bankfiles.readers import camt, cuaderno57, delimited, mt940, norma43, ofx
from mains.bankfiles.statement import Statement
from mains.bankfiles.unreadable import Reason, UnreadableFile, bounded

# Enough of a file to see what it is.
_HEAD = 4_000
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<|\A(?:\xff\xfe|\xfe\xff)")
_OFX = re.compile(rb"OFXHEADER|<OFX>", re.IGNORECASE)
_CUADERNO_57 = re.compile(rb"\A(?:\xef\xbb\xbf)?0170[0-9]{5}")
_NORMA_43 = re.compile(rb"\A(?:\xef\xbb\xbf)?11[0-9]{30}")


def read(data: bytes, *, profile: Profile | None = None) -> list[Statement]:
    """
    Read a file of any format; a profile is how to read it where it is none but a CSV.

    :raises UnreadableFile: with what stands against it; no part of a refused file is returned.
    """
    statements = keys.keyed(_statements(bounded(data), profile))
    if not statements:
        raise UnreadableFile(Reason.EMPTY)
    return statements


def _statements(data: bytes, profile: Profile | None) -> list[Statement]:
    head = data.lstrip()[:_HEAD]
    if _OFX.search(head):
        return ofx.read(data)
    if _XML.match(head):
        return camt.read(data)
    if _CUADERNO_57.match(head):
        return cuaderno57.read(data)
    if _NORMA_43.match(head):
        return norma43.read(data)
    text = mt940.text_in(data)
    if mt940.is_one(text):
        return mt940.read(text)
    if profile is not None:
        return delimited.read(data, profile)
    raise UnreadableFile(Reason.FORMAT)
