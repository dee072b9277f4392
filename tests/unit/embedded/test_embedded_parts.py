"""The parts of the launcher that need no server."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mains.embedded import checks, environment, erase, guardian, leftovers, ports
from mains.embedded.homes import Home, HomeNotWritable, read_json
from mains.embedded.locks import Lock, published
from mains.embedded.logs import LogTail
from mains.embedded.supervisor import describe_status


class TestHome:
    def test_draws_a_password_once_and_keeps_it_private(self, tmp_path: Path) -> None:
        home = Home.at(tmp_path / ".mains")
        first = home.password("one")
        assert Home.at(tmp_path / ".mains").password("one") == first
        assert home.password("two") != first
        assert stat.S_IMODE((home.path / "secrets.json").stat().st_mode) == 0o600
        assert (home.path / ".gitignore").read_text() == "*\n"

    def test_says_which_folder_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(HomeNotWritable, match="another data folder"):
            Home.at(tmp_path / "file" / ".mains")

    def test_reads_a_torn_file_as_empty(self, tmp_path: Path) -> None:
        (tmp_path / "torn.json").write_text('{"port": 54')
        assert read_json(tmp_path / "torn.json") == {}


class TestLock:
    def test_is_free_again_when_its_process_ends(self, tmp_path: Path) -> None:
        path = tmp_path / "server.lock"
        script = (
            "import sys; from pathlib import Path; from mains.embedded.locks import Lock\n"
            "lock = Lock(Path(sys.argv[1])); assert lock.acquire()\n"
            "lock.publish(pid=1, port=5); print('held', flush=True); sys.stdin.read()"
        )
        holder = subprocess.Popen(
            [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert holder.stdout is not None
        holder.stdout.readline()
        lock = Lock(path)
        assert not lock.acquire()
        assert published(path) == {"pid": 1, "port": 5}
        holder.kill()
        holder.communicate()
        assert published(path) is None
        assert lock.acquire()
        lock.release()


class TestPorts:
    def test_prefer_the_remembered_one(self) -> None:
        free = ports.pick(seed="a")
        assert ports.pick(seed="b", remembered=free) == free

    def test_are_the_same_for_the_same_folder(self) -> None:
        assert ports.pick(seed="a") == ports.pick(seed="a")

    def test_taken_names_the_port_and_the_option(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(ports.PortTaken, match=f"127.0.0.1:{port}.*--port"):
                ports.claim(name="The web server", port=port)

    def test_outside_of_the_range_are_refused(self) -> None:
        with pytest.raises(ports.PortNotAllowed, match="1024 to 65535"):
            ports.claim(name="The web server", port=70_000)


class TestEnvironment:
    @pytest.mark.parametrize(
        ("name", "value", "wrong"),
        [
            ("DATABASE_URL", "postgresql://a:secret@db/mains", ""),
            ("DATABASE_URL", "mysql://a:secret@db/mains", "it starts with none of"),
            ("DATABASE_URL", "postgresql://a:secret@db", "nothing follows the host"),
            ("DATABASE_URL", "postgresql://db/mains", "no user is before the host"),
            ("BROKER_URL", "amqp://a:secret@mq:5672//", ""),
            ("BROKER_URL", "redis://:secret@cache:port/0", "Port could not be cast"),
            ("SENTRY_DSN", "https://secret@o1.ingest.sentry.io/42", ""),
            ("SMTP_URL", "mail.example", "it starts with none of"),
            ("S3_BUCKET", "Not A Bucket", "not a bucket name"),
        ],
    )
    def test_values_are_examined_without_showing_secrets(
        self, name: str, value: str, wrong: str
    ) -> None:
        finding = next(f for f in environment.examine({name: value}) if f.name == name)
        assert finding.wrong.startswith(wrong) if wrong else finding.wrong == ""
        assert "secret" not in finding.found + finding.wrong

    def test_one_login_for_both_is_refused(self) -> None:
        url = "postgresql://same:x@db/mains"
        found = environment.examine({"DATABASE_URL": url, "OWNER_DATABASE_URL": url})
        assert [f.name for f in found if f.wrong] == ["DATABASE_URL"]

    def test_nothing_set_is_well(self) -> None:
        assert environment.examine({}) == []
        assert environment.replaced_parts({"BROKER_URL": "redis://x"}) == {"valkey"}


class TestGuardian:
    def test_a_process_that_ended_uncollected_is_not_alive(self) -> None:
        child = subprocess.Popen(["/bin/sh", "-c", "exit 0"])
        while guardian.is_alive(child.pid):
            pass
        assert child.wait() == 0

    def test_a_reused_number_is_left_alone(self, tmp_path: Path) -> None:
        note = tmp_path / "server.pid.json"
        leftovers.note(note, pid=os.getpid())
        text = note.read_text().replace(str(leftovers.started(os.getpid())), "another time")
        note.write_text(text)
        leftovers.end(note, number=signal.SIGKILL, grace=0)
        assert not note.exists()


class TestLogs:
    def test_tail_returns_what_is_new(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_text("old\n")
        tail = LogTail(path)
        with path.open("a") as file:
            file.write("new\n")
        assert tail.new_text() == "new\n"
        assert tail.new_text() == ""


def test_statuses_are_put_in_words() -> None:
    assert describe_status(3) == "ended with status 3"
    assert describe_status(-9) == "was ended by SIGKILL"


def test_doctor_finds_this_machine_well_and_names_what_is_not(tmp_path: Path) -> None:
    folder = tmp_path / ".mains"
    try:
        found = checks(data_dir=folder, environment={"SMTP_URL": "mail.example"})
    finally:
        erase(folder)
    failing = [check for check in found if not check.ok and not check.optional]
    assert [check.name for check in failing] == ["SMTP_URL"]
    assert all(check.fix for check in found if not check.ok)
    assert all(not check.fix for check in found if check.ok)
    assert {"Python", "PostgreSQL program", "data folder", "disk space", "clock"} <= {
        check.name for check in found
    }
