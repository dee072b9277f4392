"""The command line: data on stdout, words on stderr, codes that programs can read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def mains(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mains", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **env},
        check=False,
    )


@pytest.mark.parametrize("slug", ["aguaviva", "balta", "fiamma", "tavho", "teplo"])
def test_a_good_tenant_file_is_ok(slug):
    done = mains("tenant", "check", f"tenants/{slug}.toml", "--json")

    assert json.loads(done.stdout) == {"tenant": slug, "ok": True}
    assert done.returncode == 0


def test_a_typo_in_a_tenant_file_names_its_path(tmp_path):
    text = (ROOT / "tenants" / "balta.toml").read_text()
    file = tmp_path / "balta.toml"
    file.write_text(text.replace("due_days = 14", "due_dayz = 14"))
    done = mains("tenant", "check", str(file))

    assert done.returncode == 4
    assert "billing.due_dayz" in done.stderr
    assert done.stdout == ""


def test_an_unknown_theme_is_named(tmp_path):
    text = (ROOT / "tenants" / "balta.toml").read_text()
    file = tmp_path / "balta.toml"
    file.write_text(text.replace('theme = "north"', 'theme = "south"'))
    done = mains("tenant", "check", str(file))

    assert done.returncode == 4
    assert "brand.theme" in done.stderr


def test_without_a_database_the_next_step_is_told(tmp_path):
    done = mains("tenant", "export", "balta", MAINS_DATA=str(tmp_path / "none"))

    assert done.returncode == 7
    assert "mains demo" in done.stderr


def test_every_command_has_help_with_an_example():
    for command in (
        ["demo"],
        ["up"],
        ["bench"],
        ["doctor"],
        ["tenant", "apply"],
        ["billrun", "issue"],
    ):
        done = mains(*command, "--help")
        assert done.returncode == 0
        assert f"mains {command[0]}" in done.stdout


def test_the_doctor_answers_programs(tmp_path):
    done = mains("doctor", "--json", MAINS_DATA=str(tmp_path))

    assert {"name", "ok", "found", "fix", "optional"} <= set(json.loads(done.stdout)[0])
