"""`mains billrun …`: the same steps as in the console."""

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready


@click.group()
def billrun() -> None:
    """Rehearse, approve, issue and follow bill runs."""


def _session(slug: str):  # type: ignore[no-untyped-def]
    django_ready()
    from mains.guard import context
    from mains.tenancy import queries

    try:
        tenant = queries.tenant(slug)
    except queries.UnknownTenant as error:
        raise CommandFailed(f"There is no tenant {slug}.", code=3) from error
    context.choose(slug)
    return tenant


_tenant = click.option("--tenant", "slug", required=True, help="Short name of the tenant.")
_run = click.argument("run_id", type=int)


def _find(run_id: int):  # type: ignore[no-untyped-def]
    from mains.billing.models import BillRun

    run = BillRun.objects.select_related("company").filter(pk=run_id).first()
    if run is None:
        raise CommandFailed(
            f"There is no run {run_id}.", "`mains billrun status` lists them.", code=3
        )
    return run


@billrun.command()
@_tenant
@click.option("--company", required=True, help="Code of the company.")
def rehearse(slug: str, company: str) -> None:
    """Rate the period that ended last, without issuing anything.

    \b
    Example: mains billrun rehearse --tenant balta --company balta
    """
    tenant = _session(slug)
    from mains.customers.companies import all_companies
    from mains.journeys import bill_run

    found = next((row for row in all_companies() if row.code == company), None)
    if found is None:
        raise CommandFailed(f"{slug} has no company {company}.", code=3)
    now = tenant.now()
    try:
        run = bill_run.start(
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
    run = bill_run.rehearse(tenant=tenant, run=run)
    say(f"Run {run.pk} is {run.stage}.")


@billrun.command()
@_tenant
@_run
def approve(slug: str, run_id: int) -> None:
    """Approve a rehearsed run; the worker issues it.

    \b
    Example: mains billrun approve --tenant balta 7
    """
    tenant = _session(slug)
    from mains.billing.actions import SamePerson, WrongStage
    from mains.journeys import bill_run

    try:
        run = bill_run.approve(
            tenant=tenant, run=_find(run_id), approved_by="command line", now=tenant.now()
        )
    except WrongStage as error:
        raise CommandFailed(
            f"Run {run_id} is {error}; it has to be rehearsed first.", code=5
        ) from error
    except SamePerson as error:
        raise CommandFailed("A second person has to approve this run.", code=6) from error
    say(f"Run {run.pk} is {run.stage}.")


@billrun.command()
@_tenant
@_run
def issue(slug: str, run_id: int) -> None:
    """Issue an approved run here and now.

    \b
    Example: mains billrun issue --tenant balta 7
    """
    tenant = _session(slug)
    from mains.billing.actions import ContentChanged, WrongStage
    from mains.journeys import bill_run

    try:
        run = bill_run.issue(tenant=tenant, run=_find(run_id), now=tenant.now())
    except WrongStage as error:
        raise CommandFailed(
            f"Run {run_id} is {error}; it has to be approved first.", code=5
        ) from error
    except ContentChanged as error:
        raise CommandFailed(
            f"{error} would differ from what was approved, so nothing was issued.",
            "Somebody changed readings or prices since: rehearse again.",
            code=5,
        ) from error
    say(f"Run {run.pk} is {run.stage}.")


@billrun.command()
@_tenant
@click.option("--json", "as_json", is_flag=True)
def status(slug: str, as_json: bool) -> None:
    """List the latest runs with their stage and counts.

    \b
    Example: mains billrun status --tenant balta --json
    """
    _session(slug)
    from dataclasses import asdict

    from mains.billing import run_queries as queries

    rows = [asdict(row) for row in queries.runs()]
    if as_json:
        show(rows, as_json=True)
        return
    for row in rows:
        show(
            f"{row['id']}  {row['company']}  {row['period_start']} – {row['period_end']}  "
            f"{row['stage']}  {row['bills']} bills  {row['estimated']} estimated  "
            f"{len(row['held'])} held",
            as_json=False,
        )
