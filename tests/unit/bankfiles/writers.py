"""Files made from payments, for tests that need many: what a bank would send."""

from datetime import date
from typing import NamedTuple


class Paid(NamedTuple):
    """
    One payment: its day, its hundredths (below zero where money went out), and its text.
    """

    day: date
    cents: int
    text: str = ""
    reference: str = ""


def euros(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def camt(paid: list[Paid], kind: str = "053") -> bytes:
    message, report = {
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]
    entries = "".join(
        f'<Ntry><Amt Ccy="EUR">{euros(one.cents)}</Amt>'
        f"<CdtDbtInd>{'DBIT' if one.cents < 0 else 'CRDT'}</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{one.day}</Dt></BookgDt><AcctSvcrRef>{one.reference}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><RmtInf><Ustrd>{one.text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for one in paid
    )
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.02"><{message}><{report}>'
        f"<Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id></Acct>{entries}"
        f"</{report}></{message}></Document>"
    ).encode()


def mt940(paid: list[Paid]) -> bytes:
    lines = "".join(
        f":61:{one.day:%y%m%d%m%d}{'D' if one.cents < 0 else 'C'}"
        f"{euros(one.cents).replace('.', ',')}NTRFNONREF\n:86:{one.text or '?'}\n"
        for one in paid
    )
    # An opening balance, so that there is a currency; the last note is about the whole.
    return (
        f":20:S\n:25:1234\n:28C:1\n:60F:C260101EUR0,00\n{lines}"
        f":62F:C261231EUR0,00\n:86:{len(paid)} in all\n-\n"
    ).encode()


def csv(paid: list[Paid]) -> bytes:
    rows = "".join(
        f"{one.day},{'-' if one.cents < 0 else ''}{euros(one.cents)},{one.text}\n" for one in paid
    )
    return f"Date,Amount,Text\n{rows}".encode()


def norma43(accounts: list[list[Paid]]) -> bytes:
    records: list[str] = []
    for number, paid in enumerate(accounts, start=1):
        code = f"21000418{number:010d}"
        debits = [-one.cents for one in paid if one.cents < 0]
        credits = [one.cents for one in paid if one.cents >= 0]
        final = 1000 + sum(one.cents for one in paid)
        records.append(f"11{code}2601012612312{1000:014d}9783AGUAS DE PRUEBA")
        for one in paid:
            mark, day = 1 if one.cents < 0 else 2, f"{one.day:%y%m%d}"
            head = f"22    0418{day}{day}04016{mark}{abs(one.cents):014d}"
            records.append(f"{head}{0:010d}{0:012d}{one.reference:16}")
            if one.text:
                records.append(f"2301{one.text:38}{'':38}")
        mark = 0 if final == 0 else 1 if final < 0 else 2
        records.append(
            f"33{code}{len(debits):05d}{sum(debits):014d}{len(credits):05d}{sum(credits):014d}"
            f"{mark}{abs(final):014d}978"
        )
    records.append(f"88{'9' * 18}{len(records):06d}")
    return "\r\n".join(record.ljust(80) for record in records).encode("latin-1")


class Counter(NamedTuple):
    """
    One payment at a counter.
    """

    reference: str
    cents: int
    day: date = date(2026, 11, 3)
    is_cancelled: bool = False
    channel: int = 1
    identification: str = "201126"


def cuaderno57(suffixes: dict[str, list[Counter]]) -> bytes:
    def total(kind: str, suffix: str, count: int, paid: list[Counter]) -> str:
        cents = sum(-one.cents if one.is_cancelled else one.cents for one in paid)
        mark = "1" if cents < 0 else " "
        return (
            f"{kind}70{'':6}58818501{suffix:3} {count:06d}{'':8}{abs(cents):012d}{'':27}{mark}"
        ).ljust(100)

    records = [f"017057013 58818501{'':4}2100{'':10}041126".ljust(100)]
    for suffix, paid in suffixes.items():
        records.append(f"0270{'':6}58818501{suffix} 2100{'':10}041126".ljust(100))
        for one in paid:
            records.append(
                f"6070{'':6}58818501{suffix}{one.channel}21000418{one.day:%d%m%y}{one.cents:012d}"
                f"{one.identification}{'':21}{'1' if one.is_cancelled else ' '}{one.reference:13}"
                f"{'':11}"
            )
        records.append(total("80", suffix, len(paid) + 2, paid))
    everything = [one for paid in suffixes.values() for one in paid]
    records.append(total("90", "", len(records) + 1, everything))
    return "\r\n".join(records).encode("latin-1")
