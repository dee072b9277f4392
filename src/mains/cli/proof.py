"""How easily a tenant's proofs of identity are guessed, as `mains tenant check` prints it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mains.enrolment.rules.strength import JUDGED, Strength, is_weak, strength, would_do
from mains.tenancy.tenantfile import TenantFile
from mains.tenancy.tenantfile.identity import Policy


@dataclass(frozen=True, slots=True)
class Row:
    """
    One policy that gives access; a file without its customers has no counts.
    """

    policy: Policy
    strength: Strength
    is_weak: bool
    counts: dict[str, Any]


def of_file(file: TenantFile) -> list[Row]:
    """
    Judge a file's policies by what is assumed of each fact; needs no database.
    """
    rows = []
    for policy in file.registration.policies:
        if policy.purpose in JUDGED:
            found = strength(policy, spreads={})
            most = file.registration.most_links_per_million
            weak = is_weak(policy, found, most_per_million=most)
            rows.append(Row(policy, found, weak, {"measured": False}))
    return rows


def of_tenant(file: TenantFile) -> list[Row]:
    """
    Measure a tenant's policies on its own customers.
    """
    from mains.enrolment.strength import measure
    from mains.guard.context import inside

    with inside(file.slug):
        found = measure(file=file, today=datetime.now(UTC).date())
    return [
        Row(
            one.policy,
            one.strength,
            one.is_weak,
            {
                "customers": one.customers,
                "can_pass": one.can_pass,
                "ambiguous": one.ambiguous,
                "measured": one.by_data,
            },
        )
        for one in found
    ]


def as_data(row: Row) -> dict[str, Any]:
    """
    Return a row for programs.
    """
    return {
        "purpose": str(row.policy.purpose),
        "customer_type": str(row.policy.customer_type),
        "evidence": [str(kind) for kind in row.policy.evidence],
        **row.counts,
        "links_per_million_sprayed": f"{row.strength.sprayed.normalize():f}",
        "links_per_million_one_account": f"{row.strength.one_account.normalize():f}",
        "weak": row.is_weak,
        "waiver": row.policy.waiver.reason if row.policy.waiver else "",
    }


def as_text(row: Row) -> str:
    """
    Return a row for people.
    """
    data = as_data(row)
    lines = [f"{data['purpose']} ({data['customer_type']}): {' + '.join(data['evidence'])}"]
    if "customers" in data:
        lines.append(
            f"  can pass {data['can_pass']} of {data['customers']}, ambiguous {data['ambiguous']}"
        )
    basis = "measured" if data["measured"] else "assumed: fewer than 1000 customers to measure"
    lines.append(
        f"  links per million guesses: {data['links_per_million_sprayed']} sprayed, "
        f"{data['links_per_million_one_account']} on one account ({basis})"
    )
    if row.is_weak and row.policy.waiver:
        lines.append(f"  waived by {row.policy.waiver.by}: {row.policy.waiver.reason}")
    return "\n".join(lines)


def complaints(file: TenantFile, rows: Sequence[Row]) -> list[str]:
    """
    Say of each weak policy that nobody waived why it is weak and what would do.
    """
    most = file.registration.most_links_per_million
    return [
        f"{' + '.join(row.policy.evidence)} is too easy to guess: a million guesses over all "
        f"accounts open {row.strength.sprayed.normalize():f}, and {most:f} are allowed. Add "
        f"{' or '.join(would_do(row.policy, most_per_million=most))}, or record a waiver."
        for row in rows
        if row.is_weak and row.policy.waiver is None
    ]
