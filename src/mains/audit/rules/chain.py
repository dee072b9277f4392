"""What a row of the audit may say, and the hash that ties it to the row before."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

type Scalar = str | int | bool | None

GENESIS = "0" * 64
LONGEST = 200
_DEED = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_PARTY = re.compile(r"[a-z_]+(:[\w.-]+)?")
_CODE = re.compile(r"[\w.:/+-]*")


class Unrecordable(ValueError):
    """A row would hold words or shapes that the audit never takes: names, e-mails, nested data."""


def check(*, action: str, subject: str, actor: str, detail: Mapping[str, Scalar]) -> None:
    """
    Refuse what is no id, code or number; rows outlive the people they are about.

    Only `reason` may hold words, and no e-mail either.

    :raises Unrecordable: naming what does not fit.
    """
    if not _DEED.fullmatch(action) or len(action) > 60:
        raise Unrecordable(f"action {action!r} is not like `bill_run.approved`")
    for name, party in (("subject", subject), ("actor", actor)):
        if not _PARTY.fullmatch(party) or len(party) > 80:
            raise Unrecordable(f"{name} {party!r} is not like `account:42`")
    for key, value in detail.items():
        if not _fits(key, value):
            raise Unrecordable(f"detail {key!r} is no id, code, number or flag: {value!r}")


def _fits(key: str, value: object) -> bool:
    if value is None or isinstance(value, bool | int):
        return True
    if not isinstance(value, str) or len(value) > LONGEST:
        return False
    return "@" not in value if key == "reason" else bool(_CODE.fullmatch(value))


def without_addresses(text: str) -> str:
    """
    Return somebody's reason as the audit takes it: short, and with e-mails blotted out.
    """
    return re.sub(r"\S*@\S*", "…", " ".join(text.split()))[:LONGEST]


def row_hash(
    *,
    number: int,
    previous: str,
    at: datetime,
    action: str,
    subject: str,
    actor: str,
    detail: Mapping[str, Scalar],
) -> str:
    """
    Return sha256 over the hash before and the row as canonical JSON: sorted keys, UTC, no spaces.
    """
    row = {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": action,
        "subject": subject,
        "actor": actor,
        "detail": dict(detail),
    }
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(f"{previous}{text}".encode()).hexdigest()
