"""The portable proof of a bill: everything that anybody needs to compute it again."""

from typing import Any

from mains.billing import queries
from mains.billing.models import Bill
from mains.billing.rules.verifying import proof_of, versions_in
from mains.tariffs.queries import versions


class NoProof(Exception):
    """A bill was issued before bills kept what they were rated from, or its facts are deleted."""


def is_provable(facts: dict[str, Any]) -> bool:
    """
    Tell whether the facts of a bill say what it was rated from.
    """
    return all("rated" in contract for contract in facts["contracts"])


def proof(*, bill_id: int) -> dict[str, Any] | None:
    """
    Return the proof of an issued bill for `mains bill verify`, or None where there is no such bill.

    :raises NoProof: if its facts do not say what it was rated from.
    :raises FactsTampered: if they are not what was sealed at issue.
    """
    row = Bill.objects.given().filter(pk=bill_id).values_list("facts", "facts_hash").first()
    if row is None:
        return None
    facts = queries.facts(bill_id=bill_id)
    if facts is None or not is_provable(facts):
        raise NoProof(bill_id)
    return proof_of(
        facts=row[0],
        facts_hash=row[1],
        versions={str(pk): version for pk, version in versions(ids=versions_in(facts)).items()},
    )
