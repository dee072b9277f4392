"""`mains doctor`: what is wrong, and how to mend it."""

from dataclasses import asdict

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import data_dir
from mains.embedded import checks


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def doctor(port: int, as_json: bool) -> None:
    """Look at everything that Mains needs on this machine.

    \b
    Example: mains doctor
    """
    found = checks(data_dir=data_dir(), wanted_ports={"web": port})
    if as_json:
        show([asdict(check) for check in found], as_json=True)
    else:
        for check in found:
            mark = (
                "[green]ok[/]  "
                if check.ok
                else "[yellow]–[/]   "
                if check.optional
                else "[red]no[/]  "
            )
            say(f"{mark}{check.name}: {check.found}")
            if not check.ok:
                say(f"      {check.fix}")
    if any(not check.ok and not check.optional for check in found):
        raise CommandFailed(
            "Something that Mains needs is missing.", "The lines above say what to do."
        )
