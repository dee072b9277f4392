"""`mains bench NAME`: a figure beside its yardstick, from one run."""

from typing import TYPE_CHECKING

import click

from mains.cli.output import CommandFailed, say, show
from mains.cli.processes import django_ready, parts_for_a_while

if TYPE_CHECKING:
    from mains.bench.result import Result

OWNERS = frozenset({"tenant-create", "tenant-migrate"})


@click.command()
@click.argument("name")
@click.option("--accounts", type=int, default=10_000, show_default=True)
@click.option("--bills", type=int, default=500, show_default=True)
@click.option("--payments", type=int, default=1_000, show_default=True)
@click.option("--rows", type=int, default=1_000_000, show_default=True)
@click.option("--tenants", type=int, default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def bench(name: str, *, as_json: bool, **sizes: int) -> None:
    """Measure NAME, which is one of these.

    \b
    Examples:
      mains bench bill-file --bills 500 --json
      mains bench billrun --accounts 10000 --json
      mains bench import --rows 1000000 --json
      mains bench payments --json
      mains bench pdf --json
      mains bench rating --json
      mains bench tenant-create --json
      mains bench tenant-migrate --json
      mains bench usage --json
    """
    with parts_for_a_while():
        result = _measured(name, **sizes)
    if as_json:
        show(result.to_json(), as_json=True)
    else:
        say(
            f"{result.name}: {result.ours:.0f} {result.unit}, "
            f"yardstick {result.yardstick:.0f}, ratio {result.ratio:.2f}"
        )
    if not result.passed:
        raise CommandFailed(f"{name} is below its floor: {result.detail}")


def _measured(name: str, **sizes: int) -> "Result":
    django_ready(as_owner=name in OWNERS)
    from mains.bench import BENCHES, run

    if name not in BENCHES:
        raise CommandFailed(
            f"There is no bench {name}.", f"There are: {', '.join(BENCHES)}.", code=3
        )
    return run(name, **sizes)
