"""The environment, read once at start into one typed value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]
_SHORTEST_KEY = 32


class UnusableEnvironment(Exception):
    """Names every variable that is missing or cannot be read, all at once."""


@dataclass(frozen=True, slots=True)
class Database:
    name: str
    user: str
    password: str
    host: str
    port: str

    @property
    def conninfo(self) -> dict[str, str]:
        return {
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            "host": self.host,
            "port": self.port,
        }


@dataclass(frozen=True, slots=True)
class Environment:
    secret_key: str
    database: Database
    owner_database: Database | None
    as_owner: bool
    database_pooled: bool
    role_prefix: str
    broker_url: str
    cache_url: str
    platform_host: str
    public_port: str
    scheme: str
    data_dir: Path
    vault_dir: Path
    master_keys: tuple[str, ...]
    stripe_secret_key: str
    stripe_webhook_secrets: tuple[str, ...]
    stripe_address: str
    smtp_url: str
    sentry_dsn: str
    s3_bucket: str
    s3_endpoint: str
    s3_region: str
    debug: bool
    demo: bool
    trusted_proxies: tuple[str, ...]


def read(values: Mapping[str, str]) -> Environment:
    """
    Read the environment of a process.

    :raises UnusableEnvironment: naming every variable that is missing.
    """
    missing = [name for name in ("DATABASE_URL", "SECRET_KEY") if not values.get(name)]
    if missing:
        raise UnusableEnvironment(
            f"The environment lacks {', '.join(missing)}. `mains demo` and `mains up` set them for "
            "the built-in database; with your own database, export them yourself."
        )
    owner = values.get("OWNER_DATABASE_URL", "")
    return Environment(
        secret_key=values["SECRET_KEY"],
        database=parse_database(values["DATABASE_URL"]),
        owner_database=parse_database(owner) if owner else None,
        as_owner=values.get("MAINS_AS_OWNER") == "1",
        role_prefix=values.get("DATABASE_ROLE_PREFIX", "")
        or parse_database(values["DATABASE_URL"]).name,
        database_pooled=values.get("DATABASE_POOLED") == "1",
        broker_url=values.get("BROKER_URL", ""),
        cache_url=values.get("CACHE_URL", ""),
        platform_host=values.get("PLATFORM_HOST", "localhost"),
        public_port=values.get("PUBLIC_PORT", ""),
        scheme=values.get("PUBLIC_SCHEME", "http"),
        data_dir=Path(values.get("MAINS_DATA", ROOT / ".mains")),
        vault_dir=Path(values.get("MAINS_VAULT", "/run/secrets/mains")),
        master_keys=_master_keys(values.get("MASTER_KEYS", "")),
        stripe_secret_key=values.get("STRIPE_SECRET_KEY", ""),
        stripe_webhook_secrets=tuple(values.get("STRIPE_WEBHOOK_SECRETS", "").split()),
        stripe_address=values.get("STRIPE_ADDRESS", "https://api.stripe.com"),
        smtp_url=values.get("SMTP_URL", ""),
        sentry_dsn=values.get("SENTRY_DSN", ""),
        s3_bucket=values.get("S3_BUCKET", ""),
        s3_endpoint=values.get("S3_ENDPOINT", ""),
        s3_region=values.get("S3_REGION", ""),
        debug=values.get("MAINS_DEBUG") == "1",
        demo=values.get("MAINS_DEMO") == "1",
        trusted_proxies=_networks(values.get("TRUSTED_PROXIES", "")),
    )


def _master_keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.split())
    if any(len(key) < _SHORTEST_KEY for key in keys):
        raise UnusableEnvironment(
            f"A key in MASTER_KEYS has fewer than {_SHORTEST_KEY} characters. Make one with "
            "`openssl rand -base64 32`."
        )
    return keys


def _networks(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        try:
            ip_network(name)
        except ValueError as error:
            raise UnusableEnvironment(
                f"TRUSTED_PROXIES names {name!r}, which is no address and no network. Write the "
                "addresses of your load balancers, such as 10.0.0.0/8,192.0.2.7."
            ) from error
    return names


def parse_database(url: str) -> Database:
    """
    Read `postgresql://user:password@host:port/name`.

    :raises UnusableEnvironment: if a part is missing.
    """
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    if parts.scheme not in {"postgres", "postgresql"} or not name or not parts.username:
        raise UnusableEnvironment(
            "A database address reads postgresql://user:password@host:port/name; "
            f"this one starts with {url.split('@')[0].split(':')[0]!r}."
        )
    return Database(
        name=name,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        host=parts.hostname or "",
        port=str(parts.port or 5432),
    )


environment = read(os.environ)
