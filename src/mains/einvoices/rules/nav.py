"""NAV Online Számla 3.0: what the Hungarian tax office hears of every bill (InvoiceData).

Source: Online Invoice System 3.0 interface specification, National Tax and Customs Administration.
"""

from datetime import date, timedelta
from decimal import Decimal

from mains.einvoices.rules.amounts import plain, rounded
from mains.einvoices.rules.invoice import Invoice, Line, Party, VatGroup, shared_tax
from mains.einvoices.rules.problems import BuyerPlaceUnknown, NothingToReport, OfficeMissing
from mains.einvoices.rules.units import is_coded
from mains.einvoices.rules.writing import Document, Node

_OSA = "http://schemas.nav.gov.hu/OSA/3.0"
_NAMESPACES: dict[str | None, str] = {
    None: f"{_OSA}/data",
    "base": f"{_OSA}/base",
    "common": "http://schemas.nav.gov.hu/NTCA/1.0/common",
}
_UNITS = {"kWh": "KWH", "m3": "CUBIC_METER", "day": "DAY", "month": "MONTH", "sum": "PIECE"}
_MOST_DAYS = timedelta(days=60)
_TENTH = Decimal(1).scaleb(-10)


def nav(invoice: Invoice) -> bytes:
    """
    Return the data of a bill; of a credit note, as a storno that refers to its bill.

    Of private persons nothing is told, as the law wants it.

    :raises OfficeMissing: if the company told nothing for the office.
    :raises NothingToReport: if the bill comes to nothing at every rate.
    :raises BuyerPlaceUnknown: if a company's address has no street, post code and town.
    """
    if "nav" not in invoice.offices:
        raise OfficeMissing(office="nav")
    if not invoice.total and not any(group.net or group.tax for group in invoice.vat):
        raise NothingToReport
    return _Nav(invoice).written()


def delivery_date(*, end: date, issued: date, due: date) -> date:
    """
    Return the day of supply under periodic settlement (section 58 of the VAT act of 2007).

    It is the last day of the period; the day of issue where the bill is issued and due before that;
    the day it is due where that is later, at most sixty days after the period.
    """
    if issued <= end and due <= end:
        return issued
    return min(max(due, end), end + _MOST_DAYS)


