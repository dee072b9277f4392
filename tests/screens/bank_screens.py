"""Bank lines for looking at: placed, open with and without proposals, and a refused file."""

from datetime import date, timedelta

from mains.tenancy import queries

PAYER = "LV97HABA0012345678910"


def statement(*rows: tuple[int, str, str, str], day: date) -> str:
    """
    Return a table of the profile `signed_with_currency`: minor units, text, payer, account.
    """
    head = "Date,Label,Currency,Amount,Partner Name,Bank Account\n"
    return head + "".join(
        f"{day:%m/%d/%Y},{text},EUR,{'-' if minor < 0 else ''}{abs(minor) // 100}."
        f"{abs(minor) % 100:02d},{payer},{iban}\n"
        for minor, text, payer, iban in rows
    )


def store(slug: str) -> dict[str, str]:
    """
    Import a statement of a provider's first company, and a file that is none.
    """
    from mains.billing.models import Bill
    from mains.customers.models import Company
    from mains.guard.context import inside
    from mains.journeys import bank_desk
    from mains.payments import queries as payments
    from mains.payments.models import BankLine

    tenant = queries.tenant(slug)
    now = tenant.now()
    today = tenant.date_of(now)
    with inside(slug):
        company = Company.objects.order_by("pk")[0]
        found = Bill.objects.filter(account__company=company, total_minor__gt=0)
        rows = payments.bills_with_ids(bill_ids=found.values_list("pk", flat=True), today=today)
        owed = [row for row in rows if row.outstanding.minor][:3]
        names = [Bill.objects.get(pk=row.id).account.customer.name for row in owed]
        content = statement(
            (owed[0].outstanding.minor, f"Rēķins {owed[0].reference}", names[0], PAYER),
            (owed[1].outstanding.minor, f"Par rēķinu {owed[1].number}", names[1], PAYER),
            (owed[1].outstanding.minor, "Paldies", "Pārsla Ozoliņa", ""),
            (owed[2].outstanding.minor + 500, f"{owed[2].number} ar uzviju", names[2], ""),
            (98_765, "Norēķins par karšu maksājumiem", "Karšu uzņēmums", ""),
            (-350, "Komisija par konta apkalpošanu", "", ""),
            day=today - timedelta(days=1),
        )
        ids = [
            bank_desk.receive(
                tenant=tenant,
                upload=bank_desk.Upload(
                    one.encode(), name, company.code, "signed_with_currency" if good else ""
                ),
                by="staff:1", now=now,
            )
            for one, name, good in ((content, "novembris.csv", 1), ("no statement", "x.txt", 0))
        ]  # fmt: skip
        line = BankLine.objects.filter(text__startswith="Par").order_by("-pk")[0]
    return {"bank_file": ids[0], "bank_bad": ids[1], "line": str(line.pk)}
