"""A server as its launcher uses it: files, logins, settings and neighbours."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path

import psycopg
import pytest

from orgscope.embedded import Binaries, Server
from orgscope.errors import ConfigurationError
from tests.integration.embedded.questions import server_files, value

STORED = "select rolpassword from pg_authid where rolname = 'postgres'"


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
        rounds = 1 if binaries.major >= 16 else 4096
        assert str(value(server, STORED)).startswith(f"SCRAM-SHA-256${rounds}:")
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
        assert str(value(server, STORED)).startswith("SCRAM-SHA-256$4096:")


def test_server__fast_with_options__as_asked(project: Path) -> None:
    options = {"max_connections": "17", "log_line_prefix": "two words, 'quoted' ", "my.own": "x"}
    with Server(project, fast=True, options=options) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            assert value(server, f"show {name}") == "off"
        assert value(server, "show max_connections") == "17"
        assert value(server, "show my.own") == "x"
        assert value(server, "show log_line_prefix") == options["log_line_prefix"]


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
