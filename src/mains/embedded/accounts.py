"""The operating system account that servers run as."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mains.embedded.errors import EmbeddedError


class NoUnprivilegedAccount(EmbeddedError):
    """
    Root cannot hand a server to an account without rights.
    """


@dataclass(frozen=True, slots=True)
class Account:
    """
    An account without rights, for servers that refuse to run as root.
    """

    uid: int
    gid: int
    name: str

    def popen(self) -> dict[str, Any]:
        """
        Return the arguments that make subprocess run a command as this account.
        """
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account() -> Account | None:
    """
    Return the account that servers must run as, or None when the own one will do.

    PostgreSQL refuses to run as root. No account is created: `nobody` exists everywhere.

    :raises NoUnprivilegedAccount: if we are root and there is no such account.
    """
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=name)
    raise NoUnprivilegedAccount(
        "PostgreSQL refuses to run as root, and this system has no account `nobody` to run it as. "
        "Start Mains as an ordinary user, or point DATABASE_URL at a PostgreSQL server."
    )


def try_as(account: Account | None, command: Sequence[str | Path]) -> tuple[bool, str]:
    """
    Run a short command as an account; return whether it succeeded and the last line it said.
    """
    identity = account.popen() if account else {}
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            **identity,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        return False, str(problem)
    said = (done.stdout + done.stderr).strip().splitlines()
    return done.returncode == 0, said[-1] if said else ""


def can_write_in(account: Account | None, folder: Path) -> bool:
    """
    Tell whether an account can reach a folder and write in it.

    Asked of the operating system by trying, since modes alone do not tell about access lists,
    read-only mounts and network disks.
    """
    ok, _ = try_as(account, ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", folder])
    return ok
