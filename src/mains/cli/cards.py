"""`mains cards …`: cards for readings, printed for many accounts."""

from pathlib import Path
from typing import TextIO

import click

from mains.cli.output import CommandFailed, say
from mains.cli.processes import django_ready


@click.group()
def cards() -> None:
    """Print cards with which customers send their readings once."""


@cards.command(name="print")
@click.option("--tenant", "slug", required=True, help="Short name of the tenant.")
@click.option(
    "--accounts",
    type=click.File("r"),
    required=True,
    help="Account numbers, one a line; - reads them.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The PDF to write.",
)
def print_cards(slug: str, accounts: TextIO, out: Path) -> None:
    """Issue a card for each account and write them as PDF, 500 to a file.

    The card that an account had before opens nothing any more.

    \b
    Examples: mains cards print --tenant teplo --accounts unread.txt --out cards.pdf
              grep 1000 unread.txt | mains cards print --tenant teplo --accounts - --out cards.pdf
    """
    django_ready()
    from mains.customers import queries as customers
    from mains.guard import context
    from mains.journeys import reading_cards
    from mains.journeys.guest_readings import NothingToRead
    from mains.tenancy import queries

    try:
        tenant = queries.tenant(slug)
    except queries.UnknownTenant as error:
        raise CommandFailed(f"There is no tenant {slug}.", code=3) from error
    context.choose(slug)
    numbers = list(dict.fromkeys(accounts.read().split()))
    found = {number: customers.account_named(number=number) for number in numbers}
    unknown = [number for number, account in found.items() if account is None]
    if unknown or not numbers:
        raise CommandFailed(
            f"{len(unknown)} of {len(numbers)} numbers fit no account: {', '.join(unknown[:5])}.",
            "Nothing was made. Take them out and run it again.",
            code=4,
        )
    ids = [account.pk for account in found.values() if account is not None]
    files = range(0, len(ids), reading_cards.MOST)
    for part, first in enumerate(files, start=1):
        name = out if len(files) == 1 else out.with_stem(f"{out.stem}-{part}")
        try:
            pdf, left = reading_cards.print_for(
                tenant=tenant,
                account_ids=ids[first : first + reading_cards.MOST],
                actor="cli",
                now=tenant.now(),
            )
        except NothingToRead as error:
            raise CommandFailed(
                "No meter of these accounts is read without signing in.",
                "Set `guest_readings = true` for their service, or take them out.",
                code=4,
            ) from error
        name.write_bytes(pdf)
        without = f", {len(left)} accounts have no such meter" if left else ""
        say(f"{name}: {len(ids[first : first + reading_cards.MOST]) - len(left)} cards{without}")
