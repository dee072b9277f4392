"""The command line: data on stdout, words on stderr, `--json` for programs."""

import sys

import click

from mains.cli import (
    audit,
    banking,
    bench,
    bill,
    billrun,
    cards,
    doctor,
    einvoices,
    importing,
    run,
    schema,
    secrets,
    tenant,
)
from mains.cli.output import CommandFailed, say


class Commands(click.Group):
    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except CommandFailed as failure:
            say(f"[bold red]{failure.what}[/]")
            if failure.next_step:
                say(failure.next_step)
            sys.exit(failure.code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mains")
def main() -> None:
    """Mains: billing and customer service that utilities put under their own name."""


for command in (
    run.demo, run.up, tenant.tenant, bill.bill, billrun.billrun, cards.cards, importing.importing,
    audit.audit, einvoices.einvoices, bench.bench, doctor.doctor, schema.migrate, schema.schema,
    secrets.secrets,
):  # fmt: skip
    main.add_command(command)
importing.importing.add_command(banking.bank)