class _Nav:
    def __init__(self, invoice: Invoice) -> None:
        self.invoice, self.terms = invoice, invoice.offices["nav"]
        self.sign = -1 if invoice.is_credit else 1
        self.xml = Document("InvoiceData", _NAMESPACES)

    def written(self) -> bytes:
        invoice, root, add = self.invoice, self.xml.root, self.xml.add
        self.xml.fill(
            root,
            invoiceNumber=invoice.number,
            invoiceIssueDate=invoice.issue_date.isoformat(),
            completenessIndicator="false",
        )
        main = add(add(root, "invoiceMain"), "invoice")
        if invoice.preceding:
            self.xml.fill(
                add(main, "invoiceReference"),
                originalInvoiceNumber=invoice.preceding[0],
                modifyWithoutMaster="false",
                modificationIndex="1",
            )
        head = add(main, "invoiceHead")
        self._supplier(head)
        self._customer(head)
        self._detail(head)
        lines = add(main, "invoiceLines")
        self.xml.fill(lines, mergedItemIndicator="false")
        for line, tax in zip(invoice.lines, shared_tax(invoice), strict=True):
            self._line(lines, line, tax)
        self._summary(main)
        return self.xml.as_bytes()

    def _based(self, parent: Node, **texts: str) -> None:
        for name, text in texts.items():
            if text:
                self.xml.add(parent, f"base:{name}", text)

    def _supplier(self, head: Node) -> None:
        seller = self.invoice.seller
        info = self.xml.add(head, "supplierInfo")
        self._based(
            self.xml.add(info, "supplierTaxNumber"),
            taxpayerId=seller.vat_id.removeprefix("HU"),
            vatCode=self.terms["vat_code"],
            countyCode=self.terms.get("county_code", ""),
        )
        self.xml.fill(info, supplierName=seller.name)
        self._address(info, "supplierAddress", seller)

    def _customer(self, head: Node) -> None:
        buyer = self.invoice.buyer
        info = self.xml.add(head, "customerInfo")
        if not buyer.is_organisation:
            self.xml.fill(info, customerVatStatus="PRIVATE_PERSON")
            return
        number = buyer.tax_id.removeprefix("HU").replace("-", "")
        is_taxable = number[:8].isdigit() and len(number) in {8, 11}
        self.xml.fill(info, customerVatStatus="DOMESTIC" if is_taxable else "OTHER")
        if is_taxable:
            data = self.xml.add(info, "customerVatData")
            self._based(
                self.xml.add(data, "customerTaxNumber"),
                taxpayerId=number[:8],
                vatCode=number[8:9],
                countyCode=number[9:11],
            )
        self.xml.fill(info, customerName=buyer.name)
        self._address(info, "customerAddress", buyer)

    def _address(self, parent: Node, name: str, party: Party) -> None:
        place = party.place
        if place is None:
            raise BuyerPlaceUnknown(address=party.address)
        self._based(
            self.xml.add(self.xml.add(parent, name), "base:simpleAddress"),
            countryCode=party.country,
            postalCode=place.post_code,
            city=place.city,
            additionalAddressDetail=place.street,
        )

    def _detail(self, head: Node) -> None:
        invoice = self.invoice
        delivered = delivery_date(end=invoice.end, issued=invoice.issue_date, due=invoice.due_date)
        self.xml.fill(
            self.xml.add(head, "invoiceDetail"),
            invoiceCategory="NORMAL",
            invoiceDeliveryDate=delivered.isoformat(),
            invoiceDeliveryPeriodStart=invoice.start.isoformat(),
            invoiceDeliveryPeriodEnd=invoice.end.isoformat(),
            periodicalSettlement="true",
            currencyCode=invoice.currency,
            exchangeRate="1",
            paymentMethod="OTHER" if invoice.is_collected else "TRANSFER",
            paymentDate=invoice.due_date.isoformat(),
            invoiceAppearance="ELECTRONIC" if invoice.is_electronic else "PAPER",
        )

    def _amounts(self, parent: Node, **amounts: Decimal) -> None:
        """
        Add amounts, each in forints once more; bills for this office are in nothing else.
        """
        for name, amount in amounts.items():
            for one in (name, f"{name}HUF"):
                self.xml.add(parent, one, plain(self.sign * amount))

    def _rate(self, parent: Node, name: str, of: Line | VatGroup) -> None:
        rate = self.xml.add(parent, name)
        if of.category == "AE":
            self.xml.fill(rate, vatDomesticReverseCharge="true")
        elif of.category in {"E", "O"}:
            kind = "vatExemption" if of.category == "E" else "vatOutOfScope"
            self.xml.fill(
                self.xml.add(rate, kind),
                case=self.terms["cases"].get(of.category, "UNKNOWN"),
                reason=self._reason(of.category),
            )
        else:
            self.xml.fill(rate, vatPercentage=plain(of.percent / 100))

    def _reason(self, category: str) -> str:
        reasons = {group.category: group.reason for group in self.invoice.vat}
        return reasons.get(category) or self.terms["cases"].get(category, "UNKNOWN")

    def _line(self, lines: Node, line: Line, tax: Decimal) -> None:
        add = self.xml.add
        node = add(lines, "line")
        self.xml.fill(node, lineNumber=str(line.number))
        if self.invoice.preceding:
            self.xml.fill(
                add(node, "lineModificationReference"),
                # A storno has the bill's lines once more: theirs are the numbers after it.
                lineNumberReference=str(len(self.invoice.lines) + line.number),
                lineOperation="CREATE",
            )
        unit = _UNITS.get(line.unit, "OWN" if line.unit else "PIECE")
        price = plain(rounded(line.price / line.base, _TENTH))
        self.xml.fill(
            node,
            lineExpressionIndicator="true",
            lineNatureIndicator="PRODUCT" if is_coded(line.unit) else "SERVICE",
            lineDescription=line.text[:512],
            quantity=plain(rounded(self.sign * line.quantity, _TENTH)),
            unitOfMeasure=unit,
            unitOfMeasureOwn=line.unit if unit == "OWN" else None,
            unitPrice=price,
            unitPriceHUF=price,
        )
        amounts = add(node, "lineAmountsNormal")
        self._amounts(add(amounts, "lineNetAmountData"), lineNetAmount=line.amount)
        self._rate(amounts, "lineVatRate", line)
        self._amounts(add(amounts, "lineVatData"), lineVatAmount=tax)
        self._amounts(add(amounts, "lineGrossAmountData"), lineGrossAmountNormal=line.amount + tax)

    def _summary(self, main: Node) -> None:
        invoice, add = self.invoice, self.xml.add
        summary = add(main, "invoiceSummary")
        normal = add(summary, "summaryNormal")
        for group in invoice.vat:
            part = add(normal, "summaryByVatRate")
            self._rate(part, "vatRate", group)
            self._amounts(add(part, "vatRateNetData"), vatRateNetAmount=group.net)
            self._amounts(add(part, "vatRateVatData"), vatRateVatAmount=group.tax)
            self._amounts(add(part, "vatRateGrossData"), vatRateGrossAmount=group.net + group.tax)
        self._amounts(normal, invoiceNetAmount=invoice.net, invoiceVatAmount=invoice.tax)
        self._amounts(add(summary, "summaryGrossData"), invoiceGrossAmount=invoice.total)
