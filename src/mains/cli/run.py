"""`mains demo` and `mains up`: everything on one machine, until Ctrl-C."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import click

from mains.cli import prepared
from mains.cli.output import CommandFailed, progress, say
from mains.cli.processes import Parts, data_dir, services, start_parts
from mains.embedded import EmbeddedError, Event, Supervisor
from mains.embedded.erasing import erase
from mains.embedded.ports import PortTaken, claim

READY_SECONDS = 60


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where the web server listens.")
@click.option("--reset", is_flag=True, help="Throw the demo's data away first.")
@click.option("--check", is_flag=True, help="Walk the main journeys over HTTP, then stop.")
def demo(port: int, reset: bool, check: bool) -> None:
    """Start five branded portals with everything behind them.

    \b
    Examples:
      mains demo
      mains demo --port 8100
      mains demo --check
    """
    if reset:
        _reset()
    _run(port=port, with_demo=True, check=check)


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where the web server listens.")
def up(port: int) -> None:
    """Start the web server, the worker and the beat, and what no variable replaces.

    \b
    Examples:
      mains up
      DATABASE_URL=postgresql://… OWNER_DATABASE_URL=postgresql://… mains up
    """
    _run(port=port, with_demo=False, check=False)


def _reset() -> None:
    try:
        erase(data_dir())
    except EmbeddedError as error:
        raise CommandFailed(str(error), "Stop it first, then reset.", code=5) from error


def _run(*, port: int, with_demo: bool, check: bool) -> None:
    began = time.monotonic()
    _claim(port)
    with progress() as bars:
        rows = {name: bars.add_task(name, total=1) for name in ("postgres", "valkey")}
        parts = start_parts(
            progress={
                name: lambda _name, done, row=row: bars.update(row, completed=done)
                for name, row in rows.items()
            }
        )
        try:
            if with_demo:
                parts.env["MAINS_DEMO"] = "1"
            _prepare(parts, port=port, with_demo=with_demo, bars=bars)
        except BaseException:
            for server in reversed(parts.servers):
                server.stop()
            raise
    _supervise(parts, port=port, with_demo=with_demo, check=check, began=began)


def _claim(port: int) -> None:
    try:
        claim(name="web", port=port, option="--port")
    except PortTaken as error:
        raise CommandFailed(str(error), code=5) from error


def _prepare(parts: Parts, *, port: int, with_demo: bool, bars: object) -> None:
    """
    Migrate and fill in processes of their own, unless nothing changed since the last start.
    """
    for step in ["migrate", "demo data"] if with_demo else ["migrate"]:
        if prepared.is_done(step, data_dir()):
            continue
        row = bars.add_task(step, total=None)  # type: ignore[attr-defined]
        prepared.do(step, folder=data_dir(), env={**parts.env, "PUBLIC_PORT": str(port)})
        bars.update(row, total=1, completed=1)  # type: ignore[attr-defined]


def _supervise(parts: Parts, *, port: int, with_demo: bool, check: bool, began: float) -> None:
    outcome: list[int] = []
    supervisor = Supervisor(
        [*parts.servers, *services(parts=parts, port=port)],
        log_dir=data_dir() / "logs",
        tell=_tell,
        echo=None,
    )

    def ready() -> None:
        _wait(port)
        say(f"[green]Ready[/] in {time.monotonic() - began:.1f} s.")
        if check:
            outcome.append(_checks(parts, port))
            supervisor.request_stop()
        elif with_demo:
            _print_addresses(parts, port)
        else:
            say(f"http://localhost:{port}/   (logs in {data_dir() / 'logs'}; Ctrl-C stops)")

    status = supervisor.run(ready=ready)
    sys.exit(outcome[0] if outcome else status)


def _tell(event: Event) -> None:
    if event.kind in {"CRASHED", "RESTARTED"}:
        say(f"[yellow]{event.text}[/]")


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CommandFailed(
        f"The web server did not answer within {READY_SECONDS} s.",
        f"Its log: {data_dir() / 'logs' / 'web.log'}",
        code=7,
    )


def _checks(parts: Parts, port: int) -> int:
    return subprocess.run(
        [sys.executable, "-m", "mains", "schema", "check-demo", "--port", str(port)],
        env={**os.environ, **parts.env, "PUBLIC_PORT": str(port)},
        check=False,
    ).returncode


def _print_addresses(parts: Parts, port: int) -> None:
    subprocess.run(
        [sys.executable, "-m", "mains", "schema", "show-demo"],
        env={**os.environ, **parts.env, "PUBLIC_PORT": str(port)},
        check=False,
    )
