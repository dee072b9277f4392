"""`mains import KIND FILE`: files of meter data, and taking one back."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready

if TYPE_CHECKING:
    from mains.metering.importing import Outcome
    from mains.metering.imports.profile import Profile
    from mains.tenancy.queries import TenantInfo

BY = "command_line"
_tenant = click.option("--tenant", "slug", required=True, help="Short name of the tenant.")
_json = click.option("--json", "as_json", is_flag=True)


@click.group("import")
def importing() -> None:
    """Take files of meter data and bank statements in, list the imports, undo one."""


def session(slug: str) -> "TenantInfo":
    django_ready()
    from mains.guard import context
    from mains.tenancy import queries

    try:
        tenant = queries.tenant(slug)
    except queries.UnknownTenant as error:
        raise CommandFailed(f"There is no tenant {slug}.", code=3) from error
    context.choose(slug)
    return tenant


def _profile(key: str) -> "Profile":
    from mains.metering.imports.profiles import PROFILES

    if key not in PROFILES:
        raise CommandFailed(
            f"There is no profile {key}.", "`mains import profiles` lists them.", code=3
        )
    return PROFILES[key]


@importing.command()
@_json
def profiles(as_json: bool) -> None:
    """List the formats that can be imported.

    \b
    Example: mains import profiles
    """
    from mains.metering.imports.profiles import PROFILES

    rows = [{"key": one.key, "title": one.title} for one in PROFILES.values()]
    if as_json:
        show(rows, as_json=True)
        return
    for row in rows:
        show(f"{row['key']:<16}{row['title']}", as_json=False)


@importing.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_tenant
@click.option("--profile", "key", required=True, help="Format; `mains import profiles` lists them.")
@click.option("--dry-run", is_flag=True, help="Do everything, keep nothing.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that were not taken are listed; beside the file if not said.",
)
@_json
def intervals(
    file: Path, slug: str, key: str, dry_run: bool, rejected: Path | None, as_json: bool
) -> None:
    """Import interval data, or readings of telegrams, from FILE.

    \b
    Examples:
      mains import intervals F5D_0237.0 --tenant balta --profile es-f5d --dry-run
      mains import intervals F5D_0237.0 --tenant balta --profile es-f5d
    """
    tenant = session(slug)
    profile = _profile(key)
    from mains.metering.importing import Arrival, import_file
    from mains.metering.imports.refusals import FileRefused
    from mains.metering.windows import window_for

    windows = {
        service.code: window_for(file=tenant.file, service=service.code)
        for service in tenant.file.services
    }
    arrival = Arrival(by=BY, now=tenant.now(), zone=tenant.zone, windows=windows)
    try:
        outcome = import_file(
            path=file, file_name=file.name, profile=profile, arrival=arrival, dry_run=dry_run
        )
    except FileRefused as refused:
        raise CommandFailed(
            f"{file.name} was not imported. {refused.trouble.reason}.",
            f"{refused.trouble.advice[0].upper()}{refused.trouble.advice[1:]}.",
            code=4,
        ) from refused
    if outcome.import_id is not None:
        from mains.journeys import period_use

        period_use.after_import(tenant=tenant, import_id=outcome.import_id)
    rejected = rejected or file.with_name(f"{file.name}.rejected.csv")
    _report(outcome, rejected, as_json=as_json, dry_run=dry_run)


@importing.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_tenant
@click.option("--index", required=True, help="Code of the index in the tenant file.")
@_json
def prices(file: Path, slug: str, index: str, as_json: bool) -> None:
    """Import the prices of an index from FILE: an instant with its offset and a price a line.

    \b
    Example: mains import prices omie.csv --tenant fiamma --index spot
    """
    tenant = session(slug)
    from mains.tariffs.indexes import store_prices
    from mains.tariffs.rules.price_file import PriceFileWrong, read_prices

    if index not in {one.code for one in tenant.file.indexes}:
        raise CommandFailed(f"The tenant file has no index {index}.", "Add it there first.", code=3)
    try:
        days = read_prices(file.read_text(encoding="utf-8-sig"), zone=tenant.zone)
    except (PriceFileWrong, UnicodeDecodeError) as wrong:
        raise CommandFailed(
            f"{file.name} was not imported: {wrong}.",
            "Write lines such as 2026-10-25T02:00:00+01:00;0.09512 and whole days.",
            code=4,
        ) from wrong
    stored = store_prices(index=index, days=days, by=BY, now=tenant.now())
    if as_json:
        show({"new_days": stored.new_days, "changed_days": stored.changed_days}, as_json=True)
    else:
        say(f"{stored.new_days} new days of prices, {stored.changed_days} changed.")


@importing.command()
@click.argument("import_id", type=int)
@_tenant
def undo(import_id: int, slug: str) -> None:
    """Take back all that import IMPORT_ID did.

    \b
    Example: mains import undo 7 --tenant balta
    """
    tenant = session(slug)
    from mains.metering import importing as actions
    from mains.metering.models import MeterImport

    try:
        entry = actions.undo(import_id=import_id, by=BY, now=tenant.now())
    except MeterImport.DoesNotExist as error:
        raise CommandFailed(
            f"There is no import {import_id}.", "`mains import list` lists them.", code=3
        ) from error
    except actions.NewerImports as error:
        first = error.import_ids[0]
        raise CommandFailed(
            f"Import {import_id} was not undone. {error}",
            f"Start with `mains import undo {first} --tenant {slug}`.",
            code=5,
        ) from error
    say(f"Import {entry.pk} is undone.")


@importing.command("list")
@_tenant
@_json
def listing(slug: str, as_json: bool) -> None:
    """List the latest imports with what came of them.

    \b
    Example: mains import list --tenant balta --json
    """
    session(slug)
    from dataclasses import asdict

    from mains.metering import interval_queries

    rows = [asdict(row) for row in interval_queries.imports()]
    if as_json:
        show(rows, as_json=True)
        return
    for row in rows:
        show(
            f"{row['id']}  {row['imported_at']:%Y-%m-%d %H:%M}  {row['profile']}  "
            f"{row['file_name']}  {row['state']}  {row['new_days']} new days  "
            f"{row['changed_days']} changed  {row['new_readings']} readings  "
            f"{row['refused_rows']} rows not taken",
            as_json=False,
        )


def _report(outcome: "Outcome", rejected: Path, *, as_json: bool, dry_run: bool) -> None:
    if outcome.refusals:
        from mains.metering.imports.refusals import write_list

        with rejected.open("w", newline="", encoding="utf-8") as file:
            write_list(outcome.refusals, file=file)
    if as_json:
        show(_summary(outcome, rejected, dry_run), as_json=True)
    elif outcome.again:
        say(f"Import {outcome.import_id} brought this file already; nothing was added.")
    else:
        would = "A dry run: nothing is kept. " if dry_run else f"Import {outcome.import_id}: "
        sums = ", ".join(f"{code} {total.normalize():f}" for code, total in outcome.totals.items())
        say(
            f"{would}{outcome.rows} rows, {outcome.intervals} intervals, {outcome.new_days} new "
            f"days, {outcome.changed_days} changed, {outcome.new_readings} new readings."
            + (f" Sums: {sums}." if sums else "")
        )
    if outcome.refusals:
        raise CommandFailed(
            f"{len(outcome.refusals)} rows were not taken; {rejected} says why.",
            "Correct them and import the file again; what is stored already is not added twice.",
            code=8,
        )


def _summary(outcome: "Outcome", rejected: Path, dry_run: bool) -> dict[str, Any]:
    return {
        "import_id": outcome.import_id,
        "again": outcome.again,
        "dry_run": dry_run,
        "rows": outcome.rows,
        "intervals": outcome.intervals,
        "new_days": outcome.new_days,
        "changed_days": outcome.changed_days,
        "new_readings": outcome.new_readings,
        "totals": {code: str(total) for code, total in outcome.totals.items()},
        "rejected": len(outcome.refusals),
        "rejected_file": str(rejected) if outcome.refusals else None,
    }
