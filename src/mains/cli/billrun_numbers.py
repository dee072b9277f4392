"""`mains billrun numbers`: where the numbers of bills and credit notes stand, and begin."""

from dataclasses import asdict

import click

from mains.cli.output import CommandFailed, show
from mains.cli.runs import json_option, session, tenant_option


@click.command()
@tenant_option
@click.option("--company", required=True, help="Code of the company.")
@click.option("--series", "code", help="The series to begin, e.g. that of its bills.")
@click.option("--year", type=int, help="The year; without it, this one.")
@click.option("--next", "next_number", type=int, help="The number that the next document gets.")
@json_option
def numbers(
    slug: str,
    company: str,
    code: str | None,
    year: int | None,
    next_number: int | None,
    as_json: bool,
) -> None:
    """Show the next numbers, or begin a series where another system stopped.

    \b
    Examples:
      mains billrun numbers --tenant balta --company balta
      mains billrun numbers --tenant balta --company balta --series BE --year 2027 --next 4201
    """
    tenant = session(slug)
    from mains.journeys import number_desk

    chosen = year or tenant.date_of(tenant.now()).year
    if next_number is not None:
        _begin(tenant, company, code, chosen, next_number)
    rows = [
        one
        for own, one in number_desk.all_series(tenant=tenant, year=chosen)
        if own == company and code in {None, one.code}
    ]
    if not rows:
        raise CommandFailed(f"{slug} has no such company or series.", code=3)
    for one in rows:
        if as_json:
            show({**asdict(one), "next_text": one.next_text}, as_json=True)
        else:
            show(f"{one.next_text}  {'begun' if one.is_begun else 'not begun'}", as_json=False)


def _begin(tenant, company: str, code: str | None, year: int, next_number: int) -> None:  # type: ignore[no-untyped-def]
    from mains.billing import numbering
    from mains.journeys import number_desk

    if code is None:
        raise CommandFailed("Name the series with --series.", code=2)
    try:
        number_desk.begin_at(
            tenant=tenant,
            company_code=company,
            code=code,
            year=year,
            next_number=next_number,
            actor="cli",
            now=tenant.now(),
        )
    except number_desk.UnknownSeries as error:
        raise CommandFailed(f"{company} has no series {code}.", code=3) from error
    except numbering.NumberTooLarge as error:
        raise CommandFailed("A number is from 1 to 999999.", code=2) from error
    except numbering.NumbersTaken as error:
        raise CommandFailed(
            f"Numbers of {code}{year} are taken already, and from there on none is left out.",
            code=5,
        ) from error
    except numbering.NotUpward as error:
        raise CommandFailed(
            f"The next number is {error} already. Name a higher one.", code=5
        ) from error
