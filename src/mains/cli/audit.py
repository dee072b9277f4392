"""`mains audit …`: prove that nobody changed what was written down."""

from typing import Any

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready


@click.group()
def audit() -> None:
    """Check the record of who did what."""


@audit.command()
@click.option("--tenant", "slug", help="Short name of a tenant; `public` is the platform's own.")
@click.option("--all", "every", is_flag=True, help="The platform's own and every tenant's.")
@click.option("--json", "as_json", is_flag=True)
def verify(slug: str | None, every: bool, as_json: bool) -> None:
    """Recompute the chain and name every row that was edited, removed or added; exits 1 if any.

    \b
    Examples:
      mains audit verify --tenant balta
      mains audit verify --all --json
    """
    django_ready()
    from mains.guard.context import PUBLIC
    from mains.journeys import anchoring
    from mains.tenancy import queries

    if every == bool(slug):
        raise CommandFailed("Name one tenant or all.", "Add --tenant NAME or --all.", code=2)
    known = [PUBLIC, *queries.tenants(with_suspended=True)]
    if slug and slug not in known:
        raise CommandFailed(f"There is no tenant {slug}.", code=3)
    verdicts = {name: anchoring.verify(schema_name=name) for name in known if every or name == slug}
    rows: list[dict[str, Any]] = [
        {
            "tenant": name,
            "entries": verdict.entries,
            "problems": [
                {"from": found.number, "to": found.last, "kind": found.kind}
                for found in verdict.problems
            ],
        }
        for name, verdict in verdicts.items()
    ]
    show(rows if as_json else "\n".join(map(_line, rows)), as_json=as_json)
    if any(row["problems"] for row in rows):
        say("[bold red]Somebody changed the record.[/] Compare it with a backup.")
        raise click.exceptions.Exit(1)


def _line(row: dict[str, Any]) -> str:
    found = ", ".join(
        f"{problem['kind']} {problem['from']}"
        + (f"–{problem['to']}" if problem["to"] != problem["from"] else "")
        for problem in row["problems"]
    )
    return f"{row['tenant']}: {row['entries']} entries, {found or 'intact'}"
