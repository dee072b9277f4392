"""A utility with bills, its bank account, and statements written by hand."""

from datetime import timedelta

from tests.factories import utilities

from mains.customers.models import Company

NOW, TODAY = utilities.NOW, utilities.NOW.date()


class World:
    def __init__(self, name="aguaviva", *, count=4, reference_alone=False, **changed):
        self.utility = utilities.billed(name, count=count, **changed)
        file = self.utility.tenant.file
        if reference_alone:
            payments = file.payments.model_copy(update={"reference_alone": True})
            self.utility = utilities.Utility(
                utilities.configured(name, payments=payments), self.utility.run
            )
        self.tenant = self.utility.tenant
        self.company = Company.objects.order_by("pk")[0]
        self.bills = [
            bill
            for bill in self.utility.bills
            if bill.total_minor > 0 and bill.collection_date is None
        ]

    def take(self, content, *, profile="", currency="", by="staff:1", now=NOW):
        from mains.journeys import bank_desk

        upload = bank_desk.Upload(
            content if isinstance(content, bytes) else content.encode(),
            "statement", self.company.code, profile, currency,
        )  # fmt: skip
        name = bank_desk.receive(tenant=self.tenant, upload=upload, by=by, now=now)
        return bank_desk.find(name=name, now=now).note

    def owed(self, bill):
        from mains.payments import allocating

        return allocating.outstanding_minor(bill_ids=[bill.pk])[bill.pk]

    def ledger(self, kind, detail="main"):
        from mains.ledger import queries
        from mains.ledger.models import LedgerAccount

        key = f"{kind}:{self.company.code}:{detail}:{self.currency}"
        found = LedgerAccount.objects.filter(key=key).first()
        return queries.summed_minor(ledger_account_id=found.pk) if found else 0

    @property
    def currency(self):
        return self.tenant.file.locale.currency

    def deed(self, line, *, seen=None, by="staff:1", now=NOW):
        from mains.payments.bank import deeds

        line.refresh_from_db()
        if line.payment is not None:
            line.payment.refresh_from_db()
        return deeds.Deed(line.pk, deeds.stamp(line) if seen is None else seen, by, now, now.date())


def csv(*rows, currency="EUR"):
    """
    Return a CSV of the profile `signed_with_currency`: (amount, text, name, account).
    """
    head = "Date,Label,Currency,Amount,Partner Name,Bank Account\n"
    day = (TODAY - timedelta(days=1)).strftime("%m/%d/%Y")
    lines = []
    for amount, text, *payer in rows:
        name, iban = (*payer, "", "")[:2]
        written = f"{abs(amount) // 100}.{abs(amount) % 100:02d}"
        sign = "-" if amount < 0 else ""
        lines.append(f"{day},{text},{currency},{sign}{written},{name},{iban}\n")
    return head + "".join(lines)


def camt(lines, *, kind="53", account="", opening=None, closing=None, day=None, number="1"):
    """
    Return a camt.053 or .054 with entries: (reference, [(end to end id, minor, text), ...]).
    """
    day = day or TODAY - timedelta(days=1)
    message, node = {
        "53": ("BkToCstmrStmt", "Stmt"), "54": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]  # fmt: skip
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"<Amt Ccy='EUR'>{minor / 100:.2f}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, minor in (("OPBD", opening), ("CLBD", closing))
        if minor is not None
    )
    entries = "".join(_entry(reference, parts, day) for reference, parts in lines)
    iban = f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>" if account else ""
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.0{kind}.001.02"><{message}>'
        f"<{node}><Id>{number}</Id>{iban}{balances}{entries}</{node}></{message}></Document>"
    )


def _entry(reference, parts, day):
    total = sum(minor for _id, minor, _text in parts)
    sign = "CRDT" if total > 0 else "DBIT"
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>"
        f"<Amt Ccy='EUR'>{abs(minor) / 100:.2f}</Amt>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        for name, minor, text in parts
        if text is not None
    )
    inside = f"<NtryDtls>{details}</NtryDtls>" if details else ""
    return (
        f"<Ntry><Amt Ccy='EUR'>{abs(total) / 100:.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd>"
        f"<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef>{inside}</Ntry>"
    )
