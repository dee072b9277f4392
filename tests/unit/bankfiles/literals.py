"""One file of each format, typed by hand, so that every reader is tried without samples."""

CAMT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>2026-041</Id>
<Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt>
 <CdtDbtInd>DBIT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">4.73</Amt>
 <CdtDbtInd>CRDT</CdtDbtInd></Bal>
<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries>
 <TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>152.92</Sum></TtlCdtNtries></TxsSummry>
<Ntry><Amt Ccy="EUR">109.73</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
 <BookgDt><Dt>2026-11-03</Dt></BookgDt><ValDt><Dt>2026-11-04</Dt></ValDt>
 <AcctSvcrRef>B77</AcctSvcrRef>
 <NtryDtls>
  <TxDtls><Refs><EndToEndId>AV2026-000042</EndToEndId></Refs><Amt Ccy="EUR">48.19</Amt>
   <RltdPties><Dbtr><Pty><Nm>Ana Ruiz</Nm></Pty></Dbtr>
    <DbtrAcct><Id><IBAN>ES7921000813610123456789</IBAN></Id></DbtrAcct></RltdPties>
   <RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
  <TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="EUR">61.54</Amt>
   <RmtInf><Ustrd>water bill</Ustrd></RmtInf></TxDtls>
 </NtryDtls></Ntry>
<Ntry><NtryRef>2</NtryRef><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
 <RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2026-11-03T10:00:00</DtTm></BookgDt>
 <NtryDtls><TxDtls><Refs><EndToEndId>DD-9</EndToEndId><MndtId>M-9</MndtId></Refs>
  <Amt Ccy="EUR">5.00</Amt>
  <RltdPties><Dbtr><Pty><Nm>Jon Gil</Nm></Pty></Dbtr><Cdtr><Pty><Nm>Aguas</Nm></Pty></Cdtr>
  </RltdPties>
  <RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">43.19</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
 <BookgDt><Dt>2026-11-04</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""

MT940 = """:20:STARTUMS
:25:12345678/1020304050
:28C:17/1
:60F:C261102EUR1000,00
:61:2611031103CR48,19NTRFNONREF//77001
:86:166?00GUTSCHRIFT?20EREF+AV2026-000042?21SVWZ+RF18539007547034?22 Wasser
?30COBADEFF?31DE89370400440532013000?32Jörg Weiß
:61:2611041103D5,00NMSCNONREF
:86:Gebühren
:62F:C261103EUR1043,19
:86:a word on the whole
-
""".encode()

OFX = b"""OFXHEADER:100
DATA:OFXSGML
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>2100<ACCTID>0200051332<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261105
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261103120000[+1:CET]<TRNAMT>48.19<FITID>F1
<NAME>Ana &amp; Jon<MEMO>AV2026-000042
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261104<TRNAMT>-5,00<FITID>F2<NAME>Fee
</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>43.19<DTASOF>20261105</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""

CSV = (
    "Día;Texto;Importe;Moneda\n03.11.2026;Recibo 42;1.048,19;EUR\n04.11.2026;Baja;-5;EUR\n".encode(
        "cp1252"
    )
)
