"""FatturaPA 1.2.2: the XML that Italian bills are, sent through the exchange system.

Source: Agenzia delle Entrate, Specifiche tecniche fattura elettronica, version 1.8 (format 1.2.2).
"""

import re
import unicodedata
from decimal import Decimal

from mains.einvoices.rules.amounts import EXACT, rounded, with_places
from mains.einvoices.rules.invoice import Invoice, Line, VatGroup
from mains.einvoices.rules.places import Place
from mains.einvoices.rules.problems import (
    BuyerPlaceUnknown,
    BuyerTaxIdMissing,
    OfficeMissing,
)
from mains.einvoices.rules.writing import Document, Node

_SPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES = 5
# To private parties; who told no address finds the bill in the reserved area of the tax agency.
_FORMAT, _NOBODY = "FPR12", "0000000"
INVOICE, CREDIT_NOTE = "TD01", "TD04"
# Wholly paid at once; by transfer, or by SEPA direct debit.
_AT_ONCE, _TRANSFER, _DEBIT = "TP02", "MP05", "MP19"
_CENT = Decimal("0.01")
_CHANNEL = re.compile(r"[A-Z0-9]{7}")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NAMES = len(_ALPHABET) ** _PLACES


class NoFileNameLeft(ValueError):
    """
    A company has used all names of five letters and digits.
    """


