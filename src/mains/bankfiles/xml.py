"""XML from outside, by local names: it declares nothing, and nothing is fetched for it."""

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from mains.bankfiles.unreadable import Reason, UnreadableFile


def root_of(data: bytes) -> etree._Element:
    """
    Return the root of a document.

    :raises UnreadableFile: for what is not well-formed, and for every declaration of a type.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        declared = b"<!DOCTYPE" in data[:2000]
        reason = Reason.DECLARATIONS if declared else Reason.BROKEN
        raise UnreadableFile(reason, error.lineno or 0) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(Reason.DECLARATIONS, 1)
    return root


def all_of(node: etree._Element, path: str) -> Iterator[etree._Element]:
    """
    Yield what is found at a path of local names, such as `Acct/Id/IBAN`, in any namespace.
    """
    return node.iterfind(_anywhere(path))


@lru_cache(maxsize=256)
def _anywhere(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def text_of(node: etree._Element, *paths: str) -> str:
    """
    Return the text at the first of some paths that has one; empty where none has.
    """
    for path in paths:
        for found in all_of(node, path):
            text = " ".join((found.text or "").split())
            if text:
                return text
    return ""


def has(node: etree._Element, path: str) -> bool:
    """
    Tell whether anything is found at a path.
    """
    return next(all_of(node, path), None) is not None


def name_of(node: etree._Element) -> str:
    """
    Return the local name of a node.
    """
    return etree.QName(node).localname
