"""An invoice or credit note in UBL 2.1, by EN 16931 (CEN/TS 16931-3-2)."""

from decimal import Decimal

from mains.einvoices.rules.amounts import plain
from mains.einvoices.rules.en16931 import (
    CREDIT_NOTE,
    INVOICE,
    OUTSIDE,
    PROFILE,
    SEPA_TRANSFER,
    TRANSFER,
    for_en16931,
    is_outside,
    means_of,
    reason_of,
)
from mains.einvoices.rules.invoice import Invoice, Line, Party, VatGroup
from mains.einvoices.rules.units import unece
from mains.einvoices.rules.writing import Document, Node

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd"
_COMMON: dict[str | None, str] = {
    "cac": f"{_OASIS}:CommonAggregateComponents-2",
    "cbc": f"{_OASIS}:CommonBasicComponents-2",
}


def ubl(invoice: Invoice) -> bytes:
    """
    Return a bill as UBL Invoice, or a credit note as UBL CreditNote.
    """
    return _Ubl(for_en16931(invoice)).written()


class _Ubl:
    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.kind = "CreditNote" if invoice.is_credit else "Invoice"
        self.quantity = "CreditedQuantity" if invoice.is_credit else "InvoicedQuantity"
        namespaces: dict[str | None, str] = {None: f"{_OASIS}:{self.kind}-2", **_COMMON}
        self.xml = Document(self.kind, namespaces)

    def written(self) -> bytes:
        self._head()
        self._party("AccountingSupplierParty", self.invoice.seller)
        self._party("AccountingCustomerParty", self.invoice.buyer)
        delivery = self.xml.add(self.xml.root, "cac:Delivery")
        self._texts(delivery, ActualDeliveryDate=self.invoice.end.isoformat())
        self._means()
        self._taxes()
        self._sums()
        for line in self.invoice.lines:
            self._line(line)
        return self.xml.as_bytes()

    def _texts(self, parent: Node, **texts: str) -> None:
        for name, text in texts.items():
            if text:
                self.xml.add(parent, f"cbc:{name}", text)

    def _amount(self, parent: Node, name: str, amount: Decimal) -> None:
        self.xml.add(parent, f"cbc:{name}", plain(amount), currencyID=self.invoice.currency)

    def _head(self) -> None:
        root, invoice = self.xml.root, self.invoice
        self._texts(
            root,
            CustomizationID=PROFILE,
            ID=invoice.number,
            IssueDate=invoice.issue_date.isoformat(),
            DueDate="" if invoice.is_credit else invoice.due_date.isoformat(),
            **{f"{self.kind}TypeCode": CREDIT_NOTE if invoice.is_credit else INVOICE},
            DocumentCurrencyCode=invoice.currency,
        )
        period = self.xml.add(root, "cac:InvoicePeriod")
        self._texts(period, StartDate=invoice.start.isoformat(), EndDate=invoice.end.isoformat())
        if invoice.preceding:
            reference = self.xml.add(root, "cac:BillingReference")
            document = self.xml.add(reference, "cac:InvoiceDocumentReference")
            number, day = invoice.preceding
            self._texts(document, ID=number, IssueDate=day.isoformat())

    def _party(self, name: str, one: Party) -> None:
        add, is_seller = self.xml.add, name == "AccountingSupplierParty"
        party = add(add(self.xml.root, f"cac:{name}"), "cac:Party")
        if not is_seller:
            self._texts(add(party, "cac:PartyIdentification"), ID=self.invoice.account)
        address = add(party, "cac:PostalAddress")
        if one.place:
            self._texts(
                address,
                StreetName=one.place.street,
                CityName=one.place.city,
                PostalZone=one.place.post_code,
                CountrySubentity=one.place.province,
            )
        else:
            self._texts(address, StreetName=one.address)
        self._texts(add(address, "cac:Country"), IdentificationCode=one.country)
        if one.vat_id and not is_outside(self.invoice):
            scheme = add(party, "cac:PartyTaxScheme")
            self._texts(scheme, CompanyID=one.vat_id)
            self._texts(add(scheme, "cac:TaxScheme"), ID="VAT")
        legal = add(party, "cac:PartyLegalEntity")
        self._texts(legal, RegistrationName=one.name, CompanyID=one.tax_id if is_seller else "")

    def _means(self) -> None:
        invoice = self.invoice
        code = means_of(invoice)
        means = self.xml.add(self.xml.root, "cac:PaymentMeans")
        self._texts(
            means,
            PaymentMeansCode=code,
            PaymentDueDate=invoice.due_date.isoformat() if invoice.is_credit else "",
            PaymentID=invoice.reference,
        )
        if code in {TRANSFER, SEPA_TRANSFER}:
            account = self.xml.add(means, "cac:PayeeFinancialAccount")
            self._texts(account, ID=invoice.iban)

    def _taxes(self) -> None:
        total = self.xml.add(self.xml.root, "cac:TaxTotal")
        self._amount(total, "TaxAmount", self.invoice.tax)
        for group in self.invoice.vat:
            part = self.xml.add(total, "cac:TaxSubtotal")
            self._amount(part, "TaxableAmount", group.net)
            self._amount(part, "TaxAmount", group.tax)
            self._category(part, "TaxCategory", group)

    def _category(self, parent: Node, name: str, of: VatGroup | Line) -> None:
        category = self.xml.add(parent, f"cac:{name}")
        percent = "" if of.category == OUTSIDE else plain(of.percent)
        self._texts(category, ID=of.category, Percent=percent)
        reason = reason_of(of) if isinstance(of, VatGroup) else None
        if reason:
            self._texts(
                category, TaxExemptionReasonCode=reason.code, TaxExemptionReason=reason.text
            )
        self._texts(self.xml.add(category, "cac:TaxScheme"), ID="VAT")

    def _sums(self) -> None:
        sums = self.xml.add(self.xml.root, "cac:LegalMonetaryTotal")
        self._amount(sums, "LineExtensionAmount", self.invoice.net)
        self._amount(sums, "TaxExclusiveAmount", self.invoice.net)
        self._amount(sums, "TaxInclusiveAmount", self.invoice.total)
        self._amount(sums, "PayableAmount", self.invoice.total)

    def _line(self, one: Line) -> None:
        add, unit = self.xml.add, unece(one.unit)
        line = add(self.xml.root, f"cac:{self.kind}Line")
        self._texts(line, ID=str(one.number), Note=one.note)
        add(line, f"cbc:{self.quantity}", plain(one.quantity), unitCode=unit)
        self._amount(line, "LineExtensionAmount", one.amount)
        period = add(line, "cac:InvoicePeriod")
        self._texts(period, StartDate=one.start.isoformat(), EndDate=one.end.isoformat())
        item = add(line, "cac:Item")
        self._texts(item, Name=one.text)
        self._category(item, "ClassifiedTaxCategory", one)
        price = add(line, "cac:Price")
        self._amount(price, "PriceAmount", one.price)
        add(price, "cbc:BaseQuantity", plain(one.base), unitCode=unit)
