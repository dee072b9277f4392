"""`mains secrets …`: what seals the keys of gateways that owners typed in the console."""

import click

from mains.cli.output import CommandFailed, say
from mains.cli.processes import django_ready


@click.group()
def secrets() -> None:
    """Look after the keys of gateways that owners typed in the console."""


@secrets.command(name="seal-again")
def seal_again() -> None:
    """Seal every secret with the first key of MASTER_KEYS; again changes nothing that matters.

    Put the new key first and keep the earlier one behind it, restart, run this, then take the
    earlier one away and restart.

    \b
    Examples: mains secrets seal-again
              MASTER_KEYS="$NEW $OLD" mains secrets seal-again
    """
    django_ready()
    from mains.core.sealing import CannotOpen, NoMasterKey
    from mains.tenancy.secrets import seal_all_again

    try:
        count = seal_all_again()
    except NoMasterKey as error:
        raise CommandFailed("MASTER_KEYS is not set.", "Set it, new key first.", code=2) from error
    except CannotOpen as error:
        raise CommandFailed(
            f"No key opens the secret {error}; nothing was changed.",
            "Add the key it was sealed with behind the new one in MASTER_KEYS.",
            code=4,
        ) from error
    say(f"{count} secrets are sealed with the first key.")
