"""A server as its launcher uses it: files, logins, settings, neighbours, and what goes wrong."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.integration.embedded.launcher import Launcher

from orgscope.embedded import Binaries, Server, ServerFailed, find_binaries
from orgscope.errors import ConfigurationError


def value(server: Server, query: str) -> object:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_server__running__serves_on_loopback_and_socket(project: Path, binaries: Binaries) -> None:
    with Server(project, binaries=binaries, fast=True) as server:
        assert server.running
        assert server.host == "127.0.0.1"
        assert value(server, "show listen_addresses") == "127.0.0.1"
        assert value(server, "show data_directory") == str(server.data_dir)
        assert value(server, "select pg_backend_pid()") != server.pid
        over_socket = psycopg.connect(
            host=str(server.socket_dir),
            port=server.port,
            user=server.superuser,
            password=server.password,
            dbname="postgres",
        )
        with over_socket:
            assert over_socket.execute("show server_version_num").fetchone() is not None
    assert not server.running
    with pytest.raises(ConfigurationError, match="not started"):
        server.url()


def test_server__files__closed_to_others(project: Path, binaries: Binaries) -> None:
    with Server(project, binaries=binaries, fast=True) as server:
        home = project / ".orgscope"
        assert server.data_dir == home / "data"
        assert mode(server.data_dir) == 0o700
        assert mode(server.socket_dir) == 0o700
        assert mode(home / "password") == 0o600
        assert mode(home / "postgres.log") == 0o600
        assert mode(home) == (0o711 if os.geteuid() == 0 else 0o700)
        assert (home / "password").read_text() == server.password + "\n"
        assert len(server.password) >= 32
        assert not (home / "password.initdb").exists()
    assert not server_files(project) & {"data.new", "where"}


def server_files(project: Path) -> set[str]:
    return {path.name for path in (project / ".orgscope").iterdir()}


@pytest.mark.parametrize("way", ["tcp", "socket"])
def test_server__wrong_password__refused(project: Path, binaries: Binaries, way: str) -> None:
    with Server(project, binaries=binaries, fast=True) as server:
        host = server.host if way == "tcp" else str(server.socket_dir)

        def connect(password: str | None) -> None:
            psycopg.connect(
                host=host, port=server.port, user="postgres", dbname="postgres", password=password
            ).close()

        connect(server.password)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect("wrong")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            connect(None)
        stored = "select rolpassword from pg_authid where rolname = 'postgres'"
        assert str(value(server, stored)).startswith("SCRAM-SHA-256$")
        methods = "select array_agg(distinct auth_method) from pg_hba_file_rules"
        assert value(server, methods) == ["scram-sha-256"]


def test_server__default__durable(project: Path) -> None:
    with Server(project) as server:
        assert [value(server, f"show {name}") for name in ("fsync", "full_page_writes")] == [
            "on",
            "on",
        ]
        assert value(server, "show synchronous_commit") == "on"
        assert value(server, "show autovacuum") == "on"
        assert value(server, "show max_connections") == "100"
        assert value(server, "show max_prepared_transactions") == "0"
        assert value(server, "show password_encryption") == "scram-sha-256"
        assert value(server, "show server_encoding") == "UTF8"


def test_server__fast_with_options__as_asked(project: Path) -> None:
    options = {"max_connections": "17", "log_line_prefix": "two words, 'quoted' ", "my.own": "x"}
    with Server(project, fast=True, options=options) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            assert value(server, f"show {name}") == "off"
        assert value(server, "show max_connections") == "17"
        assert value(server, "show my.own") == "x"
        assert value(server, "show log_line_prefix") == options["log_line_prefix"]


@pytest.mark.parametrize("name", ["port", "PORT", "listen_addresses", "a b", "x=1 -c y", ""])
def test_server__option_not_acceptable__refused(project: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="is refused"):
        Server(project, options={name: "1"})


def test_server__started_again__same_data_port_and_password(
    project: Path, binaries: Binaries
) -> None:
    server = Server(project, binaries=binaries)
    with server:
        first = server.url()
        with psycopg.connect(first) as connection:
            connection.execute("create table kept as select 42 as n")
    with server:
        assert server.url() == first
        assert value(server, "select n from kept") == 42


def test_server__port_taken__another_port(project: Path) -> None:
    server = Server(project, fast=True)
    with server:
        port = server.port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with server:
            assert server.port != port
            assert value(server, "select 1") == 1


def test_server__port_taken_between_look_and_start__another_port(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "orgscope.embedded.server"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with Server(project, fast=True) as server:
            free = server.port
        (project / ".orgscope" / "launcher.lock").unlink()
        offered = iter([taken, free])
        monkeypatch.setattr(f"{module}.free_port", lambda: next(offered))
        with server:
            assert server.port == free


def test_server__two_projects__side_by_side(folder: Path, state_dir: Path) -> None:
    assert state_dir.parent == folder
    for name in ("one", "two"):
        (folder / name).mkdir(mode=0o755)
    with (
        Server(folder / "one", fast=True) as one,
        Server(folder / "two", fast=True) as two,
    ):
        assert one.port != two.port
        assert one.socket_dir != two.socket_dir
        assert one.password != two.password
        with psycopg.connect(one.url()) as connection:
            connection.execute("create table only_here ()")
        assert value(two, "select to_regclass('only_here')") is None
    assert not one.running
    assert not two.running


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


@pytest.mark.parametrize("name", ["with spaces, 'quotes' and \"ünïcode\"", "long" * 40])
def test_server__awkward_project_path__works(folder: Path, state_dir: Path, name: str) -> None:
    assert state_dir.parent == folder
    project = folder / name
    project.mkdir(mode=0o755)
    with Server(project, fast=True) as server:
        assert server.data_dir.is_relative_to(project)
        assert len(os.fsencode(server.socket_dir / f".s.PGSQL.{server.port}")) < 104
        assert value(server, "show unix_socket_directories") == f'"{server.socket_dir}"'


def test_server__awkward_temporary_folder__short_socket_path(
    project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = folder / ("t" * 90)
    long.mkdir(mode=0o755)
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with Server(project, fast=True) as server:
        assert server.socket_dir.parent != long
        assert (server.socket_dir / f".s.PGSQL.{server.port}").is_socket()


def test_server__temporary_folder_with_comma__works(
    project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = folder / 'a, "b" c'
    odd.mkdir(mode=0o755)
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    with Server(project, fast=True) as server:
        assert server.socket_dir.parent == odd
        assert (server.socket_dir / f".s.PGSQL.{server.port}").is_socket()


def test_url__awkward_names__quoted(project: Path) -> None:
    user, password, dbname = "o'x@y:z/ä", "p/w?@:%20#&", 'a "b"/c?d'
    with Server(project, fast=True) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(
                psycopg.sql.SQL("create role {} login password {}").format(
                    psycopg.sql.Identifier(user), psycopg.sql.Literal(password)
                )
            )
            connection.execute(
                psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(dbname))
            )
        with psycopg.connect(server.url(dbname, user=user, password=password)) as connection:
            found = connection.execute("select current_user::text, current_database()::text")
            assert found.fetchone() == (user, dbname)
        assert server.password not in server.url(user="other")


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


def test_server__stopped__leaves_no_socket_folder(project: Path) -> None:
    with Server(project, fast=True) as server:
        socket_dir = server.socket_dir
        shutil.copy(project / ".orgscope" / "password", socket_dir / "forgotten")
    assert not socket_dir.exists()


def test_server__secret_in_environment__not_handed_to_postgres(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKOS_API_KEY", "sk_test_not_for_postgres")
    monkeypatch.setenv("PGOPTIONS", "-c max_connections=5")
    monkeypatch.setenv("PGPORT", "1")
    with Server(project, fast=True) as server:
        environment = Path(f"/proc/{server.pid}/environ")
        if not environment.exists():
            pytest.skip("no /proc to look into")
        assert b"WORKOS_API_KEY" not in environment.read_bytes()
        assert b"PGOPTIONS" not in environment.read_bytes()


def test_server__python_without_a_program__error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(ConfigurationError, match=r"sys\.executable is empty"):
        Server(project, fast=True).start()
