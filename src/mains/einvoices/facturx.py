"""Factur-X: the PDF of a bill with its CII inside, one file for people and machines.

Source: Factur-X 1.08, profile EN 16931; the extension schema is what PDF/A-3 (ISO 19005-3) wants of
properties that it does not know.
"""

from datetime import date
from io import BytesIO

import pikepdf
from lxml import etree

NAME = "factur-x.xml"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_VALUES = {
    "DocumentType": ("INVOICE", "What the embedded file is"),
    "DocumentFileName": (NAME, "Name of the embedded file"),
    "Version": ("1.0", "Version of the data that is embedded"),
    "ConformanceLevel": ("EN 16931", "Profile of the data that is embedded"),
}


class NotPdfA3(ValueError):
    """
    The PDF does not say that it is PDF/A-3, so nothing may be embedded in it.
    """


def with_data(pdf: bytes, xml: bytes, *, issued: date) -> bytes:
    """
    Return a PDF/A-3 with a CII embedded as Factur-X; its tags and its marks of PDF/UA stay.

    The same PDF and the same XML are the same bytes.

    :raises NotPdfA3: if the PDF is none.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        metadata = document.Root.get("/Metadata")
        if metadata is None or not (told := _told(metadata.read_bytes())):
            raise NotPdfA3
        day = f"D:{issued:%Y%m%d}000000Z"
        attached = pikepdf.AttachedFileSpec(
            document,
            xml,
            filename=NAME,
            description="Factur-X",
            mime_type="text/xml",
            creation_date=day,
            mod_date=day,
        )
        attached.relationship = pikepdf.Name.Alternative
        document.attachments[NAME] = attached
        document.Root.AF = pikepdf.Array([*document.Root.get("/AF", []), attached.obj])
        metadata.write(told)
        written = BytesIO()
        document.save(written, deterministic_id=True)
    return written.getvalue()


def _told(packet: bytes) -> bytes | None:
    """
    Return metadata that tell of the embedded file, or None where they are not of PDF/A-3.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    # The packet is wrapped in processing instructions; the element says all that is meant.
    begin, end = packet.find(b"<x:xmpmeta"), packet.find(b"</x:xmpmeta>")
    if begin < 0 or end < 0:
        return None
    meta = etree.fromstring(packet[begin : end + len(b"</x:xmpmeta>")], parser)
    part = meta.findtext(".//{http://www.aiim.org/pdfa/ns/id/}part")
    frame = meta.find(f"{{{_RDF}}}RDF")
    if part != "3" or frame is None:
        return None
    _bag(frame).append(_extension())
    values = etree.SubElement(frame, f"{{{_RDF}}}Description", nsmap={"fx": _FX})
    values.set(f"{{{_RDF}}}about", "")
    for name, (value, _what) in _VALUES.items():
        etree.SubElement(values, f"{{{_FX}}}{name}").text = value
    head = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
    return head + bytes(etree.tostring(meta, encoding="utf-8")) + b'<?xpacket end="r"?>'


def _bag(frame: etree._Element) -> etree._Element:
    """
    Return the list of extension schemas, there being one at most.
    """
    found = frame.find(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    if found is not None:
        return found
    about = etree.SubElement(frame, f"{{{_RDF}}}Description", nsmap={"pdfaExtension": _EXTENSION})
    about.set(f"{{{_RDF}}}about", "")
    schemas = etree.SubElement(about, f"{{{_EXTENSION}}}schemas")
    return etree.SubElement(schemas, f"{{{_RDF}}}Bag")


def _extension() -> etree._Element:
    spaces = {"pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY, "rdf": _RDF}
    schema = _resource(None, spaces)
    for name, text in (
        ("schema", "Factur-X"),
        ("namespaceURI", _FX),
        ("prefix", "fx"),
    ):
        etree.SubElement(schema, f"{{{_SCHEMA}}}{name}").text = text
    listed = etree.SubElement(schema, f"{{{_SCHEMA}}}property")
    sequence = etree.SubElement(listed, f"{{{_RDF}}}Seq")
    for name, (_value, what) in _VALUES.items():
        one = _resource(sequence, spaces)
        for key, text in (
            ("category", "external"),
            ("description", what),
            ("name", name),
            ("valueType", "Text"),
        ):
            etree.SubElement(one, f"{{{_PROPERTY}}}{key}").text = text
    return schema


def _resource(parent: etree._Element | None, spaces: dict[str, str]) -> etree._Element:
    tag, attributes = f"{{{_RDF}}}li", {f"{{{_RDF}}}parseType": "Resource"}
    if parent is None:
        return etree.Element(tag, attributes, nsmap=spaces)
    return etree.SubElement(parent, tag, attributes)
