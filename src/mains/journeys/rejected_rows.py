"""Rows that an import does not take, kept for a while with what is wrong with each."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from mains.documents import waiting
from mains.metering.importing import Outcome
from mains.metering.imports.refusals import Refusal, Trouble

KIND = "meter-rejected"
LIFETIME = timedelta(days=30)
_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """
    Rows that were not taken: what is wrong with each, and each as it was sent, where it is a table.
    """

    refusals: list[Refusal]
    header: list[str]
    rows: dict[int, list[str]]


def keep(*, outcome: Outcome, name: str, now: datetime, expires_at: datetime) -> None:
    """
    Keep the rows that were not taken, under the name of a waiting file or of an import.
    """
    if outcome.refusals:
        waiting.keep(
            data=_bytes(outcome), kind=KIND, name=_name(name), now=now, expires_at=expires_at,
            note={},
        )  # fmt: skip


def let_go(*, name: str) -> None:
    """
    Forget the rows that a waiting file would not bring.
    """
    waiting.let_go(name=_name(name))


def _name(name: str) -> str:
    return f"{name}-rejected"


def _bytes(outcome: Outcome) -> bytes:
    shown = outcome.refusals[:_MOST_KEPT]
    numbers = {one.row for one in shown}
    sent = outcome.rows_sent
    return json.dumps(
        {
            "refusals": [asdict(one) for one in shown],
            "header": sent.get(1, []) if 1 not in numbers else [],
            "rows": {row: fields for row, fields in sent.items() if row in numbers},
        }
    ).encode()


def of_import(import_id: int | None) -> str:
    """
    Return the name under which rows that an import did not take are kept.
    """
    return f"import-{import_id}"


def find(*, name: str, now: datetime) -> Rejected:
    """
    Return the rows of a waiting file, or of an import, that were not taken.

    :raises NotWaiting: if every row was taken, or they are no longer kept.
    """
    waiting.find(name=_name(name), kind=KIND, now=now)
    said = json.loads(waiting.content(name=_name(name)))
    return Rejected(
        refusals=[
            Refusal(**{**one, "trouble": Trouble(**one["trouble"])}) for one in said["refusals"]
        ],
        header=said["header"],
        rows={int(row): fields for row, fields in said["rows"].items()},
    )


def with_rows(*, import_ids: Sequence[int], now: datetime) -> set[int]:
    """
    Return those of some imports whose rejected rows are still kept.
    """
    names = {_name(of_import(import_id)): import_id for import_id in import_ids}
    return {names[one.name] for one in waiting.every(kind=KIND, now=now, names=list(names))}
