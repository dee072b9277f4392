"""`mains einvoices …`: file bills with tax offices, take answers, check what was filed."""

from pathlib import Path
from typing import Any

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready


@click.group()
def einvoices() -> None:
    """File bills with tax offices and check what was filed."""


def _tenant(slug: str) -> Any:
    django_ready()
    from mains.tenancy import queries

    if slug not in queries.tenants(with_suspended=True):
        raise CommandFailed(f"There is no tenant {slug}.", code=3)
    return queries.tenant(slug)


@einvoices.command()
@click.option("--tenant", "slug", required=True)
@click.option("--json", "as_json", is_flag=True)
def file(slug: str, as_json: bool) -> None:
    """File every issued bill that waits for it; again files nothing twice.

    \b
    Example: mains einvoices file --tenant fiamma
    """
    tenant = _tenant(slug)
    from mains.einvoices import filing
    from mains.guard.context import inside

    with inside(slug):
        count = filing.file_waiting(tenant=tenant, now=tenant.now())
    show({"filed": count} if as_json else f"{count} filed", as_json=as_json)


@einvoices.command()
@click.option("--tenant", "slug", required=True)
@click.option("--json", "as_json", is_flag=True)
def check(slug: str, as_json: bool) -> None:
    """Look for filings that were removed, changed or moved; exits 1 if there are any.

    \b
    Example: mains einvoices check --tenant aguaviva
    """
    _tenant(slug)
    from mains.einvoices import queries
    from mains.guard.context import inside

    with inside(slug):
        found = queries.check()
    rows: list[dict[str, Any]] = [
        {
            "company": one.company,
            "kind": one.kind,
            "filings": one.count,
            "problems": [
                {"position": each.position, "kind": str(each.fault), "bill": each.bill}
                for each in one.findings
            ],
        }
        for one in found
    ]
    show(rows if as_json else "\n".join(map(_line, rows)) or "nothing filed", as_json=as_json)
    if any(row["problems"] for row in rows):
        say("[bold red]Filings are not what they were.[/] Compare them with a backup.")
        raise click.exceptions.Exit(1)


def _line(row: dict[str, Any]) -> str:
    found = ", ".join(f"{one['position']} {one['kind']}" for one in row["problems"])
    return f"{row['company']} {row['kind']}: {row['filings']} filings, {found or 'whole'}"


@einvoices.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--tenant", "slug", required=True)
def answer(files: tuple[Path, ...], slug: str) -> None:
    """Take notifications of the Italian exchange system; exits 4 if one was refused.

    \b
    Example: mains einvoices answer IT00743110157_00001_RC_001.xml --tenant fiamma
    """
    tenant = _tenant(slug)
    from mains.einvoices import actions
    from mains.einvoices.rules.sdi import NotForSenders, NoticeContradicts, NoticeUnreadable
    from mains.guard.context import inside

    refused = 0
    for path in files:
        try:
            with inside(slug):
                filing = actions.receive(
                    content=path.read_bytes(), actor="command", now=tenant.now()
                )
        except (actions.NoSuchFile, NoticeContradicts, NoticeUnreadable, NotForSenders) as error:
            say(f"[bold red]{path.name} was refused.[/] {error}")
            refused += 1
            continue
        show(f"{path.name}: {filing.name} {filing.state}", as_json=False)
    if refused:
        raise click.exceptions.Exit(4)
