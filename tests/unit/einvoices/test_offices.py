"""What tax offices get: FatturaPA, NAV and VeriFactu against their schemas, and word for word."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree
from tests.factories.bill_facts import facts_of_bill
from tests.factories.office_schemas import FOLDER, needs_folder, office_errors

from mains.billing.rules.agency_codes import agency_code
from mains.einvoices.rules.fatturapa import (
    NoFileNameLeft,
    fatturapa,
    file_name,
    latin,
    progressive_of,
)
from mains.einvoices.rules.invoice import invoice_of
from mains.einvoices.rules.nav import delivery_date, nav
from mains.einvoices.rules.problems import (
    BuyerPlaceUnknown,
    BuyerTaxIdMissing,
    NothingToReport,
    OfficeMissing,
)
from mains.einvoices.rules.verifactu import (
    Entry,
    Previous,
    Software,
    annulment,
    annulment_hash,
    joined_hash,
    record_hash,
    verifactu,
)

MANY = 1000
ENTRY = Entry(
    Previous("A58818501", "AV2026-000001", date(2026, 1, 2), "A" * 64),
    "2026-11-29T10:00:00+01:00",
    Software("Producer", "A58818501", "1", "0.1.0"),
)


def bill(seed: int, country: str):
    return invoice_of(facts_of_bill(seed, country=country))


def value(document: bytes, name: str) -> str | None:
    found = etree.fromstring(document).xpath(f"//*[local-name()='{name}']/text()")
    return found[0] if found else None


def values(document: bytes, name: str) -> list[str]:
    return etree.fromstring(document).xpath(f"//*[local-name()='{name}']/text()")


@needs_folder
@pytest.mark.seed("S1.11")
class TestSchemas:
    def test_a_thousand_files_for_the_exchange_system(self):
        for seed in range(MANY):
            document = fatturapa(bill(seed, "IT"), position=seed + 1)
            assert office_errors(document, office="fatturapa") == [], seed

    def test_a_thousand_reports_to_nav_but_those_of_nothing(self):
        refused = 0
        for seed in range(MANY):
            invoice = bill(seed, "HU")
            if not any(group.net or group.tax for group in invoice.vat):
                refused += 1
                with pytest.raises(NothingToReport):
                    nav(invoice)
                continue
            assert office_errors(nav(invoice), office="nav") == [], seed
        assert MANY // 10 <= refused < MANY // 5

    def test_a_thousand_records_for_the_spanish_agency(self):
        for seed in range(MANY):
            for made in (verifactu, annulment):
                document = made(bill(seed, "ES"), entry=ENTRY)
                assert office_errors(document, office="verifactu") == [], seed

    @pytest.mark.parametrize(
        ("office", "country", "path"),
        [
            ("fatturapa", "IT", "CedentePrestatore"),
            ("nav", "HU", "supplierInfo"),
            ("verifactu", "ES", "Huella"),
        ],
    )
    def test_the_schemas_find_what_is_missing(self, office, country, path):
        made = {
            "fatturapa": lambda one: fatturapa(one, position=1),
            "nav": nav,
            "verifactu": lambda one: verifactu(one, entry=ENTRY),
        }
        root = etree.fromstring(made[office](bill(1, country)))
        (node, *_others) = root.xpath(f"//*[local-name()='{path}']")
        node.getparent().remove(node)
        assert office_errors(etree.tostring(root), office=office)

    def test_the_samples_of_the_offices_hold(self):
        folders = {"fatturapa": "fatturapa/valid", "nav": "nav-hu/samples"}
        for office, name in folders.items():
            samples = sorted((FOLDER / name).glob("*.xml"))
            assert samples
            for sample in samples:
                errors = office_errors(sample.read_bytes(), office=office)
                # Some samples have a blank after a day, which a date cannot have.
                assert [error for error in errors if " ' is not" not in error] == [], sample.name

    def test_a_sample_without_its_seller_does_not(self):
        sample = FOLDER / "fatturapa" / "invalid" / "missing_CedentePrestatore.xml"
        assert office_errors(sample.read_bytes(), office="fatturapa")

    def test_the_agencys_own_hashes(self):
        vectors = json.loads((FOLDER / "verifactu" / "hash_vectors.json").read_text())["vectors"]
        assert vectors
        for one in vectors:
            fields = dict(part.split("=", 1) for part in one["input"].split("&"))
            assert joined_hash(fields) == one["huella"]


class TestFatturaPA:
    def test_a_bill_of_a_person(self):
        facts = facts_of_bill(21, country="IT")
        facts["customer"] |= {"kind": "PERSON", "tax_id": "RSSMRA05A01F205K", "name": "Łukasz Ő"}
        facts["collection_date"] = "2026-10-20"
        document = fatturapa(invoice_of(facts), position=37)
        assert value(document, "ProgressivoInvio") == "00011"
        assert value(document, "CodiceDestinatario") == "0000000"
        assert value(document, "FormatoTrasmissione") == "FPR12"
        assert value(document, "TipoDocumento") == "TD01"
        assert value(document, "CodiceFiscale") == "RSSMRA05A01F205K"
        assert values(document, "Denominazione") == ["Utility & Sons <Ltd>", "?ukasz O"]
        assert value(document, "ModalitaPagamento") == "MP19"
        assert value(document, "ImportoTotaleDocumento") == facts["total"]

    def test_a_credit_note_names_its_bill_and_is_above_zero(self):
        facts = facts_of_bill(120, country="IT")
        document = fatturapa(invoice_of(facts), position=1)
        assert value(document, "TipoDocumento") == "TD04"
        assert value(document, "IdDocumento") == "T2026-000120"
        assert Decimal(value(document, "ImportoTotaleDocumento") or "") == -Decimal(facts["total"])
        assert values(document, "DatiPagamento") == []

    def test_of_a_bill_in_the_customers_favour_nothing_is_to_be_paid(self):
        document = fatturapa(bill(7, "IT"), position=1)
        assert Decimal(value(document, "ImportoTotaleDocumento") or "") < 0
        assert values(document, "CondizioniPagamento") == []
        assert values(fatturapa(bill(10, "IT"), position=1), "CondizioniPagamento") == ["TP02"]

    @pytest.mark.parametrize(("seed", "natura"), [(2, "N6.8"), (3, "N4"), (4, "N3.6"), (5, "N2.2")])
    def test_says_why_no_tax_is_charged(self, seed, natura):
        document = fatturapa(bill(seed, "IT"), position=1)
        assert set(values(document, "Natura")) == {natura}
        assert values(document, "RiferimentoNormativo")

    def test_every_line_multiplies(self):
        for seed in range(300):
            root = etree.fromstring(fatturapa(bill(seed, "IT"), position=1))
            for line in root.iter("DettaglioLinee"):
                price = Decimal(line.findtext("PrezzoUnitario") or "")
                quantity = Decimal(line.findtext("Quantita") or "1")
                total = Decimal(line.findtext("PrezzoTotale") or "")
                assert abs(price * quantity - total) <= Decimal("0.01")

    def test_refuses_without_number_place_or_office(self):
        facts = facts_of_bill(1, country="IT")
        facts["customer"] |= {"tax_id": "12"}
        with pytest.raises(BuyerTaxIdMissing):
            fatturapa(invoice_of(facts), position=1)
        facts = facts_of_bill(1, country="IT")
        facts["customer"]["address"] = facts["contracts"][0]["address"] = "somewhere"
        with pytest.raises(BuyerPlaceUnknown):
            fatturapa(invoice_of(facts), position=1)
        with pytest.raises(OfficeMissing):
            fatturapa(bill(1, "LV"), position=1)

    @pytest.mark.parametrize(
        ("address", "code", "mailbox"),
        [
            ("", "0000000", None),
            ("abcdef7", "ABCDEF7", None),
            ("a.b@pec.example", "0000000", "a.b@pec.example"),
            ("nonsense at all", "0000000", None),
        ],
    )
    def test_goes_where_the_recipient_takes_it(self, address, code, mailbox):
        facts = facts_of_bill(0, country="IT")
        facts["customer"]["einvoice_address"] = address
        document = fatturapa(invoice_of(facts), position=1)
        assert value(document, "CodiceDestinatario") == code
        assert value(document, "PECDestinatario") == mailbox
        if FOLDER.is_dir():
            assert office_errors(document, office="fatturapa") == []

    def test_names_files_by_the_sequence(self):
        invoice = bill(1, "IT")
        assert file_name(invoice, position=1) == "IT00743110157_00001.xml"
        assert file_name(invoice, position=36) == "IT00743110157_00010.xml"
        names = {progressive_of(position) for position in range(1, 5000)}
        assert len(names) == 4999
        assert all(re.fullmatch("[0-9A-Z]{5}", name) for name in names)
        assert progressive_of(36**5 - 1) == "ZZZZZ"
        for position in (0, 36**5):
            with pytest.raises(NoFileNameLeft):
                progressive_of(position)

    def test_writes_latin_letters_only(self):
        assert latin("Café  Őrség\nŁódź – 5 €", 99) == "Café Orség ?ódz ? 5 ?"
        assert latin("x" * 99, 10) == "x" * 10


class TestNav:
    def test_a_bill_of_a_person_says_nothing_of_the_person(self):
        facts = facts_of_bill(1, country="HU")
        facts["customer"] |= {"kind": "PERSON", "name": "Kovács Anna", "tax_id": "8123456789"}
        document = nav(invoice_of(facts))
        assert value(document, "customerVatStatus") == "PRIVATE_PERSON"
        assert "Kovács" not in document.decode()
        assert b"8123456789" not in document
        assert value(document, "periodicalSettlement") == "true"
        assert value(document, "taxpayerId") == "12892312"

    def test_a_company_is_named_with_its_number(self):
        facts = facts_of_bill(2, country="HU")
        facts["customer"]["tax_id"] = "12892312-2-16"
        document = nav(invoice_of(facts))
        assert value(document, "customerVatStatus") == "DOMESTIC"
        assert value(document, "customerName") == "Acme S.A."
        assert values(document, "countyCode") == ["16", "16"]
        assert value(document, "vatDomesticReverseCharge") == "true"

    def test_a_storno_refers_to_its_bill_and_is_below_zero(self):
        facts = facts_of_bill(120, country="HU")
        document = nav(invoice_of(facts))
        assert value(document, "originalInvoiceNumber") == "T2026-000120"
        count = len(facts["lines"])
        references = values(document, "lineNumberReference")
        assert references == [str(count + number) for number in range(1, count + 1)]
        assert value(document, "invoiceGrossAmount") == facts["total"]
        assert set(values(document, "lineOperation")) == {"CREATE"}

    def test_a_bill_has_no_reference(self):
        document = nav(bill(0, "HU"))
        assert values(document, "originalInvoiceNumber") == []
        assert values(document, "lineNumberReference") == []

    def test_nothing_is_not_reported(self):
        with pytest.raises(NothingToReport):
            nav(bill(8, "HU"))

    @pytest.mark.parametrize(
        ("issued", "due", "expected"),
        [
            (date(2026, 9, 20), date(2026, 9, 28), date(2026, 9, 20)),
            (date(2026, 10, 2), date(2026, 10, 22), date(2026, 10, 22)),
            (date(2026, 9, 20), date(2026, 10, 5), date(2026, 10, 5)),
            (date(2026, 12, 1), date(2026, 12, 31), date(2026, 11, 29)),
        ],
    )
    def test_the_day_of_supply(self, issued, due, expected):
        assert delivery_date(end=date(2026, 9, 30), issued=issued, due=due) == expected


class TestVeriFactu:
    def test_the_hash_of_the_agencys_first_example(self):
        fields = {
            "IDEmisorFactura": "89890001K", "NumSerieFactura": "12345678/G33",
            "FechaExpedicionFactura": "01-01-2024", "TipoFactura": "F1", "CuotaTotal": "12.35",
            "ImporteTotal": "123.45", "Huella": "",
            "FechaHoraHusoGenRegistro": "2024-01-01T19:20:30+01:00",
        }  # fmt: skip
        expected = "3C464DAF61ACB827C65FDA19F352A4E3BDC2C640E9E9FC4CC058073F38F12F60"
        assert joined_hash(fields) == expected
        assert joined_hash({**fields, "ImporteTotal": "123.46"}) != expected

    def test_a_record_carries_the_hash_that_it_is_checked_by(self):
        invoice = bill(1, "ES")
        document = verifactu(invoice, entry=ENTRY)
        hashes = values(document, "Huella")
        assert hashes == [
            "A" * 64,
            record_hash(invoice, previous_hash="A" * 64, generated_at=ENTRY.generated_at),
        ]
        first = verifactu(invoice, entry=ENTRY._replace(previous=None))
        assert value(first, "PrimerRegistro") == "S"
        assert values(first, "Huella") != hashes

    def test_an_annulment_has_a_hash_of_its_own(self):
        invoice = bill(1, "ES")
        asked = {"previous_hash": "", "generated_at": ENTRY.generated_at}
        assert annulment_hash(invoice, **asked) != record_hash(invoice, **asked)
        assert value(annulment(invoice, entry=ENTRY), "NumSerieFacturaAnulada") == invoice.number

    @pytest.mark.parametrize(
        ("seed", "number", "kind"),
        [(1, "00300050S", "F1"), (1, "", "F2"), (120, "00300050S", "R1"), (120, "", "R5")],
    )
    def test_the_kind_follows_from_the_recipient(self, seed, number, kind):
        facts = facts_of_bill(seed, country="ES")
        facts["customer"] |= {"kind": "PERSON", "tax_id": number}
        document = verifactu(invoice_of(facts), entry=ENTRY)
        assert value(document, "TipoFactura") == kind
        assert bool(values(document, "NIF")[:-1]) is bool(number)

    def test_a_company_without_number_is_refused(self):
        facts = facts_of_bill(2, country="ES")
        facts["customer"]["tax_id"] = "1"
        with pytest.raises(BuyerTaxIdMissing):
            verifactu(invoice_of(facts), entry=ENTRY)

    def test_the_code_on_the_bill_leads_to_the_agency(self):
        facts = facts_of_bill(0, country="ES")
        facts["number"] = "AV 2026/1&2"
        total = Decimal(facts["total"])
        assert agency_code(facts) == (
            "https://prewww2.aeat.es/wlpl/TIKE-CONT/ValidarQR?nif=A58818501"
            f"&numserie=AV+2026%2F1%262&fecha=02-10-2026&importe={total:.2f}"
        )
        assert agency_code(facts_of_bill(0)) is None
        assert agency_code({"number": "1"}) is None
