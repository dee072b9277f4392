"""An invoice or credit note in UN/CEFACT Cross Industry Invoice D22B, by EN 16931."""

from datetime import date
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

_UNECE = "urn:un:unece:uncefact:data:standard"
_NAMESPACES: dict[str | None, str] = {
    "qdt": f"{_UNECE}:QualifiedDataType:100",
    "rsm": f"{_UNECE}:CrossIndustryInvoice:100",
    "ram": f"{_UNECE}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UNECE}:UnqualifiedDataType:100",
}


def cii(invoice: Invoice) -> bytes:
    """
    Return a bill or credit note as CrossIndustryInvoice; it is the XML of Factur-X, too.
    """
    return _Cii(for_en16931(invoice)).written()


class _Cii:
    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.xml = Document("rsm:CrossIndustryInvoice", _NAMESPACES)

    def written(self) -> bytes:
        root, add = self.xml.root, self.xml.add
        context = add(root, "rsm:ExchangedDocumentContext")
        self._texts(add(context, "ram:GuidelineSpecifiedDocumentContextParameter"), ID=PROFILE)
        document = add(root, "rsm:ExchangedDocument")
        self._texts(
            document,
            ID=self.invoice.number,
            TypeCode=CREDIT_NOTE if self.invoice.is_credit else INVOICE,
        )
        self._day(document, "IssueDateTime", self.invoice.issue_date)
        trade = add(root, "rsm:SupplyChainTradeTransaction")
        for line in self.invoice.lines:
            self._line(trade, line)
        agreement = add(trade, "ram:ApplicableHeaderTradeAgreement")
        self._party(agreement, "SellerTradeParty", self.invoice.seller)
        self._party(agreement, "BuyerTradeParty", self.invoice.buyer)
        delivery = add(trade, "ram:ApplicableHeaderTradeDelivery")
        event = add(delivery, "ram:ActualDeliverySupplyChainEvent")
        self._day(event, "OccurrenceDateTime", self.invoice.end)
        self._settlement(add(trade, "ram:ApplicableHeaderTradeSettlement"))
        return self.xml.as_bytes()

    def _texts(self, parent: Node, **texts: str) -> None:
        for name, text in texts.items():
            if text:
                self.xml.add(parent, f"ram:{name}", text)

    def _amounts(self, parent: Node, **amounts: Decimal) -> None:
        for name, amount in amounts.items():
            self.xml.add(parent, f"ram:{name}", plain(amount))

    def _day(self, parent: Node, name: str, day: date) -> None:
        node = self.xml.add(parent, f"ram:{name}")
        self.xml.add(node, "udt:DateTimeString", f"{day:%Y%m%d}", format="102")

    def _party(self, parent: Node, name: str, one: Party) -> None:
        add, is_seller = self.xml.add, name == "SellerTradeParty"
        party = add(parent, f"ram:{name}")
        self._texts(party, ID="" if is_seller else self.invoice.account, Name=one.name)
        if is_seller:
            self._texts(add(party, "ram:SpecifiedLegalOrganization"), ID=one.tax_id)
        address = add(party, "ram:PostalTradeAddress")
        if one.place:
            self._texts(
                address,
                PostcodeCode=one.place.post_code,
                LineOne=one.place.street,
                CityName=one.place.city,
                CountryID=one.country,
                CountrySubDivisionName=one.place.province,
            )
        else:
            self._texts(address, LineOne=one.address, CountryID=one.country)
        if one.vat_id and not is_outside(self.invoice):
            tax = add(party, "ram:SpecifiedTaxRegistration")
            add(tax, "ram:ID", one.vat_id, schemeID="VA")

    def _settlement(self, settlement: Node) -> None:
        invoice, add = self.invoice, self.xml.add
        self._texts(
            settlement,
            PaymentReference=invoice.reference,
            InvoiceCurrencyCode=invoice.currency,
        )
        code = means_of(invoice)
        means = add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
        self._texts(means, TypeCode=code)
        if code in {TRANSFER, SEPA_TRANSFER}:
            account = add(means, "ram:PayeePartyCreditorFinancialAccount")
            self._texts(account, IBANID=invoice.iban)
        for group in invoice.vat:
            self._group(settlement, group)
        period = add(settlement, "ram:BillingSpecifiedPeriod")
        self._day(period, "StartDateTime", invoice.start)
        self._day(period, "EndDateTime", invoice.end)
        terms = add(settlement, "ram:SpecifiedTradePaymentTerms")
        self._day(terms, "DueDateDateTime", invoice.due_date)
        sums = add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
        self._amounts(sums, LineTotalAmount=invoice.net, TaxBasisTotalAmount=invoice.net)
        add(sums, "ram:TaxTotalAmount", plain(invoice.tax), currencyID=invoice.currency)
        self._amounts(sums, GrandTotalAmount=invoice.total, DuePayableAmount=invoice.total)
        if invoice.preceding:
            reference = add(settlement, "ram:InvoiceReferencedDocument")
            number, day = invoice.preceding
            self._texts(reference, IssuerAssignedID=number)
            issued = add(reference, "ram:FormattedIssueDateTime")
            add(issued, "qdt:DateTimeString", f"{day:%Y%m%d}", format="102")

    def _group(self, parent: Node, group: VatGroup) -> None:
        tax, reason = self.xml.add(parent, "ram:ApplicableTradeTax"), reason_of(group)
        self._amounts(tax, CalculatedAmount=group.tax)
        self._texts(tax, TypeCode="VAT", ExemptionReason=reason.text if reason else "")
        self._amounts(tax, BasisAmount=group.net)
        self._texts(
            tax,
            CategoryCode=group.category,
            ExemptionReasonCode=reason.code if reason else "",
            RateApplicablePercent="" if group.category == OUTSIDE else plain(group.percent),
        )

    def _line(self, trade: Node, one: Line) -> None:
        add, unit = self.xml.add, unece(one.unit)
        line = add(trade, "ram:IncludedSupplyChainTradeLineItem")
        document = add(line, "ram:AssociatedDocumentLineDocument")
        self._texts(document, LineID=str(one.number))
        if one.note:
            self._texts(add(document, "ram:IncludedNote"), Content=one.note)
        self._texts(add(line, "ram:SpecifiedTradeProduct"), Name=one.text)
        price = add(add(line, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
        self._amounts(price, ChargeAmount=one.price)
        add(price, "ram:BasisQuantity", plain(one.base), unitCode=unit)
        delivery = add(line, "ram:SpecifiedLineTradeDelivery")
        add(delivery, "ram:BilledQuantity", plain(one.quantity), unitCode=unit)
        settlement = add(line, "ram:SpecifiedLineTradeSettlement")
        tax = add(settlement, "ram:ApplicableTradeTax")
        self._texts(
            tax,
            TypeCode="VAT",
            CategoryCode=one.category,
            RateApplicablePercent="" if one.category == OUTSIDE else plain(one.percent),
        )
        period = add(settlement, "ram:BillingSpecifiedPeriod")
        self._day(period, "StartDateTime", one.start)
        self._day(period, "EndDateTime", one.end)
        sums = add(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
        self._amounts(sums, LineTotalAmount=one.amount)
