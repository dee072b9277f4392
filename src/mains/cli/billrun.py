"""`mains billrun …`: the same steps as in the console."""

import click

from mains.cli import billrun_holding
from mains.cli.billrun_numbers import numbers
from mains.cli.billrun_settling import settle
from mains.cli.output import CommandFailed, say, show
from mains.cli.runs import (
    explained,
    find,
    json_option,
    line_of,
    plain,
    run_argument,
    session,
    shown,
    tenant_option,
)


@click.group()
def billrun() -> None:
    """Rehearse, approve, issue and follow bill runs."""


billrun.add_command(numbers)
billrun.add_command(settle)


@billrun.command()
@tenant_option
@click.option("--company", help="Code of the company whose last period is rehearsed.")
@click.option("--run", "run_id", type=int, help="A run to rehearse again, or what remains of it.")
@json_option
def rehearse(slug: str, company: str | None, run_id: int | None, as_json: bool) -> None:
    """Rate the period that ended last, without issuing anything; or a run once more.

    \b
    Examples:
      mains billrun rehearse --tenant balta --company balta
      mains billrun rehearse --tenant balta --run 7
    """
    if (company is None) == (run_id is None):
        raise CommandFailed("Name either --company or --run.", code=2)
    tenant = session(slug)
    from mains.journeys import bill_run

    run = _again(tenant, run_id) if run_id is not None else _started(tenant, slug, str(company))
    run = bill_run.rehearse(tenant=tenant, run=run)
    say(f"Run {run.pk} is {run.stage}.")
    shown(run.pk, as_json=as_json)


def _started(tenant, slug: str, company: str):  # type: ignore[no-untyped-def]
    from mains.customers.companies import all_companies
    from mains.journeys import bill_run

    found = next((row for row in all_companies() if row.code == company), None)
    if found is None:
        raise CommandFailed(f"{slug} has no company {company}.", code=3)
    now = tenant.now()
    try:
        return bill_run.start(
            tenant=tenant,
            company=found,
            period=bill_run.period_before(tenant=tenant, today=tenant.date_of(now)),
            started_by="command line",
            now=now,
        )
    except bill_run.NobodyToBill as error:
        raise CommandFailed(f"Nobody is to be billed for {error}.", code=5) from error
    except bill_run.OverlappingRun as error:
        raise CommandFailed(f"Run {error} bills some of the same days.", code=5) from error


def _again(tenant, run_id: int):  # type: ignore[no-untyped-def]
    from mains.billing.models import RunStage
    from mains.billing.runs import rehearsing
    from mains.journeys import bill_run

    run = find(run_id)
    with explained(run_id):
        if run.stage in {RunStage.ISSUED, RunStage.SENT}:
            bill_run.take_up(
                tenant=tenant, run_id=run_id, taken_up_by="command line", now=tenant.now()
            )
        else:
            rehearsing.withdraw(run_id=run_id)
    run.refresh_from_db()
    return run


@billrun.command()
@tenant_option
@run_argument
@json_option
def approve(slug: str, run_id: int, as_json: bool) -> None:
    """Approve a rehearsed run; the worker issues it.

    \b
    Example: mains billrun approve --tenant balta 7
    """
    tenant = session(slug)
    from mains.journeys import bill_run

    with explained(run_id):
        run = bill_run.approve(
            tenant=tenant, run=find(run_id), approved_by="command line", now=tenant.now()
        )
    say(f"Run {run.pk} is {run.stage}.")
    if as_json:
        shown(run_id, as_json=True)


@billrun.command()
@tenant_option
@run_argument
@json_option
def issue(slug: str, run_id: int, as_json: bool) -> None:
    """Issue an approved run here and now; exits with 4 if accounts were refused.

    \b
    Example: mains billrun issue --tenant balta 7
    """
    tenant = session(slug)
    from mains.billing.actions import ContentChanged, Paused
    from mains.journeys import bill_run

    run = find(run_id)
    with explained(run_id):
        if run.paused_at is not None:
            raise Paused(run_id)
        try:
            run = bill_run.issue(tenant=tenant, run=run, now=tenant.now())
        except ContentChanged as error:
            shown(run_id, as_json=as_json)
            raise CommandFailed(
                f"These accounts changed after the rehearsal and got no bill: {error}.",
                f"All others are issued. `mains billrun rehearse --run {run_id}` takes them up.",
                code=4,
            ) from error
    say(f"Run {run.pk} is {run.stage}.")
    shown(run_id, as_json=as_json)


@billrun.command()
@tenant_option
@click.argument("run_id", type=int, required=False)
@json_option
def status(slug: str, run_id: int | None, as_json: bool) -> None:
    """List the latest runs with their counts, or show one with its buckets.

    \b
    Examples:
      mains billrun status --tenant balta
      mains billrun status --tenant balta 7 --json
    """
    session(slug)
    from mains.billing.runs import overview

    if run_id is not None:
        find(run_id)
        shown(run_id, as_json=as_json)
        return
    rows = overview.runs()
    if as_json:
        show([plain(row) for row in rows], as_json=True)
        return
    for row in rows:
        show(line_of(row), as_json=False)


for command in billrun_holding.COMMANDS:
    billrun.add_command(command)
