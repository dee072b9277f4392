"""Hashes that tell whether two drafts bill the same: of an account, of a chunk, of a whole run."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import orjson

# What a bill gets only when it is issued, and what was not known when it was rehearsed.
GIVEN_AT_ISSUE = ("number", "reference")


def account_hash(facts: Mapping[str, Any], *, delivery_email: str) -> str:
    """
    Return the hash of what one account is billed: every fact of its bill, and where it is sent.

    The same before and after issue: number and reference, which a bill gets only then, are left
    out. So whoever has the sealed facts can compute it again.
    """
    content = {**facts, "delivery_email": delivery_email}
    for name in GIVEN_AT_ISSUE:
        content.pop(name, None)
    return _digest(content)


def blocked_hash(*, hold: str, explanation: str) -> str:
    """
    Return the hash of an account that gets no bill, for its reason.
    """
    return _digest({"hold": hold, "explanation": explanation})


def whole_hash(hashes: Iterable[tuple[int, str]]) -> str:
    """
    Return the hash of many from theirs, in the order of their ids: accounts, or the parts of a run.
    """
    digest = sha256()
    for account_id, one in sorted(hashes):
        digest.update(f"{account_id} {one}\n".encode())
    return digest.hexdigest()


def _digest(content: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
