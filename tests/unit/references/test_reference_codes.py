"""Codes for banking apps and scanners: their texts to the byte, and pictures that hold them."""

import re
from base64 import urlsafe_b64decode
from datetime import date

import pytest
import segno
from barcode.charsets import code128

from mains.core.money import Money
from mains.references import codes, epc, mnb, nbu
from mains.references.payable import Payable, Payee

SPAIN = Payee("aguaviva", "Aguaviva S.A.", "ES9121000418450200051332", "A58818501", {})
BILL = Payable("AV2026-000042", Money(4819, "EUR"), date(2026, 11, 20), "Factura", "C1")
UKRAINE = Payee(
    "teplo",
    "ТОВ «Дніпро Тепло»",
    "UA213223130000026007233566001",
    "32855961",
    {"nbu": {"prefix": "https://qr.bank.gov.ua/"}},
)
HUNGARY = Payee(
    "tavho",
    "Parázs Távhőszolgáltató Kft.",
    "HU42117730161111101800000000",
    "12892312",
    {"mnb": {"bic": "OTPVHUHBXXX", "purpose": "ENRG", "days_after_due": 0}},
)


class TestSepa:
    def test_its_text(self):
        assert epc.printed(BILL, SPAIN).code == (
            "BCD\n002\n1\nSCT\n\nAguaviva S.A.\nES9121000418450200051332\nEUR48.19\n\n"
            "RF03AV2026000042"
        )

    def test_a_national_reference_travels_in_the_form_of_iso_11649(self):
        national = SPAIN._replace(codes={"reference_731": {"prefix": ""}})

        assert epc.printed(BILL, national).code.endswith("\nRF89202600000428")

    @pytest.mark.parametrize(
        "name", ["ТОВ «Дніпро Тепло»", "Parázs Távhőszolgáltató", "SIA Balta Elektrība"]
    )
    def test_letters_that_latin_1_lacks(self, name):
        text = epc.printed(BILL, SPAIN._replace(name=name)).code

        assert text.split("\n")[2] == "1"  # UTF-8
        assert text.split("\n")[5] == name
        assert len(text.encode()) <= epc.MOST_BYTES

    def test_the_longest_name_fits(self):
        text = epc.printed(BILL, SPAIN._replace(name="Ő" * 200)).code

        assert len(text.encode()) <= epc.MOST_BYTES
        assert segno.make_qr(text, error="m", boost_error=False).version <= 13

    @pytest.mark.parametrize(
        ("payable", "payee"),
        [
            (BILL, SPAIN._replace(iban="")),
            (BILL, SPAIN._replace(codes={"epc": False})),
            (BILL._replace(amount=Money(4819, "HUF")), SPAIN),
        ],
    )
    def test_there_is_none(self, payable, payee):
        assert epc.printed(payable, payee) is None


class TestUkraine:
    def test_its_address(self):
        bill = BILL._replace(amount=Money(57_645, "UAH"), purpose="Рахунок DT2026-000042")

        address = nbu.printed(bill, UKRAINE).code

        assert address.startswith("https://qr.bank.gov.ua/QkNECjAwMgox")
        held = address.removeprefix("https://qr.bank.gov.ua/")
        assert urlsafe_b64decode(held + "=" * (-len(held) % 4)).decode() == (
            "BCD\n002\n1\nUCT\n\nТОВ «Дніпро Тепло»\nUA213223130000026007233566001\nUAH576.45\n"
            "32855961\n\n\nРахунок DT2026-000042\n"
        )

    def test_a_long_purpose_is_cut_until_it_fits(self):
        bill = BILL._replace(amount=Money(1, "UAH"), purpose="Ї" * 400)
        long = UKRAINE._replace(name="Д" * 70)

        assert len(nbu.printed(bill, long).code) <= nbu.MOST_BYTES

    def test_euro_have_none(self):
        assert nbu.printed(BILL, UKRAINE) is None


class TestHungary:
    def test_its_text(self):
        bill = BILL._replace(number="TH2026-000042", amount=Money(12_345, "HUF"), customer="U10042")

        assert mnb.printed(bill, HUNGARY).code == (
            "HCT\n001\n1\nOTPVHUHBXXX\nParázs Távhőszolgáltató Kft.\nHU42117730161111101800000000\n"
            "HUF12345\n20261120235959+1\nENRG\nFactura\n\n\nTH2026-000042\nU10042\n\n\n\n"
        )

    def test_in_summer_the_zone_is_another(self):
        bill = BILL._replace(amount=Money(1, "HUF"), due_date=date(2026, 7, 1))

        assert mnb.printed(bill, HUNGARY).code.split("\n")[7] == "20260701235959+2"

    def test_the_longest_fields_fit(self):
        bill = BILL._replace(amount=Money(10**9, "HUF"), purpose="Á" * 200, customer="U" * 80)
        text = mnb.printed(bill, HUNGARY._replace(name="Ő" * 200)).code

        assert len(text.encode()) <= mnb.MOST_BYTES
        assert segno.make_qr(text, error="m", boost_error=False).version <= 13

    def test_euro_have_none(self):
        assert mnb.printed(BILL, HUNGARY) is None


class TestPictures:
    def test_the_same_text_is_the_same_picture(self):
        assert codes.qr("RF03AV2026000042") == codes.qr("RF03AV2026000042")
        assert codes.qr("RF03AV2026000042") != codes.qr("RF03AV2026000043")

    def test_a_barcode_holds_its_digits_in_subset_c(self):
        digits = "9050722350466501202600000427120112600000048190"

        assert read_back(codes.gs1_128(digits).decode()) == digits

    def test_a_barcode_has_room_on_both_sides(self):
        drawn = codes.gs1_128("90507223504665012026000004298201126000000481")
        width = int(re.search(rb'viewBox="0 0 (\d+)', drawn)[1])
        bars = [(int(a), int(w)) for a, w in re.findall(rb"M(\d+) 0h(\d+)", drawn)]

        assert bars[0][0] == codes.QUIET
        assert sum(bars[-1]) == width - codes.QUIET


def read_back(svg: str) -> str:
    """
    Return the digits of a drawn barcode as a scanner reads them: start C, function 1, pairs.
    """
    bars = [(int(at), int(width)) for at, width in re.findall(r"M(\d+) 0h(\d+)", svg)]
    end = sum(bars[-1])
    modules = ["0"] * end
    for at, width in bars:
        modules[at : at + width] = "1" * width
    text = "".join(modules[codes.QUIET :])
    values = [code128.CODES.index(text[at : at + 11]) for at in range(0, len(text) - 13, 11)]
    start, function, *pairs, check = values
    weighted = [start, *(value * at for at, value in enumerate([function, *pairs], 1))]
    assert (start, function, check) == (105, 102, sum(weighted) % 103)
    return "".join(f"{pair:02d}" for pair in pairs)
