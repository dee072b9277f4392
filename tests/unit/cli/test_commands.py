"""The command line: data on stdout, words on stderr, codes that programs can read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mains.cli import main as program

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

    said = json.loads(done.stdout)
    assert (said["tenant"], said["ok"]) == (slug, True)
    assert said["policies"], "every tenant proves accounts somehow"
    assert done.returncode == 0


@pytest.mark.seed("S3.18")
def test_facts_that_are_guessed_too_easily_are_named_with_what_would_do(tmp_path):
    text = (ROOT / "tenants" / "teplo.toml").read_text()
    file = tmp_path / "teplo.toml"
    asked = 'evidence = ["account_number", "last_payment", "bill_number"]'
    assert asked in text
    file.write_text(text.replace(asked, 'evidence = ["account_number", "last_payment"]'))
    done = mains("tenant", "check", str(file))

    assert done.returncode == 4
    assert "open 24000" in done.stderr
    assert "bill_number or code_to_contact" in done.stderr.replace("\n", " ")


def test_a_recorded_waiver_lets_a_weak_policy_pass(tmp_path):
    text = (ROOT / "tenants" / "teplo.toml").read_text()
    file = tmp_path / "teplo.toml"
    weak = 'evidence = ["account_number", "last_payment"]\n'
    waiver = 'waiver = { reason = "A trial with two streets", by = "Board", date = 2026-11-01 }\n'
    asked = 'evidence = ["account_number", "last_payment", "bill_number"]\n'
    file.write_text(text.replace(asked, weak + waiver))
    done = mains("tenant", "check", str(file))

    assert done.returncode == 0
    assert "A trial with two streets" in done.stdout


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
        ["import", "intervals"],
        ["import", "undo"],
    ):
        done = CliRunner().invoke(program, [*command, "--help"])
        assert done.exit_code == 0
        assert f"mains {command[0]}" in done.output


def test_the_doctor_answers_programs(tmp_path):
    done = mains("doctor", "--json", MAINS_DATA=str(tmp_path))

    assert {"name", "ok", "found", "fix", "optional"} <= set(json.loads(done.stdout)[0])


def test_checking_lists_the_records_that_the_senders_domain_needs():
    done = mains("tenant", "check", "tenants/aguaviva.toml", "--json")

    records = json.loads(done.stdout)["mail"]
    assert [one["name"] for one in records] == [
        "aguaviva.example",
        "mains._domainkey.aguaviva.example",
        "_dmarc.aguaviva.example",
    ]
    plain = mains("tenant", "check", "tenants/aguaviva.toml").stdout
    assert "v=spf1 a:" in plain
    assert "v=DMARC1" in plain
