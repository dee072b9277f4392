"""`mains billrun hold|release|pause|resume|cancel`: what keeps bills from being issued."""

import click

from mains.cli.output import CommandFailed, say
from mains.cli.runs import explained, find, run_argument, session, tenant_option

# Under what the command line's deeds are remembered.
ACTOR = "command_line"

_bucket = click.option("--bucket", default="", help="All accounts of a bucket.")
_accounts = click.option("--account", "numbers", multiple=True, help="Number of an account.")


@click.command()
@tenant_option
@run_argument
@_bucket
@_accounts
@click.option("--reason", required=True, help="Why; colleagues read it.")
def hold(slug: str, run_id: int, bucket: str, numbers: tuple[str, ...], reason: str) -> None:
    """Hold accounts of a rehearsed run back.

    \b
    Example: mains billrun hold --tenant balta 7 --bucket price --reason "Wrong list"
    """
    tenant = session(slug)
    from mains.billing.runs import holding

    find(run_id)
    with explained(run_id):
        count = holding.hold(
            run_id=run_id,
            selection=_selection(bucket, numbers),
            reason=reason,
            actor=ACTOR,
            now=tenant.now(),
        )
    say(f"{count} accounts are held back.")


@click.command()
@tenant_option
@run_argument
@_bucket
@_accounts
def release(slug: str, run_id: int, bucket: str, numbers: tuple[str, ...]) -> None:
    """Release held accounts of a rehearsed run.

    \b
    Example: mains billrun release --tenant balta 7 --account 10000042
    """
    tenant = session(slug)
    from mains.billing.runs import holding

    find(run_id)
    with explained(run_id):
        count = holding.release(
            run_id=run_id, selection=_selection(bucket, numbers), actor=ACTOR, now=tenant.now()
        )
    say(f"{count} accounts are released.")


def _selection(bucket: str, numbers: tuple[str, ...]):  # type: ignore[no-untyped-def]
    from mains.billing.runs.holding import Selection
    from mains.customers import queries as customers

    if bool(bucket) == bool(numbers):
        raise CommandFailed("Name either --bucket or --account.", code=2)
    found = {number: customers.account_named(number=number) for number in numbers}
    unknown = [number for number, account in found.items() if account is None]
    if unknown:
        raise CommandFailed(f"There is no account {', '.join(unknown)}.", code=3)
    return Selection(bucket, frozenset(account.pk for account in found.values() if account))


def _step(name: str, told: str, text: str) -> click.Command:
    """
    Make the command of a step that takes nothing but the run.
    """

    def command(slug: str, run_id: int) -> None:
        tenant = session(slug)
        from mains.billing.runs import pausing

        find(run_id)
        with explained(run_id):
            getattr(pausing, name)(run_id=run_id, actor=ACTOR, now=tenant.now())
        say(f"Run {run_id} {told}.")

    command.__doc__ = f"{text}\n\n\b\nExample: mains billrun {name} --tenant balta 7"
    return click.command(name)(tenant_option(run_argument(command)))


COMMANDS = (
    hold,
    release,
    _step("pause", "is paused", "Let workers stop after the part that they are at."),
    _step("resume", "goes on", "Let a worker go on with a paused run."),
    _step("cancel", "is cancelled", "Cancel a run of which nothing is issued; it frees its days."),
)
