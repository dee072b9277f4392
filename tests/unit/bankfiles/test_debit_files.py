"""Files of direct debits: laid out as banks want them, the same for the same debits, or refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml import etree
from stdnum.eu import at_02
from tests.unit.bankfiles import samples

from mains.bankfiles.direct_debits import debits as rules
from mains.bankfiles.direct_debits.debits import (
    Amendment,
    Creditor,
    Debit,
    Instrument,
    Refusal,
    RefusedDebit,
    Sequence,
)
from mains.bankfiles.direct_debits.writing import Schema, batch_ids, write

CREDITOR_ID = f"ES{at_02.calc_check_digits('ES00ZZZA58818501')}ZZZA58818501"
AGUAS = Creditor("Aguas & Más S.A.", "ES91 2100 0418 4502 0005 1332", CREDITOR_ID)
FIRST = Debit(
    end_to_end_id="AV2026-000042",
    mandate_reference="AV/M-17",
    signed_date=date(2026, 1, 2),
    sequence=Sequence.RECURRENT,
    debtor_name="José Łukasz Ñandú",
    debtor_iban="DE89 3704 0044 0532 0130 00",
    amount_minor=4819,
    text="Factura № 42",
)
SECOND = replace(FIRST, end_to_end_id="AV2026-000043", amount_minor=5, sequence=Sequence.FIRST)
THIRD = replace(FIRST, end_to_end_id="AV2026-000044", amount_minor=100_000_00, text="")
ALL = [FIRST, SECOND, THIRD]
TUESDAY = date(2026, 11, 3)


def written(debits=ALL, **other) -> bytes:
    given = {
        "creditor": AGUAS,
        "collection_date": TUESDAY,
        "message_id": "RUN-7",
        "created_at": datetime(2026, 10, 1, 12, 0, tzinfo=UTC),
    }
    return write(debits, **{**given, **other})


def values(data: bytes, name: str) -> list[str]:
    return [node.text for node in etree.fromstring(data).iter(f"{{*}}{name}")]


@pytest.mark.parametrize("schema", Schema)
class TestAFile:
    def test_has_a_batch_for_each_sequence_and_sums(self, schema):
        data = written(schema=schema)

        assert values(data, "PmtInfId") == ["RUN-7-1", "RUN-7-2"]
        assert values(data, "SeqTp") == ["RCUR", "FRST"]
        assert values(data, "NbOfTxs") == ["3", "2", "1"]
        assert values(data, "CtrlSum") == ["100048.24", "100048.19", "0.05"]
        assert values(data, "EndToEndId") == ["AV2026-000042", "AV2026-000044", "AV2026-000043"]
        assert values(data, "IBAN")[0] == "ES9121000418450200051332"
        assert values(data, "ReqdColltnDt") == ["2026-11-03"] * 2
        assert set(values(data, "CreDtTm")) == {"2026-10-01T12:00:00+00:00"}

    def test_is_the_same_bytes_again(self, schema):
        assert written(schema=schema) == written(schema=schema)

    def test_has_the_characters_of_sepa(self, schema):
        data = written(schema=schema)
        assert set(values(data, "Nm")) == {"Aguas Mas S.A.", "Jose Lukasz Nandu"}
        assert values(data, "Ustrd") == ["Factura 42", "Factura 42"]

    def test_names_a_bank_where_it_is_known(self, schema):
        known = replace(AGUAS, bic="CAIXESBBXXX")
        tag = "BIC" if schema is Schema.V02 else "BICFI"
        assert values(written(schema=schema, creditor=known), tag) == ["CAIXESBBXXX"] * 2
        assert values(written(schema=schema), tag) == []

    @samples.needed
    @pytest.mark.parametrize(
        "amendment",
        [
            None,
            Amendment(mandate_reference="OLD-1"),
            Amendment(creditor_id=CREDITOR_ID, creditor_name="Agua Antigua & Cía"),
            Amendment(debtor_iban="ES9121000418450200051332"),
            Amendment(is_account_changed=True),
        ],
    )
    @pytest.mark.parametrize("bic", ["", "CAIXESBBXXX"])
    def test_keeps_the_schema(self, schema, amendment, bic):
        data = written(
            [replace(FIRST, amendment=amendment), SECOND, THIRD],
            schema=schema,
            creditor=replace(AGUAS, bic=bic),
            instrument=Instrument.B2B,
        )
        rules = etree.XMLSchema(etree.parse(samples.FOLDER / f"xsd/{schema.value}.xsd"))
        assert rules.validate(etree.fromstring(data)), rules.error_log
        assert values(data, "AmdmntInd") == (["true"] if amendment else [])

    @samples.needed
    def test_with_an_amount_of_three_decimals_would_not(self, schema):
        rules = etree.XMLSchema(etree.parse(samples.FOLDER / f"xsd/{schema.value}.xsd"))
        wrong = written(schema=schema).replace(b">48.19<", b">48.190001<")
        assert not rules.validate(etree.fromstring(wrong))


def test_an_amended_account_is_named_or_said_to_be_new():
    old = replace(FIRST, amendment=Amendment(debtor_iban="ES9121000418450200051332"))
    assert values(written([old]), "OrgnlDbtrAcct") == [None]
    assert "ES9121000418450200051332" in values(written([old]), "IBAN")[1:]
    new = replace(FIRST, amendment=Amendment(is_account_changed=True))
    assert "SMNDA" in values(written([new]), "Id")


def test_batches_are_known_by_their_debits():
    assert batch_ids(ALL, message_id="RUN-7") == {
        "AV2026-000042": "RUN-7-1", "AV2026-000043": "RUN-7-2", "AV2026-000044": "RUN-7-1",
    }  # fmt: skip


REFUSED = [
    ({"amount_minor": 0}, Refusal.AMOUNT),
    ({"amount_minor": -1}, Refusal.AMOUNT),
    ({"amount_minor": 100_000_000_000}, Refusal.AMOUNT),
    ({"currency": "HUF"}, Refusal.CURRENCY),
    ({"debtor_iban": "DE89370400440532013001"}, Refusal.IBAN),
    ({"mandate_reference": "M" * 36}, Refusal.MANDATE),
    ({"mandate_reference": "Ñ1"}, Refusal.MANDATE),
    ({"mandate_reference": ""}, Refusal.MANDATE),
    ({"mandate_reference": "/M"}, Refusal.MANDATE),
    ({"mandate_reference": "M//1"}, Refusal.MANDATE),
    ({"end_to_end_id": "AV_42"}, Refusal.REFERENCE),
    ({"end_to_end_id": "AV2026-000043"}, Refusal.TWICE),
    ({"debtor_name": " "}, Refusal.NAME),
    ({"signed_date": date(2026, 11, 4)}, Refusal.SIGNED),
    ({"amendment": Amendment(debtor_iban="DE1")}, Refusal.IBAN),
    ({"amendment": Amendment(creditor_id="ES1")}, Refusal.CREDITOR),
    ({"amendment": Amendment(mandate_reference="M_1")}, Refusal.MANDATE),
]


@pytest.mark.parametrize(("change", "refusal"), REFUSED)
def test_a_debit_that_no_bank_takes_is_refused(change, refusal):
    with pytest.raises(RefusedDebit) as error:
        written([replace(FIRST, **change), SECOND])
    assert error.value.refusal is refusal
    assert error.value.end_to_end_id == change.get("end_to_end_id", "AV2026-000042")


def test_without_the_check_forints_would_be_collected_as_cents(monkeypatch):
    monkeypatch.setattr(rules, "_objections", lambda *_: ())
    assert values(written([replace(FIRST, currency="HUF")]), "InstdAmt") == ["48.19"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"debits": []}, Refusal.NOTHING),
        ({"creditor": replace(AGUAS, iban="ES9121000418450200051333")}, Refusal.IBAN),
        ({"creditor": replace(AGUAS, creditor_id="ES00ZZZA58818501")}, Refusal.CREDITOR),
        ({"creditor": replace(AGUAS, bic="CAIXA")}, Refusal.BIC),
        ({"creditor": replace(AGUAS, name="")}, Refusal.NAME),
        ({"creditor": replace(AGUAS, name="№")}, Refusal.NAME),
        ({"collection_date": date(2026, 12, 25)}, Refusal.DATE),
        ({"collection_date": date(2026, 11, 7)}, Refusal.DATE),
        ({"message_id": "R" * 31}, Refusal.REFERENCE),
        ({"message_id": "RUN_7"}, Refusal.REFERENCE),
    ],
)
def test_a_file_that_no_bank_takes_is_refused(given, refusal):
    with pytest.raises(RefusedDebit) as error:
        written(**given)
    assert (error.value.refusal, error.value.end_to_end_id) == (refusal, "")
