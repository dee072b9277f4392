"""PgBouncer in transaction mode in front of the tests' database."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mains.config.env import parse_database

POOL_SIZE = 4


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """
    Run a pooler for the length of a block and give its port.
    """
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    assert Path(program).exists(), "PgBouncer is missing: apt-get install pgbouncer"
    port = _free_port()
    settings = _settings(folder, port)
    as_nobody = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    process = subprocess.Popen(
        [program, str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "pgbouncer.log").open("wb"),
        cwd="/",
        extra_groups=[] if as_nobody else None,
        **as_nobody,
    )
    try:
        _wait(port, folder)
        yield str(port)
    finally:
        process.terminate()
        process.wait(10)


def _settings(folder: Path, port: int) -> Path:
    logins = [parse_database(os.environ[name]) for name in ("DATABASE_URL", "OWNER_DATABASE_URL")]
    users = folder / "users.txt"
    users.write_text("".join(f'"{login.user}" "{login.password}"\n' for login in logins))
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host={logins[0].host} port={logins[0].port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = {"scram-sha-256" if logins[0].password else "trust"}
auth_file = {users}
pool_mode = transaction
default_pool_size = {POOL_SIZE}
max_client_conn = 200
"""
    )
    # Other users have to reach the files where the pooler may not run as root.
    for path in (folder, *folder.parents):
        if path.owner() == "root" and len(path.parts) > 2:
            path.chmod(path.stat().st_mode | 0o011)
    return settings


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, folder: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError((folder / "pgbouncer.log").read_text())