def progressive_of(position: int) -> str:
    """
    Return the five letters and digits of a company's n-th file, the first being 00001.

    :raises NoFileNameLeft: if there are no more of them.
    """
    if not 0 < position < _NAMES:
        raise NoFileNameLeft(f"File {position} has no name of {_PLACES} letters and digits.")
    text = ""
    for _place in range(_PLACES):
        position, digit = divmod(position, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text


def file_name(invoice: Invoice, *, position: int) -> str:
    """
    Return the name under which a file goes to the exchange system, such as IT…_00001.xml.
    """
    return f"{invoice.seller.vat_id}_{progressive_of(position)}.xml"


def fatturapa(invoice: Invoice, *, position: int) -> bytes:
    """
    Return a bill as a file of its own, the n-th of the company.

    :raises OfficeMissing: if the company told nothing for the exchange system.
    :raises BuyerTaxIdMissing: if the customer has neither a VAT number nor a codice fiscale.
    :raises BuyerPlaceUnknown: if the customer's address has no street, post code and town.
    """
    if "fatturapa" not in invoice.offices:
        raise OfficeMissing(office="fatturapa")
    return _Fattura(invoice, progressive_of(position)).written()


def recipient_of(text: str) -> str | None:
    """
    Return a recipient's address as files name it, or None where it is none.

    It is the code of a channel, seven letters and digits, or a certified mailbox (PEC). Codes of
    six belong to public bodies, whose bills have rules of their own.
    """
    text = text.strip()
    if _CHANNEL.fullmatch(text.upper()):
        return text.upper()
    return text if _MAILBOX.fullmatch(text) else None


def latin(text: str, most: int) -> str:
    """
    Return a text in Latin-1, the only letters that the format has, cut to a length.

    Accents that Latin-1 lacks are dropped, other letters become question marks.
    """
    text = re.sub(r"\s+", " ", text).strip()
    found = ""
    for letter in text:
        if not letter.isascii() and not "\xa0" <= letter <= "\xff":
            bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
            letter = bare or "?"
        found += letter
    return found[:most]


class _Fattura:
    def __init__(self, invoice: Invoice, progressive: str) -> None:
        self.invoice, self.progressive = invoice, progressive
        self.terms = invoice.offices["fatturapa"]
        self.xml = Document("p:FatturaElettronica", {"p": _SPACE}, versione=_FORMAT)

    def written(self) -> bytes:
        head = self.xml.add(self.xml.root, "FatturaElettronicaHeader")
        self._transmission(head)
        self._seller(head)
        self._buyer(head)
        body = self.xml.add(self.xml.root, "FatturaElettronicaBody")
        self._general(body)
        goods = self.xml.add(body, "DatiBeniServizi")
        for line in self.invoice.lines:
            self._line(goods, line)
        for group in self.invoice.vat:
            self._group(goods, group)
        if not self.invoice.is_credit and self.invoice.total > 0:
            self._payment(body)
        return self.xml.as_bytes()

    def _number(self, parent: Node, name: str, vat_id: str) -> None:
        self.xml.fill(self.xml.add(parent, name), IdPaese=vat_id[:2], IdCodice=vat_id[2:])

    def _transmission(self, head: Node) -> None:
        data = self.xml.add(head, "DatiTrasmissione")
        recipient = recipient_of(self.invoice.buyer.recipient) or _NOBODY
        is_mailbox = "@" in recipient
        self._number(data, "IdTrasmittente", self.invoice.seller.vat_id)
        self.xml.fill(
            data,
            ProgressivoInvio=self.progressive,
            FormatoTrasmissione=_FORMAT,
            CodiceDestinatario=_NOBODY if is_mailbox else recipient,
            PECDestinatario=recipient if is_mailbox else None,
        )

    def _seller(self, head: Node) -> None:
        seller = self.invoice.seller
        party = self.xml.add(head, "CedentePrestatore")
        data = self.xml.add(party, "DatiAnagrafici")
        self._number(data, "IdFiscaleIVA", seller.vat_id)
        self.xml.fill(self.xml.add(data, "Anagrafica"), Denominazione=latin(seller.name, 80))
        self.xml.fill(data, RegimeFiscale=self.terms["regime"])
        self._place(party, seller.place, seller.address)

    def _buyer(self, head: Node) -> None:
        buyer = self.invoice.buyer
        party = self.xml.add(head, "CessionarioCommittente")
        data = self.xml.add(party, "DatiAnagrafici")
        number = buyer.tax_id.removeprefix("IT")
        if buyer.is_organisation and re.fullmatch(r"\d{11}", number):
            self._number(data, "IdFiscaleIVA", f"IT{number}")
        elif re.fullmatch(r"[A-Z0-9]{11}|[A-Z0-9]{16}", number):
            self.xml.fill(data, CodiceFiscale=number)
        else:
            raise BuyerTaxIdMissing
        self.xml.fill(self.xml.add(data, "Anagrafica"), Denominazione=latin(buyer.name, 80))
        self._place(party, buyer.place, buyer.address)

    def _place(self, party: Node, place: Place | None, address: str) -> None:
        if place is None or not re.fullmatch(r"\d{5}", place.post_code):
            raise BuyerPlaceUnknown(address=address)
        self.xml.fill(
            self.xml.add(party, "Sede"),
            Indirizzo=latin(place.street, 60),
            CAP=place.post_code,
            Comune=latin(place.city, 60),
            Provincia=place.province or None,
            Nazione="IT",
        )

    def _general(self, body: Node) -> None:
        invoice = self.invoice
        general = self.xml.add(body, "DatiGenerali")
        self.xml.fill(
            self.xml.add(general, "DatiGeneraliDocumento"),
            TipoDocumento=CREDIT_NOTE if invoice.is_credit else INVOICE,
            Divisa=invoice.currency,
            Data=invoice.issue_date.isoformat(),
            Numero=invoice.number,
            ImportoTotaleDocumento=with_places(invoice.total, 2, 2),
        )
        if invoice.preceding:
            number, day = invoice.preceding
            self.xml.fill(
                self.xml.add(general, "DatiFattureCollegate"),
                IdDocumento=number,
                Data=day.isoformat(),
            )

    def _line(self, goods: Node, line: Line) -> None:
        quantity, unit, price = self._priced(line)
        self.xml.fill(
            self.xml.add(goods, "DettaglioLinee"),
            NumeroLinea=str(line.number),
            Descrizione=latin(line.text, 1000) or "-",
            Quantita=quantity,
            UnitaMisura=unit,
            DataInizioPeriodo=line.start.isoformat(),
            DataFinePeriodo=line.end.isoformat(),
            PrezzoUnitario=price,
            PrezzoTotale=with_places(line.exact, 2, 8),
            AliquotaIVA=with_places(line.percent, 2, 2),
            Natura=self._natura(line),
        )

    def _priced(self, line: Line) -> tuple[str | None, str | None, str]:
        """
        Return quantity, unit and price; only the price where they would not multiply to the line
        (check 00423 of the exchange system).
        """
        price = EXACT.divide(line.price, line.base)
        if line.quantity < 0:
            price = -price
        price = rounded(price, _CENT**4)
        quantity = rounded(abs(line.quantity), _CENT**4)
        if abs(quantity * price - line.exact) > _CENT:
            return None, None, with_places(line.exact, 2, 8)
        return with_places(quantity, 2, 8), latin(line.unit, 10) or None, with_places(price, 2, 8)

    def _natura(self, of: Line | VatGroup) -> str | None:
        if of.percent:
            return None
        return str(self.terms["natura"].get(of.category, "N2.2"))

    def _group(self, goods: Node, group: VatGroup) -> None:
        natura = self._natura(group)
        self.xml.fill(
            self.xml.add(goods, "DatiRiepilogo"),
            AliquotaIVA=with_places(group.percent, 2, 2),
            Natura=natura,
            ImponibileImporto=with_places(group.net, 2, 2),
            Imposta=with_places(group.tax, 2, 2),
            EsigibilitaIVA=None if natura else "I",
            RiferimentoNormativo=(latin(group.reason, 100) or natura) if natura else None,
        )

    def _payment(self, body: Node) -> None:
        invoice = self.invoice
        payment = self.xml.add(body, "DatiPagamento")
        self.xml.fill(payment, CondizioniPagamento=_AT_ONCE)
        self.xml.fill(
            self.xml.add(payment, "DettaglioPagamento"),
            ModalitaPagamento=_DEBIT if invoice.is_collected else _TRANSFER,
            DataScadenzaPagamento=invoice.due_date.isoformat(),
            ImportoPagamento=with_places(invoice.total, 2, 2),
            IBAN=invoice.iban or None,
            CodicePagamento=invoice.reference,
        )
