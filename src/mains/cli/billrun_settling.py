"""`mains billrun settle`: what was really used less the fixed amounts that were billed."""

import click

from mains.cli.output import CommandFailed, say
from mains.cli.runs import json_option, session, shown, tenant_option


@click.command()
@tenant_option
@click.option("--company", required=True, help="Code of the company whose customers are settled.")
@json_option
def settle(slug: str, company: str, as_json: bool) -> None:
    """Rehearse the settlement of all fixed amounts that are due, without issuing anything.

    \b
    Example: mains billrun settle --tenant balta --company balta
    """
    tenant = session(slug)
    from mains.billing.budgets.settling import NothingToSettle
    from mains.journeys import budget_desk

    try:
        run_id = budget_desk.settle(
            tenant=tenant,
            company_code=company,
            started_by="command line",
            actor="command_line",
            now=tenant.now(),
        )
    except budget_desk.NotOffered as error:
        raise CommandFailed(
            f"{slug} offers no fixed amounts.", "The tenant file needs [budget_billing].", code=5
        ) from error
    except budget_desk.UnknownCompany as error:
        raise CommandFailed(f"{slug} has no company {company}.", code=3) from error
    except NothingToSettle as error:
        raise CommandFailed("Nobody is due to be settled.", code=5) from error
    say(f"Run {run_id} settles fixed amounts; `mains billrun approve` is next.")
    shown(run_id, as_json=as_json)
