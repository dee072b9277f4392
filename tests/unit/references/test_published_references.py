"""Published examples of references and codes, read from ../shared/data."""

import json
from base64 import urlsafe_b64decode
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum import iban, iso11649
from stdnum.exceptions import ValidationError

from mains.core.money import Money
from mains.references import cuaderno_57, mnb, nbu, pagopa, reference_731, rf
from mains.references.payable import Payable, Payee, WrongReference

PAYMENTS = Path(__file__).parents[4] / "shared/data/payments"
pytestmark = pytest.mark.skipif(
    not PAYMENTS.is_dir(), reason="needs ../shared/data: published examples, not part of Mains"
)


def vectors(name: str) -> dict:
    return json.loads((PAYMENTS / name).read_text(encoding="utf-8"))


def test_every_code_of_cuaderno_57():
    found = vectors("cuaderno57/vectors.json")["vectors"]
    assert len(found) == 3
    for vector in found:
        issuer, suffix = vector["issuer"], vector["suffix"]
        own = {"issuer": issuer, "suffix": suffix, "cpr": "90507", "days_after_due": 0}
        payee = Payee("one", "", "", "", {"cuaderno_57": own})
        cents = int(Decimal(vector["amount_eur"]) * 100)
        assert vector["check_digits"] == cuaderno_57.check_digits(
            issuer=issuer,
            suffix=suffix,
            reference=vector["reference"],
            identification=vector["identification"],
            amount_minor=cents,
        )
        read = cuaderno_57.read(vector["barcode_90507"], payee)
        assert (read.digits, read.amount_minor) == (vector["reference"], cents)


def test_every_reference_with_weights_7_3_1():
    found = vectors("ref731_vectors.json")["vectors"]
    assert len(found) == 2
    for vector in found:
        assert reference_731.check_digit(vector["base"]) == vector["check"]


def test_every_notice_of_pagopa():
    found = vectors("pagopa_vectors.json")
    assert len(found["computed"]) == 3
    for vector in found["computed"]:
        first = f"{vector['aux_digit']}{vector['segregation_or_application']}{vector['iuv_base']}"
        assert first + pagopa.check_digits(first) == vector["codice_avviso"]
    slip = found["bollettino_896"]["example"]
    assert pagopa.check_digits(slip["first16"]) == slip["check"]


def test_every_text_of_a_pagopa_code():
    found = vectors("pagopa_vectors.json")["third_party_strings"]
    read = {
        vector["qr"]: pagopa.scanned(vector["qr"]) is not None
        for vector in found
        if "parses" in vector
    }
    assert read == {vector["qr"]: vector["parses"] for vector in found if "parses" in vector}
    assert set(read.values()) == {True, False}


def test_every_creditor_reference_and_bank_account():
    found = vectors("id_vectors.json")
    payee = Payee("one", "", "", "", {})
    for text in found["valid"]["iso11649"]:
        assert iso11649.is_valid(text)
        assert rf.read(text, payee) is not None
    for text in found["invalid"]["iso11649"]:
        with pytest.raises(WrongReference):
            rf.read(text, payee)
    for text in found["valid"]["iban"]:
        assert iban.validate(text, check_country=False) == text
    for text in found["invalid"]["iban"]:
        with pytest.raises(ValidationError):
            iban.validate(text)


def test_the_code_of_the_national_bank_of_ukraine():
    found = vectors("nbu-qr/vectors.json")
    example = found["official_example_1_utility"]
    lines = ("BCD", "002", *example[2:])
    address = nbu.address(lines, prefix="https://bank.gov.ua/qr/")

    # The example ends with the purpose; the field behind it is empty.
    assert address.startswith(found["v002_url_starting_BCD"][:-2])
    begin = address.removeprefix("https://bank.gov.ua/qr/")
    assert urlsafe_b64decode(begin + "=" * (-len(begin) % 4)).decode().split("\n") == list(lines)


def test_the_code_of_the_national_bank_of_hungary():
    example = vectors("mnb_qr_vectors.json")["example_payload"].split("\n")
    payee = Payee(
        "one",
        example[4],
        example[5],
        "",
        {"mnb": {"bic": example[3], "purpose": example[8], "days_after_due": 0}},
    )
    payable = Payable(
        number=example[12],
        amount=Money(12_345, "HUF"),
        due_date=date(2026, 12, 15),
        purpose=example[9],
        customer=example[13],
    )

    assert mnb.printed(payable, payee).code.split("\n") == example


def test_every_instant_of_the_hungarian_code():
    found = vectors("mnb_qr_vectors.json")["third_party_date_vectors"]
    assert len(found) == 4
    for written, expected in found.items():
        at = datetime.fromisoformat(written.replace("...", "2020-05-18T10:11:23"))
        assert mnb.instant(at) == expected
