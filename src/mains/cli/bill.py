"""`mains bill verify`: a bill computed again from its portable proof, by anybody, offline."""

import json
from pathlib import Path

import click

from mains.cli.output import CommandFailed, say, show


@click.group()
def bill() -> None:
    """Check bills from their portable proofs."""


@bill.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def verify(file: Path, as_json: bool) -> None:
    """Compute the bill of the proof in FILE again, with no database and no network.

    \b
    Example: mains bill verify FG2026-000042.proof.json
    """
    from mains.billing.rules.verifying import ProofUnreadable, verify

    try:
        verdict = verify(json.loads(file.read_text(encoding="utf-8")))
    except (ProofUnreadable, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CommandFailed(
            f"{file.name} cannot be checked. {error}",
            "Download the proof again from the bill's page.",
            code=4,
        ) from error
    if as_json:
        show(
            {
                "number": verdict.number,
                "total": verdict.total,
                "holds": not verdict.findings,
                "findings": [finding._asdict() for finding in verdict.findings],
                "lines": [line._asdict() for line in verdict.lines],
            },
            as_json=True,
        )
    if verdict.findings:
        raise CommandFailed(
            f"Bill {verdict.number} does not hold: "
            + "; ".join(
                f"{one.place} says {one.stated}, its inputs come to {one.computed}"
                for one in verdict.findings
            ),
            code=9,
        )
    if not as_json:
        say(f"Bill {verdict.number} holds: {len(verdict.lines)} lines come to {verdict.total}.")
