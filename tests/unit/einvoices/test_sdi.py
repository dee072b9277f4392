"""What the exchange system sends is read safely, and nothing in it is looked up."""

import pytest

from mains.einvoices.rules.chain import Fault, Finding, Link, faults_of
from mains.einvoices.rules.sdi import (
    MOST_BYTES,
    NotForSenders,
    NoticeContradicts,
    NoticeUnreadable,
    read_notice,
    state_after,
)

RECEIPT = b"""<?xml version="1.0" encoding="UTF-8"?>
<types:RicevutaConsegna xmlns:types="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/x/v1.0">
  <IdentificativoSdI>4711</IdentificativoSdI>
  <NomeFile>IT00743110157_00001.xml</NomeFile>
  <MessageId>m1</MessageId>
</types:RicevutaConsegna>"""


def test_a_receipt_of_delivery():
    notice = read_notice(RECEIPT)
    assert (notice.kind, notice.sdi_id) == ("RC", "4711")
    assert (notice.file_name, notice.message_id) == ("IT00743110157_00001.xml", "m1")
    assert state_after("MADE", notice) == "DELIVERED"


def test_why_a_file_was_rejected():
    text = b"<Errore><Codice>00417</Codice><Descrizione>No tax id</Descrizione></Errore>"
    scarto = RECEIPT.replace(b"RicevutaConsegna", b"RicevutaScarto")
    notice = read_notice(scarto.replace(b"<MessageId>", text + b"<MessageId>"))
    assert (notice.kind, notice.text) == ("NS", "00417 No tax id")
    with pytest.raises(NoticeContradicts):
        state_after("DELIVERED", notice)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<Other/>",
        RECEIPT.replace(b"<MessageId>m1</MessageId>", b""),
        RECEIPT.replace(b"<types:R", b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><types:R')
        .replace(b"4711", b"&e;"),
        RECEIPT + b" " * MOST_BYTES,
    ],
    ids=["empty", "text", "other", "incomplete", "entities", "large"],
)  # fmt: skip
def test_anything_else_is_refused(content):
    with pytest.raises(NoticeUnreadable):
        read_notice(content)


def test_what_recipients_get_is_refused():
    with pytest.raises(NotForSenders):
        read_notice(RECEIPT.replace(b"RicevutaConsegna", b"MetadatiInvioFile"))


def chain(*hashes: str) -> list[Link]:
    before = ["", *hashes]
    return [
        Link(place, f"B{place}", before[place - 1], one, one) for place, one in enumerate(hashes, 1)
    ]


class TestChain:
    def test_that_is_whole_has_no_faults(self):
        assert faults_of(chain("A", "B", "C"), taken=3) == []
        assert faults_of([], taken=0) == []

    def test_misses_what_was_removed(self):
        whole = chain("A", "B", "C")
        assert faults_of(whole[:2], taken=3) == [Finding(3, Fault.REMOVED)]
        assert faults_of([whole[0], whole[2]], taken=3) == [
            Finding(2, Fault.REMOVED), Finding(3, Fault.BROKEN, "B3"),
        ]  # fmt: skip
        assert [one.position for one in faults_of([], taken=2)] == [1, 2]

    def test_finds_what_was_changed(self):
        one, two = chain("A", "B")
        assert faults_of([one, two._replace(computed="X")], taken=2) == [
            Finding(2, Fault.CHANGED, "B2")
        ]

    def test_of_deleted_facts_only_the_chain_is_looked_at(self):
        one, two = chain("A", "B")
        assert faults_of([one, two._replace(computed="")], taken=2) == []

    def test_files_that_are_not_chained_need_only_be_there(self):
        one, two = chain("A", "B")
        apart = [one, two._replace(previous_hash="")]
        assert faults_of(apart, taken=2, is_chained=False) == []
        assert faults_of(apart[1:], taken=2, is_chained=False) == [Finding(1, Fault.REMOVED)]
