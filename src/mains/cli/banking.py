"""`mains import bank FILE`: statements of a bank, and what came of their lines."""

from pathlib import Path
from typing import Any

import click

from mains.cli.importing import BY, session
from mains.cli.output import CommandFailed, say, show


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", "slug", required=True, help="Short name of the tenant.")
@click.option("--company", default="", help="Whose bank account it is, where there are several.")
@click.option("--profile", default="", help="How the columns of a CSV are written.")
@click.option("--currency", default="", help="Of files that name none; else they are refused.")
@click.option("--json", "as_json", is_flag=True)
def bank(file: Path, slug: str, company: str, profile: str, currency: str, as_json: bool) -> None:
    """Import a bank statement from FILE, and book what is certain.

    The same file again adds nothing. Profiles of CSV: signed, signed_with_currency, card, marked,
    two_columns, by_position, framed.

    \b
    Example: mains import bank november.xml --tenant aguaviva
    """
    tenant = session(slug)
    from mains.bankfiles.profiles import PROFILES
    from mains.console.bank import words
    from mains.customers.companies import all_companies
    from mains.journeys import bank_desk

    codes = [one.code for one in all_companies()]
    if profile and profile not in PROFILES:
        raise CommandFailed(
            f"There is no profile {profile}.", f"Choose one of {', '.join(PROFILES)}.", code=3
        )
    if company not in codes and (company or len(codes) > 1):
        raise CommandFailed(
            f"There is no company {company!r}.",
            f"Say --company with one of {', '.join(codes)}.",
            code=3,
        )
    upload = bank_desk.Upload(
        file.read_bytes(), file.name, company or codes[0], profile, currency.upper()
    )
    try:
        name = bank_desk.keep(upload=upload, by=BY, now=tenant.now())
    except bank_desk.TooBig as error:
        raise CommandFailed(
            f"{file.name} is larger than any statement.", "Download fewer days at once.", code=4
        ) from error
    bank_desk.work_on(tenant=tenant, name=name, now=tenant.now())
    file_read = bank_desk.find(name=name, now=tenant.now())
    note = file_read.note
    if note["step"] == bank_desk.Step.REFUSED:
        raise CommandFailed(
            f"{file.name} was not imported.", words.trouble(note["trouble"]), code=4
        )
    statements = bank_desk.statements(file=file_read, now=tenant.now())
    _report({**note["report"], "statements": statements}, as_json=as_json)


def _report(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show(report, as_json=True)
        return
    say(
        f"{report['lines']} lines: {report['new']} new, {report['known']} imported before, "
        f"{report['elsewhere']} told of in another file; {report['booked']} booked, "
        f"{report['new'] - report['booked']} to be placed by somebody."
    )
    for one in report["statements"]:
        if one["before"] is not None:
            say(f"A statement before {one['number'] or one['first']} is missing.")
        if one["missing"]:
            say(f"Lines of statement {one['number'] or one['first']} are missing.")
