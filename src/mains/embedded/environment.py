"""
Environment variables that replace a part of Mains, and what is wrong with their values.

Values hold passwords: nothing here returns or raises one whole.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What a variable holds, secrets left out, and what is wrong with it ("" if nothing).
    """

    name: str
    found: str
    wrong: str


@dataclass(frozen=True, slots=True)
class _UrlRule:
    schemes: tuple[str, ...]
    example: str
    needs_path: bool = False
    needs_user: bool = False


_DATABASE = _UrlRule(
    ("postgresql", "postgres"),
    "postgresql://USER:PASSWORD@HOST:5432/DATABASE",
    needs_path=True,
    needs_user=True,
)
_URLS: Mapping[str, _UrlRule] = {
    "DATABASE_URL": _DATABASE,
    "OWNER_DATABASE_URL": _DATABASE,
    "BROKER_URL": _UrlRule(
        ("redis", "rediss", "valkey", "valkeys", "amqp", "amqps"), "redis://:PASSWORD@HOST:6379/0"
    ),
    "CACHE_URL": _UrlRule(
        ("redis", "rediss", "valkey", "valkeys"), "redis://:PASSWORD@HOST:6379/1"
    ),
    "S3_ENDPOINT": _UrlRule(("https", "http"), "https://s3.eu-central-1.amazonaws.com"),
    "SENTRY_DSN": _UrlRule(("https", "http"), "https://KEY@HOST/NUMBER", True, True),
    "SMTP_URL": _UrlRule(("smtp", "smtps", "smtp+tls"), "smtp+tls://USER:PASSWORD@HOST:587"),
}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# Whoever sets the first needs the second. A web process has no owner's login, so not reversed.
_NEEDS = (
    ("OWNER_DATABASE_URL", "DATABASE_URL"),
    ("S3_ENDPOINT", "S3_BUCKET"),
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
)


def examine(environment: Mapping[str, str]) -> list[Finding]:
    """
    Return a finding for each variable that is set, or missing beside one that is.
    """
    findings = [
        _examine_url(name, environment[name], rule)
        for name, rule in _URLS.items()
        if environment.get(name)
    ]
    if bucket := environment.get("S3_BUCKET"):
        wrong = "" if _BUCKET.fullmatch(bucket) else "not a bucket name (3 to 63 of a-z 0-9 . -)"
        findings.append(Finding("S3_BUCKET", bucket, wrong))
    for name, needed in _NEEDS:
        if environment.get(name) and not environment.get(needed):
            findings.append(Finding(needed, "not set", f"{name} is set and needs it"))
    return findings + _same_login(environment)


def replaced_parts(environment: Mapping[str, str]) -> set[str]:
    """
    Return which embedded servers the environment replaces: of "postgres" and "valkey".
    """
    parts = {"DATABASE_URL": "postgres", "BROKER_URL": "valkey"}
    return {part for name, part in parts.items() if environment.get(name)}


def _examine_url(name: str, value: str, rule: _UrlRule) -> Finding:
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError as problem:
        return Finding(name, "a text that is no URL", f"{problem}; it looks like {rule.example}")
    shown = (
        f"{url.scheme}://{url.hostname or ''}{f':{port}' if port else ''}{_shown_path(name, url)}"
    )
    problems: list[tuple[Callable[[], bool], str]] = [
        (lambda: url.scheme not in rule.schemes, f"it starts with none of {_list(rule.schemes)}"),
        (lambda: not url.hostname, "it names no host"),
        (lambda: rule.needs_path and len(url.path) < 2, "nothing follows the host"),
        (lambda: rule.needs_user and not url.username, "no user is before the host"),
    ]
    for is_wrong, text in problems:
        if is_wrong():
            return Finding(name, shown, f"{text}; it looks like {rule.example}")
    return Finding(name, shown, "")


def _same_login(environment: Mapping[str, str]) -> list[Finding]:
    app, owner = environment.get("DATABASE_URL"), environment.get("OWNER_DATABASE_URL")
    if not app or not owner:
        return []
    try:
        same = urlsplit(app).username == urlsplit(owner).username
    except ValueError:
        return []
    if not same:
        return []
    text = (
        "it signs in as the same user as OWNER_DATABASE_URL; the web process must use a login "
        "that owns nothing"
    )
    return [Finding("DATABASE_URL", "the owner's login", text)]


def _shown_path(name: str, url: SplitResult) -> str:
    # An SMTP or broker path may be anything; a database's name helps to see a mix-up.
    return url.path if name.endswith("DATABASE_URL") else ""


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"{word}://" for word in words)
