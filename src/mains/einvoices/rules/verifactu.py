"""VeriFactu: records of bills for the Spanish tax agency, each chained to the one before by a hash.

Source: Orden HAC/1177/2024 and the agency's documents on the hash (SHA-256 of `key=value` joined by
`&`, in capitals) and on the QR code.
"""

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from mains.einvoices.rules.amounts import with_places
from mains.einvoices.rules.invoice import Invoice, VatGroup
from mains.einvoices.rules.problems import BuyerTaxIdMissing, OfficeMissing
from mains.einvoices.rules.writing import Document, Node

_SPACE = (
    "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/"
    "tike/cont/ws/SuministroInformacion.xsd"
)
# A whole bill, one that names no recipient, and what takes either back.
_WHOLE, _NAMELESS, _CORRECTS, _CORRECTS_NAMELESS = "F1", "F2", "R1", "R5"
_VAT, _GENERAL_REGIME, _SHA256 = "01", "01", "01"


class Software(NamedTuple):
    """
    The program and who answers for it, as its declaration of conformity says.
    """

    producer: str
    nif: str
    installation: str
    version: str
    name: str = "Mains"
    id: str = "MA"


class Previous(NamedTuple):
    """
    The record before this one.
    """

    nif: str
    number: str
    issue_date: date
    hash: str


class Entry(NamedTuple):
    """
    What makes a record out of a bill: its place in the chain, and the instant in ISO with its zone.
    """

    previous: Previous | None
    generated_at: str
    software: Software


def read_entry(details: Mapping[str, Any], invoice: Invoice) -> Entry:
    """
    Return what a record was made with, as it is stored with its filing.
    """
    before, software = details.get("previous"), details["software"]
    return Entry(
        previous=Previous(
            _nif(invoice),
            before["number"],
            date.fromisoformat(before["issue_date"]),
            before["hash"],
        )
        if before
        else None,
        generated_at=details["generated_at"],
        software=Software(
            software["producer"], software["nif"], software["installation"], software["version"]
        ),
    )


def joined_hash(fields: Mapping[str, str]) -> str:
    """
    Return the hash of a record's fields in their order.
    """
    text = "&".join(f"{name}={value.strip()}" for name, value in fields.items())
    return sha256(text.encode()).hexdigest().upper()


def record_hash(invoice: Invoice, *, previous_hash: str, generated_at: str) -> str:
    """
    Return the hash of the record of a bill.
    """
    return joined_hash(
        {
            "IDEmisorFactura": _nif(invoice),
            "NumSerieFactura": invoice.number,
            "FechaExpedicionFactura": _day(invoice.issue_date),
            "TipoFactura": _kind(invoice),
            "CuotaTotal": _signed(invoice, "tax"),
            "ImporteTotal": _signed(invoice, "total"),
            "Huella": previous_hash,
            "FechaHoraHusoGenRegistro": generated_at,
        }
    )


def annulment_hash(invoice: Invoice, *, previous_hash: str, generated_at: str) -> str:
    """
    Return the hash of the record that annuls a bill's.
    """
    return joined_hash(
        {
            "IDEmisorFacturaAnulada": _nif(invoice),
            "NumSerieFacturaAnulada": invoice.number,
            "FechaExpedicionFacturaAnulada": _day(invoice.issue_date),
            "Huella": previous_hash,
            "FechaHoraHusoGenRegistro": generated_at,
        }
    )


def verifactu(invoice: Invoice, *, entry: Entry) -> bytes:
    """
    Return the record of a bill (RegistroAlta).

    :raises OfficeMissing: if the company told nothing for the agency.
    :raises BuyerTaxIdMissing: if a company has no tax number.
    """
    if "verifactu" not in invoice.offices:
        raise OfficeMissing(office="verifactu")
    if invoice.buyer.is_organisation and not _is_named(invoice):
        raise BuyerTaxIdMissing
    return _Record(invoice, entry).added()


def annulment(invoice: Invoice, *, entry: Entry) -> bytes:
    """
    Return the record that annuls a bill's (RegistroAnulacion), for one that never should have been.

    What was charged wrongly is taken back by a credit note, which has a record of its own.
    """
    return _Record(invoice, entry).annulled()


def _nif(invoice: Invoice) -> str:
    return invoice.seller.vat_id.removeprefix("ES")


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _signed(invoice: Invoice, name: str) -> str:
    sign = -1 if invoice.is_credit else 1
    return with_places(sign * getattr(invoice, name), 2, 2)


def _is_named(invoice: Invoice) -> bool:
    return len(invoice.buyer.tax_id.removeprefix("ES")) == 9


def _kind(invoice: Invoice) -> str:
    if _is_named(invoice):
        return _CORRECTS if invoice.is_credit else _WHOLE
    return _CORRECTS_NAMELESS if invoice.is_credit else _NAMELESS


