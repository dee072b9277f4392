"""The schemas of the tax offices, where the folder with them is there."""

import os
import re
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

FOLDER = Path(
    os.environ.get("MAINS_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")
) / "einvoice"  # fmt: skip
needs_folder = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the schemas of the tax offices are not beside this folder"
)
_MAIN = {
    "fatturapa": FOLDER / "fatturapa" / "xsd" / "Schema_del_file_xml_FatturaPA_v1.2.2.xsd",
    "nav": FOLDER / "nav-hu" / "xsd" / "invoiceData.xsd",
    "verifactu": FOLDER / "verifactu" / "SuministroInformacion.xsd",
}
# Of these imports the schemas say no place.
_PLACES = {
    "http://schemas.nav.gov.hu/NTCA/1.0/common": "common.xsd",
    "http://schemas.nav.gov.hu/OSA/3.0/base": "invoiceBase.xsd",
}


class _Beside(etree.Resolver):
    """
    Finds what a schema imports in its own folder, with the places that it leaves out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, url, _public, context):
        path = self.folder / Path(url).name
        return self.resolve_string(_placed(path.read_text("utf-8-sig")), context, base_url=url)


def _placed(text: str) -> bytes:
    text = re.sub(r"<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", "", text, flags=re.DOTALL)
    for space, name in _PLACES.items():
        text = text.replace(
            f'<xs:import namespace="{space}"/>',
            f'<xs:import namespace="{space}" schemaLocation="{name}"/>',
        )
    return text.encode().replace(b'encoding="utf-8"', b'encoding="UTF-8"')


@cache
def _schema(office: str) -> etree.XMLSchema:
    path = _MAIN[office]
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_Beside(path.parent))
    text = _placed(path.read_text("utf-8-sig"))
    return etree.XMLSchema(etree.fromstring(text, parser, base_url=str(path)))


def office_errors(document: bytes, *, office: str) -> list[str]:
    """
    Return what the schema of a tax office finds in a document.
    """
    schema = _schema(office)
    schema.validate(etree.fromstring(document))
    return [f"{error.line}: {error.message}" for error in schema.error_log]
