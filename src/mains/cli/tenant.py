"""`mains tenant …`: open, apply, compare, export and check tenants."""

import difflib
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from mains.cli import proof
from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready


@click.group()
def tenant() -> None:
    """Open, configure and check tenants."""


def _load(path: Path):  # type: ignore[no-untyped-def]
    from mains.tenancy.tenantfile import TenantFileError, load

    try:
        return load(path)
    except TenantFileError as error:
        raise CommandFailed(
            str(error), f"Mend {path}, then run the command again.", code=4
        ) from error


@tenant.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--host", "hosts", multiple=True, help="Host name, instead of the file's.")
def create(path: Path, hosts: tuple[str, ...]) -> None:
    """Open a tenant from its file; again only publishes what changed.

    \b
    Example: mains tenant create tenants/balta.toml
    """
    django_ready()
    from mains.journeys.open_tenant import open_tenant
    from mains.tenancy.owner import OwnerLoginMissing

    file = _load(path)
    try:
        made = open_tenant(file=file, hosts=hosts, author="command line", now=datetime.now(UTC))
    except OwnerLoginMissing as error:
        raise CommandFailed(str(error), "Set OWNER_DATABASE_URL.", code=6) from error
    say(f"{file.slug} {'is open' if made else 'was open already; its configuration is published'}.")


@tenant.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--without-second-owner",
    metavar="REASON",
    default="",
    help="Publish changed payment details that two owners would have to want; say why.",
)
def apply(path: Path, without_second_owner: str) -> None:
    """Publish a tenant file as the tenant's configuration.

    \b
    Example: mains tenant apply tenants/balta.toml
    """
    django_ready()
    from mains.journeys import configure
    from mains.tariffs.actions import PublishedPricesChanged

    file = _load(path)
    _known(file.slug)
    try:
        version = configure.publish(
            file=file,
            author="command line",
            note=without_second_owner[:200],
            approved=bool(without_second_owner.strip()),
            now=datetime.now(UTC),
        )
    except configure.NeedsSecondOwner as error:
        raise CommandFailed(
            str(error),
            "Let an owner upload the file in the console, or give --without-second-owner a reason.",
            code=5,
        ) from error
    except PublishedPricesChanged as error:
        raise CommandFailed(str(error), code=5) from error
    except (configure.WeakPolicy, configure.WindowsContradict) as error:
        raise CommandFailed(str(error), f"Mend {path}, then run the command again.") from error
    say(f"{file.slug} is at version {version}.")


@tenant.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def diff(path: Path) -> None:
    """Show what applying a tenant file would change; exits 1 if anything.

    \b
    Example: mains tenant diff tenants/balta.toml
    """
    django_ready()
    file = _load(path)
    live = _pretty(_known(file.slug).file.model_dump(mode="json"))
    wanted = _pretty(file.model_dump(mode="json"))
    lines = list(difflib.unified_diff(live, wanted, "published", str(path), lineterm=""))
    if lines:
        show("\n".join(lines), as_json=False)
        raise click.exceptions.Exit(1)
    say("Nothing would change.")


@tenant.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True)
def export(slug: str, as_json: bool) -> None:
    """Print the published configuration as a tenant file.

    \b
    Example: mains tenant export balta > tenants/balta.toml
    """
    django_ready()
    from mains.tenancy.tenantfile.writing import to_toml

    file = _known(slug).file
    show(file.model_dump(mode="json") if as_json else to_toml(file).rstrip(), as_json=as_json)


@tenant.command()
@click.argument("path_or_slug")
@click.option("--json", "as_json", is_flag=True)
def check(path_or_slug: str, as_json: bool) -> None:
    """Check a tenant file, or what a tenant has published, and how easily its proofs are guessed.

    It also lists the records with which mail in the tenant's name passes as its own (SPF, DKIM,
    DMARC); they are not looked up.

    A tenant is measured on its own customers, a file by what is assumed of each fact; exits 4 if a
    policy is too weak and nobody waived it.

    \b
    Examples:
      mains tenant check tenants/balta.toml
      mains tenant check balta
    """
    path = Path(path_or_slug)
    if path.suffix == ".toml":
        file = _load(path)
        rows = proof.of_file(file)
    else:
        django_ready()
        file = _known(path_or_slug).file
        rows = proof.of_tenant(file)
    from mains.branding.themes import ThemeError, load_theme

    try:
        load_theme(name=file.brand.theme)
    except ThemeError as error:
        raise CommandFailed(f"brand.theme: {error}", code=4) from error
    weak = proof.complaints(file, rows)
    if as_json:
        policies = [proof.as_data(row) for row in rows]
        mail = [asdict(record) for record in _mail_records(file)]
        show(
            {"tenant": file.slug, "ok": not weak, "policies": policies, "mail": mail}, as_json=True
        )
    else:
        verdict = f"{file.slug}: {'too easy to guess' if weak else 'ok'}"
        mail_lines = [
            f"{one.name} {one.type} {one.value}  ({one.why})" for one in _mail_records(file)
        ]
        show("\n".join([*map(proof.as_text, rows), *mail_lines, verdict]), as_json=False)
    if weak:
        raise CommandFailed("\n".join(weak), "Change registration.policies as said above.", code=4)


def _mail_records(file):  # type: ignore[no-untyped-def]
    from mains.notifications.rules import alignment

    relay = urlsplit(os.environ.get("SMTP_URL", "")).hostname or "<host of SMTP_URL>"
    return alignment.records(sender=file.brand.sender, relay=relay)


def _known(slug: str):  # type: ignore[no-untyped-def]
    from mains.tenancy import queries

    try:
        return queries.tenant(slug)
    except queries.UnknownTenant as error:
        raise CommandFailed(
            f"There is no tenant {slug}.", "`mains tenant create FILE` opens one.", code=3
        ) from error


def _pretty(data: object) -> list[str]:
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True).splitlines()
