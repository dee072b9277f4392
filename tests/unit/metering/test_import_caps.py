"""What a hostile or endless file can cost: bytes, unpacked bytes, cells, seconds, memory."""

import gzip
import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.factories import meter_files

from mains.metering.imports.caps import MB, Caps
from mains.metering.imports.refusals import FileRefused
from mains.metering.imports.worker import _run

SMALL = Caps(size=MB, unpacked=4 * MB, cells=10_000, seconds=20, memory=1024 * MB)


def workbook(path: Path, *, rows: int, padding: bytes = b"") -> Path:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["point", "start", "value", "quality"])
    for row in range(rows):
        sheet.append(["M1", f"2026-05-01 {row % 24:02d}:00:00", "1", "M"])
    book.save(path)
    if padding:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/padding.xml", padding)
    return path


def test_an_endless_file_is_refused_once_it_is_too_large(read, tmp_path):
    pipe = tmp_path / "endless"
    os.mkfifo(pipe)

    def fill() -> None:
        with pipe.open("wb") as end:
            try:
                while True:
                    end.write(b"x" * MB)
            except BrokenPipeError:
                return

    thread = threading.Thread(target=fill)
    thread.start()
    with pytest.raises(FileRefused, match="larger than 1 MB; split it"):
        read(pipe, "csv", caps=SMALL)
    thread.join()


def test_a_text_that_unpacks_to_too_much_is_refused(read):
    bomb = gzip.compress(b"\n" * 5 * MB)
    assert len(bomb) < SMALL.size
    with pytest.raises(FileRefused, match="larger than 4 MB once unpacked"):
        read(bomb, "csv", caps=replace(SMALL, cells=10**9))


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is(read, tmp_path):
    bomb = workbook(tmp_path / "bomb.xlsx", rows=2, padding=b"<x/>" * 2 * MB)
    assert bomb.stat().st_size < SMALL.size
    with pytest.raises(FileRefused, match="larger than 4 MB once unpacked"):
        read(bomb, "xlsx", caps=SMALL)


def test_a_workbook_that_declares_entities_is_refused(read, tmp_path):
    good = workbook(tmp_path / "good.xlsx", rows=1)
    assert read(good, "xlsx", caps=SMALL).intervals == 1
    with (
        zipfile.ZipFile(good) as source,
        zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target,
    ):
        for name in source.namelist():
            text = source.read(name)
            if name.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + text
            target.writestr(name, text)
    with pytest.raises(FileRefused, match="declares a document type"):
        read(tmp_path / "bad.xlsx", "xlsx", caps=SMALL)


def test_control_the_same_workbook_is_read_where_more_is_allowed(read, tmp_path):
    book = workbook(tmp_path / "book.xlsx", rows=2, padding=b"<x/>" * 2 * MB)
    assert read(book, "xlsx", caps=replace(SMALL, unpacked=64 * MB)).intervals == 2


def test_too_many_cells_are_refused_in_a_text_and_in_a_workbook(read, tmp_path):
    with pytest.raises(FileRefused, match="more than 10,000 cells"):
        read(";" * 10_001 + "\n", "es-f5d", caps=SMALL)
    with pytest.raises(FileRefused, match="more than 100 cells"):
        read(workbook(tmp_path / "b.xlsx", rows=50), "xlsx", caps=replace(SMALL, cells=100))


def test_a_workbook_that_takes_too_long_is_ended(read, tmp_path):
    book = workbook(tmp_path / "long.xlsx", rows=120_000)
    with pytest.raises(FileRefused, match="longer than 1 seconds; split it"):
        read(book, "xlsx", caps=Caps(seconds=1))


def test_a_child_that_waits_forever_is_ended(tmp_path, monkeypatch):
    from zoneinfo import ZoneInfo

    # It would wait for the other end of a pipe that nobody opens; no processor time passes.
    os.mkfifo(tmp_path / "file")
    caps = Caps(seconds=1)
    job = {"profile": "csv", "table": None, "keep_rows": False, "look": False}
    with pytest.raises(FileRefused, match="longer than 1 seconds"):
        _run(tmp_path, job, zone=ZoneInfo("UTC"), caps=caps)


def test_a_file_that_needs_too_much_memory_is_refused(read):
    text = "point;start;value;quality\n" + "".join(
        f"M{row};2026-05-01T00:00+00:00;1;M\n" for row in range(60_000)
    )
    with pytest.raises(FileRefused, match="more than 64 MB of memory"):
        read(text, "csv", "UTC", caps=Caps(memory=64 * MB))


def test_a_line_without_end_is_refused(read):
    with pytest.raises(FileRefused, match="A line is longer than 1 MB"):
        read(b"x" * (3 * MB), "csv")


def test_control_small_files_pass_under_small_caps(read):
    assert read(meter_files.PLAIN, "csv", caps=SMALL).intervals == 2
