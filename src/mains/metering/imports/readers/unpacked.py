"""The bytes of a file, unpacked where it is compressed, and never more than allowed."""

import bz2
import gzip
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from mains.metering.imports.caps import MB, Caps
from mains.metering.imports.refusals import FileRefused, file_refused
from mains.metering.rules.sentences import gettext_noop as _

CHUNK = 1 << 16
MOST_MEMBERS = 1000


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO | gzip.GzipFile | bz2.BZ2File | IO[bytes]]:
    """
    Open a file; gzip, bzip2 and a zip with one file in it are unpacked on the way.

    :raises FileRefused: if a zip holds anything but one file.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        with gzip.open(path) as stream:
            yield stream
    elif start[:3] == b"BZh":
        with bz2.open(path) as stream:
            yield stream
    elif start == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise file_refused(
                    _("The archive holds %(count)s files"), _("import each of them by itself"),
                    count=len(names),
                )  # fmt: skip
            with archive.open(names[0]) as stream:
                yield stream
    else:
        with path.open("rb") as stream:
            yield stream


def chunks(path: Path, caps: Caps) -> Iterator[bytes]:
    """
    Yield the bytes of a file, unpacked.

    :raises FileRefused: once there are more than allowed.
    """
    total = 0
    with opened(path) as stream:
        while part := stream.read(CHUNK):
            total += len(part)
            if total > caps.unpacked:
                raise too_large(caps)
            yield part


def whole(path: Path, caps: Caps) -> bytes:
    """
    Return all bytes of a file, unpacked.

    :raises FileRefused: if there are more than allowed.
    """
    return b"".join(chunks(path, caps))


def checked_members(path: Path, caps: Caps) -> None:
    """
    Look at an archive of many parts, such as a workbook, before any of it is unpacked.

    The sizes it states are kept: unpacking stops at the stated size of a part.

    :raises FileRefused: if it is none, is too large unpacked, or declares XML entities.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > caps.unpacked:
                raise too_large(caps)
            for member in members:
                with archive.open(member) as stream:
                    no_entities(stream.read(4096))
    except zipfile.BadZipFile as error:
        raise file_refused(
            _("The file is no workbook (%(error)s)"), _("save it as .xlsx"), error=error
        ) from error


def no_entities(start: bytes) -> None:
    """
    Refuse XML that declares a document type: entities are how XML reads files and fills memory.

    :raises FileRefused: if the first bytes of a document declare one.
    """
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise file_refused(
            _("The file declares a document type, which meter data never needs"),
            _("have it written without DOCTYPE"),
        )


def too_large(caps: Caps) -> FileRefused:
    """
    Return the refusal of a file that is too large once unpacked.
    """
    return file_refused(
        _("The file is larger than %(most)s MB once unpacked"), _("split it"),
        most=caps.unpacked // MB,
    )  # fmt: skip
