"""Run both servers and one command under a supervisor; print one line of facts when ready."""

import json
import os
import sys
from pathlib import Path

from mains.embedded import Event, Postgres, Service, Supervisor, Valkey

folder = Path(sys.argv[1])
postgres = Postgres(folder)
valkey = Valkey(folder)
# The shell has a child of its own, which must not be left behind either.
sleeper = Service(name="sleeper", command=["/bin/sh", "-c", "sleep 1000 & echo $!; wait"])
events: list[str] = []


def tell(event: Event) -> None:
    print(f"{event.kind} {event.name} {event.text}", flush=True)  # noqa: T201


def ready() -> None:
    found, queue = postgres.start(), valkey.start()
    command = next(s.part for s in supervisor._states if s.part.name == "sleeper")
    facts = {
        "launcher_pid": os.getpid(),
        "uid": os.geteuid(),
        "postgres_pid": found.pid,
        "valkey_pid": queue.pid,
        "sleeper_pid": command.pid,  # type: ignore[attr-defined]
        "dsn": found.dsn("mains_owner"),
        "superuser": found.dsn("postgres"),
        "url": queue.url(),
    }
    print(json.dumps(facts), flush=True)  # noqa: T201
    supervisor._tell = tell


supervisor = Supervisor([postgres, valkey, sleeper], log_dir=folder / "logs")
sys.exit(supervisor.run(ready))