class _Record:
    def __init__(self, invoice: Invoice, entry: Entry) -> None:
        self.invoice, self.entry = invoice, entry
        self.terms = invoice.offices.get("verifactu", {})

    def added(self) -> bytes:
        invoice = self.invoice
        self._begin("RegistroAlta")
        self._bill(self.xml.root, invoice.number, invoice.issue_date)
        self._fill(
            self.xml.root, NombreRazonEmisor=invoice.seller.name[:120], TipoFactura=_kind(invoice)
        )
        if invoice.preceding:
            self._fill(self.xml.root, TipoRectificativa="I")
            taken = self._add(self.xml.root, "FacturasRectificadas")
            self._bill(taken, *invoice.preceding, name="IDFacturaRectificada")
        self._fill(self.xml.root, DescripcionOperacion=self._what())
        self._recipient()
        parts = self._add(self.xml.root, "Desglose")
        for group in invoice.vat:
            self._part(parts, group)
        self._fill(
            self.xml.root,
            CuotaTotal=_signed(invoice, "tax"),
            ImporteTotal=_signed(invoice, "total"),
        )
        return self._ended(record_hash)

    def annulled(self) -> bytes:
        invoice = self.invoice
        self._begin("RegistroAnulacion")
        self._fill(
            self._add(self.xml.root, "IDFactura"),
            IDEmisorFacturaAnulada=_nif(invoice),
            NumSerieFacturaAnulada=invoice.number,
            FechaExpedicionFacturaAnulada=_day(invoice.issue_date),
        )
        return self._ended(annulment_hash)

    def _begin(self, name: str) -> None:
        self.xml = Document(f"sf:{name}", {"sf": _SPACE})
        self._fill(self.xml.root, IDVersion="1.0")

    def _add(self, parent: Node, name: str) -> Node:
        return self.xml.add(parent, f"sf:{name}")

    def _fill(self, parent: Node, **texts: str) -> None:
        for name, text in texts.items():
            self.xml.add(parent, f"sf:{name}", text)

    def _bill(self, parent: Node, number: str, day: date, *, name: str = "IDFactura") -> None:
        self._fill(
            self._add(parent, name),
            IDEmisorFactura=_nif(self.invoice),
            NumSerieFactura=number,
            FechaExpedicionFactura=_day(day),
        )

    def _what(self) -> str:
        texts = dict.fromkeys(line.text for line in self.invoice.lines)
        return "; ".join(texts)[:500]

    def _recipient(self) -> None:
        buyer = self.invoice.buyer
        if not _is_named(self.invoice):
            self._fill(self.xml.root, FacturaSinIdentifDestinatarioArt61d="S")
            return
        one = self._add(self._add(self.xml.root, "Destinatarios"), "IDDestinatario")
        self._fill(one, NombreRazon=buyer.name[:120], NIF=buyer.tax_id.removeprefix("ES"))

    def _part(self, parts: Node, group: VatGroup) -> None:
        sign = -1 if self.invoice.is_credit else 1
        net, tax = with_places(sign * group.net, 2, 2), with_places(sign * group.tax, 2, 2)
        part = self._add(parts, "DetalleDesglose")
        self._fill(part, Impuesto=_VAT, ClaveRegimen=_GENERAL_REGIME)
        if group.category == "E":
            self._fill(
                part, OperacionExenta=self.terms["exempt"], BaseImponibleOimporteNoSujeto=net
            )
        elif group.category == "O":
            self._fill(
                part,
                CalificacionOperacion=self.terms["outside"],
                BaseImponibleOimporteNoSujeto=net,
            )
        else:
            self._fill(
                part,
                CalificacionOperacion="S2" if group.category == "AE" else "S1",
                TipoImpositivo=with_places(group.percent, 2, 2),
                BaseImponibleOimporteNoSujeto=net,
                CuotaRepercutida=tax,
            )

    def _ended(self, hashed: Callable[..., str]) -> bytes:
        entry, previous = self.entry, self.entry.previous
        chain = self._add(self.xml.root, "Encadenamiento")
        if previous is None:
            self._fill(chain, PrimerRegistro="S")
        else:
            self._fill(
                self._add(chain, "RegistroAnterior"),
                IDEmisorFactura=previous.nif,
                NumSerieFactura=previous.number,
                FechaExpedicionFactura=_day(previous.issue_date),
                Huella=previous.hash,
            )
        self._software(entry.software)
        self._fill(
            self.xml.root,
            FechaHoraHusoGenRegistro=entry.generated_at,
            TipoHuella=_SHA256,
            Huella=hashed(
                self.invoice,
                previous_hash=previous.hash if previous else "",
                generated_at=entry.generated_at,
            ),
        )
        return self.xml.as_bytes()

    def _software(self, software: Software) -> None:
        self._fill(
            self._add(self.xml.root, "SistemaInformatico"),
            NombreRazon=software.producer,
            NIF=software.nif,
            NombreSistemaInformatico=software.name,
            IdSistemaInformatico=software.id,
            Version=software.version,
            NumeroInstalacion=software.installation,
            TipoUsoPosibleSoloVerifactu="S",
            TipoUsoPosibleMultiOT="S",
            IndicadorMultiplesOT="S",
        )
