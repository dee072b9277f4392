"""`mains bench` needs nothing that runs: it starts the servers it measures and ends them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mains.embedded import Postgres, Valkey

SERVED_BY = {"DATABASE_URL", "OWNER_DATABASE_URL", "BROKER_URL", "SECRET_KEY"}


@pytest.mark.parametrize(("name", "size"), [("billrun", "accounts"), ("import", "rows")])
def test_the_bench_leaves_no_server_behind(fresh_folder: Path, name: str, size: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mains", "bench", name, f"--{size}", "30", "--json"],
        capture_output=True,
        text=True,
        env={
            **{name: value for name, value in os.environ.items() if name not in SERVED_BY},
            "MAINS_DATA": str(fresh_folder),
        },
        check=False,
    )
    # Thirty rows say nothing of speed, so 1 is as good as 0; what counts is that all were counted.
    assert f'"{size}": 30' in done.stdout, done.stderr[-2000:]
    assert '"differences": []' in done.stdout
    assert Postgres.running(fresh_folder) is None
    assert Valkey.running(fresh_folder) is None
