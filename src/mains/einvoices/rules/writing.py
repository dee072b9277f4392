"""XML from a handful of calls, the same bytes every time."""

import re
from collections.abc import Mapping

from lxml import etree

type Node = etree._Element

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document:
    """
    An XML document under construction; names are written `prefix:Name`.
    """

    def __init__(self, name: str, namespaces: Mapping[str | None, str], **attributes: str) -> None:
        self.namespaces = namespaces
        self.root: Node = etree.Element(self._named(name), attributes, nsmap=dict(namespaces))

    def add(self, parent: Node, name: str, text: str | None = None, **attributes: str) -> Node:
        """
        Add an element, with a text that holds only what XML allows.
        """
        node = etree.SubElement(parent, self._named(name), attributes)
        if text is not None:
            node.text = _FORBIDDEN.sub("", text)
        return node

    def fill(self, parent: Node, **texts: str | None) -> None:
        """
        Add elements without a prefix in their order; what is None is left out.
        """
        for name, text in texts.items():
            if text is not None:
                self.add(parent, name, text)

    def as_bytes(self) -> bytes:
        """
        Return the document in UTF-8 with its declaration.
        """
        written: bytes = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")
        return written

    def _named(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        space = self.namespaces.get(prefix if colon else None)
        local = local if colon else name
        return f"{{{space}}}{local}" if space else local
