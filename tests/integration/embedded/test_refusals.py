"""What a server refuses, and what it says when it cannot start."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from orgscope.embedded import Binaries, Server, ServerFailed, find_binaries
from orgscope.errors import ConfigurationError
from tests.integration.embedded.launcher import Launcher
from tests.integration.embedded.questions import server_files, value


@pytest.mark.parametrize("name", ["port", "PORT", "listen_addresses", "a b", "x=1 -c y", ""])
def test_server__option_not_acceptable__refused(project: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="is refused"):
        Server(project, options={name: "1"})


def test_server__second_launcher__error_names_the_first(
    project: Path, launch: Callable[[Binaries], Launcher]
) -> None:
    first = launch(find_binaries())
    url, _ = first.wait_until_started()
    pid = first.process.pid
    with pytest.raises(ConfigurationError, match=rf"already run by process {pid}\b"):
        Server(project, fast=True).start()
    with psycopg.connect(url) as connection:
        connection.execute("select 1")


def test_server__started_twice__error_and_server_lives_on(project: Path) -> None:
    with Server(project, fast=True) as server:
        with pytest.raises(ConfigurationError, match="already started"):
            server.start()
        with pytest.raises(ConfigurationError, match=rf"already run by process {os.getpid()}\b"):
            Server(project, fast=True).start()
        assert value(server, "select 1") == 1


def test_server__postgres_refuses_to_start__error_has_its_reason_and_no_password(
    project: Path,
) -> None:
    with Server(project, fast=True) as server:
        password = server.password
    broken = Server(project, fast=True, options={"max_connections": "many", "log_line_prefix": ""})
    with pytest.raises(ServerFailed, match='invalid value for parameter "max_connections"') as told:
        broken.start()
    assert password not in str(told.value)
    with server:
        assert value(server, "select 1") == 1


def test_server__password_in_log__blotted_out(project: Path) -> None:
    with Server(project, fast=True) as server:
        password = server.password
    broken = Server(project, fast=True, options={"max_connections": password})
    with pytest.raises(ServerFailed, match=r'"max_connections": "\*\*\*"') as told:
        broken.start()
    assert password not in str(told.value)


def test_server__initdb_fails__error_has_its_reason_and_nothing_stays(
    project: Path, folder: Path
) -> None:
    fake = folder / "fake"
    fake.mkdir(mode=0o755)
    for name in ("postgres", "initdb", "pg_ctl"):
        (fake / name).write_text(
            '#!/bin/sh\ncase "$*" in\n*--version) echo "x (PostgreSQL) 18.0";;\n'
            '*) echo "initdb: error: no room" >&2; exit 1;;\nesac\n'
        )
        (fake / name).chmod(0o755)
    with pytest.raises(ServerFailed, match="no room"):
        Server(project, binaries=find_binaries(fake)).start()
    assert not server_files(project) & {"data", "password.initdb"}
    with Server(project, fast=True) as server:
        assert value(server, "select 1") == 1


def test_server__data_of_another_version__error_and_data_kept(project: Path) -> None:
    with Server(project, fast=True) as server:
        data = server.data_dir
    other = Binaries(find_binaries().directory, (99, 0), "test")
    with pytest.raises(ConfigurationError, match=r"was made by PostgreSQL \d+, and PostgreSQL 99"):
        Server(project, binaries=other).start()
    assert (data / "PG_VERSION").exists()


def test_server__password_file_lost__error_says_what_to_do(project: Path) -> None:
    with Server(project, fast=True) as server:
        pass
    (project / ".orgscope" / "password").unlink()
    with pytest.raises(ConfigurationError, match="Restore the file"):
        server.start()


def test_server__no_such_folder__error(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not a folder that we can enter"):
        Server(folder / "absent").start()


def test_server__file_in_the_way__error(project: Path) -> None:
    (project / ".orgscope").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        Server(project).start()


def test_server__python_without_a_program__error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(ConfigurationError, match=r"sys\.executable is empty"):
        Server(project, fast=True).start()
