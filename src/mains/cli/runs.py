"""What the commands of `mains billrun` have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from mains.cli.output import CommandFailed, show
from mains.cli.processes import django_ready

tenant_option = click.option("--tenant", "slug", required=True, help="Short name of the tenant.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
run_argument = click.argument("run_id", type=int)


def session(slug: str):  # type: ignore[no-untyped-def]
    django_ready()
    from mains.guard import context
    from mains.tenancy import queries

    try:
        tenant = queries.tenant(slug)
    except queries.UnknownTenant as error:
        raise CommandFailed(f"There is no tenant {slug}.", code=3) from error
    context.choose(slug)
    return tenant


def find(run_id: int):  # type: ignore[no-untyped-def]
    from mains.billing.models import BillRun

    run = BillRun.objects.select_related("company").filter(pk=run_id).first()
    if run is None:
        raise CommandFailed(
            f"There is no run {run_id}.", "`mains billrun status` lists them.", code=3
        )
    return run


@contextmanager
def explained(run_id: int) -> Iterator[None]:
    """
    Say in words, with an exit code, why a step was not taken.
    """
    from mains.billing import actions
    from mains.billing.runs.pausing import BillsIssued

    try:
        yield
    except actions.WrongStage as error:
        raise CommandFailed(
            f"Run {run_id} is {error}, which this step is not for.",
            f"`mains billrun status {run_id}` shows where it stands.",
            code=5,
        ) from error
    except actions.Paused as error:
        raise CommandFailed(
            f"Run {run_id} is paused.", f"`mains billrun resume {run_id}` lets it go on.", code=5
        ) from error
    except actions.SamePerson as error:
        raise CommandFailed("A second person has to approve this run.", code=6) from error
    except BillsIssued as error:
        raise CommandFailed(f"Bills of run {run_id} are issued.", code=5) from error


def shown(run_id: int, *, as_json: bool) -> None:
    """
    Show a run with its buckets, and name the accounts that were refused.
    """
    from mains.billing.runs import overview, proving
    from mains.journeys import bill_run

    row = overview.run(run_id=run_id)
    assert row is not None
    sums = overview.buckets(run_id=run_id).sums
    refused = bill_run.refused(run_id=run_id)
    if as_json:
        more = {"refused": refused, "unlike_rehearsed": proving.unlike_rehearsed(run_id=run_id)}
        show({**plain(row), "buckets": _buckets(sums), **more}, as_json=True)
        return
    show(line_of(row), as_json=False)
    for name, one in _buckets(sums).items():
        states = ", ".join(f"{count} {state}" for state, count in one["states"].items())
        show(
            f"  {name}  {one['accounts']} accounts ({states})  before {one['before_minor']}  "
            f"after {one['after_minor']}  difference {one['difference_minor']}",
            as_json=False,
        )
    if refused:
        show(f"  refused: {', '.join(refused)}", as_json=False)


def plain(row: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row)


def _buckets(sums: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "accounts": one.accounts,
            "states": one.states,
            "total_minor": one.total_minor,
            "before_minor": one.before_minor,
            "after_minor": one.after_minor,
            "difference_minor": one.difference_minor,
            "causes": one.causes,
        }
        for name, one in sorted(sums.items())
    }


def line_of(row: Any) -> str:
    paused = "  paused" if row.paused_at else ""
    return (
        f"{row.id}  {row.company}  {row.period_start} – {row.period_end}  {row.stage}{paused}  "
        f"{row.bills} bills  {row.estimated} estimated  {len(row.held)} blocked  "
        f"{row.accounts_done} of {row.accounts} accounts done"
    )
