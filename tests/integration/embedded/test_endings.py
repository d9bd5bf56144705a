"""Nothing outlives its launcher, whatever ends it; and what was killed is recovered."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from orgscope.embedded import Binaries, Server, ServerFailed, find_binaries
from orgscope.embedded.account import server_account
from orgscope.embedded.cluster import hold_server_lock
from orgscope.embedded.home import find_home
from tests.integration.embedded.launcher import (
    Launcher,
    checkpointer_of,
    gone_soon,
    is_running,
    postmaster_of,
    recorded,
    server_is_gone,
)

Launch = Callable[[Binaries], Launcher]

SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGABRT]


def store(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as n")


def kept_rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row is not None
    count: int = row[0]
    return count


@pytest.mark.parametrize("signum", SIGNALS, ids=lambda signum: signum.name)
def test_launcher__ended_by_a_signal__server_gone_within_5_s(
    project: Path, launch: Launch, signum: signal.Signals
) -> None:
    launcher = launch(find_binaries())
    url, postmaster = launcher.wait_until_started()
    record = recorded(project)
    assert Path(record.socket_dir).is_dir()
    with psycopg.connect(url) as client:  # a client that does not go away by itself
        client.execute("select 1")
        launcher.process.send_signal(signum)
        assert server_is_gone(project, within_s=5)
        assert not is_running(postmaster)
        with pytest.raises(psycopg.OperationalError):
            client.execute("select 1")
    launcher.process.wait(5)
    assert gone_soon(record.supervisor)
    assert not Path(record.socket_dir).exists()


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
def test_launcher__process_group_ended__server_gone_within_5_s(
    project: Path, launch: Launch, signum: signal.Signals
) -> None:
    launcher = launch(find_binaries())
    _, postmaster = launcher.wait_until_started()
    os.killpg(launcher.process.pid, signum)  # what a terminal does at Ctrl-C
    launcher.process.wait(5)
    assert server_is_gone(project, within_s=5)
    assert not is_running(postmaster)


def test_launcher__killed__next_start_has_its_data(
    project: Path, launch: Launch, binaries: Binaries
) -> None:
    launcher = launch(binaries)
    url, _ = launcher.wait_until_started()
    store(url)
    launcher.process.kill()
    launcher.process.wait()
    with Server(project, binaries=binaries) as server:  # at once: it waits for the supervisor
        assert kept_rows(server.url()) == 1000


def test_launcher__killed_while_the_server_hangs__server_gone_within_5_s(
    project: Path, launch: Launch
) -> None:
    launcher = launch(find_binaries())
    _, postmaster = launcher.wait_until_started()
    os.kill(postmaster, signal.SIGSTOP)  # deaf to everything but SIGKILL
    launcher.process.kill()
    launcher.process.wait()
    assert server_is_gone(project, within_s=5)


def test_stop__shutdown_takes_long__is_waited_for(project: Path) -> None:
    server = Server(project, fast=True)
    server.start()
    checkpointer = checkpointer_of(server.url())
    os.kill(checkpointer, signal.SIGSTOP)
    # Longer than a server without a launcher is given.
    threading.Timer(5.0, os.kill, (checkpointer, signal.SIGCONT)).start()
    server.stop()
    log = (project / ".orgscope" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_launcher__killed_in_a_long_stop__server_gone_within_5_s(
    project: Path, launch: Launch
) -> None:
    launcher = launch(find_binaries())
    url, postmaster = launcher.wait_until_started()
    checkpointer = checkpointer_of(url)
    os.kill(checkpointer, signal.SIGSTOP)
    try:
        launcher.process.send_signal(signal.SIGINT)
        while "fast shutdown request" not in (project / ".orgscope" / "postgres.log").read_text():
            time.sleep(0.02)
        assert is_running(postmaster)
        launcher.process.kill()
        launcher.process.wait()
        assert server_is_gone(project, within_s=5)
    finally:
        os.kill(checkpointer, signal.SIGCONT)
    assert gone_soon(checkpointer)


def test_launcher__killed_during_initdb__next_start_works(project: Path, launch: Launch) -> None:
    launcher = launch(find_binaries())
    deadline = time.monotonic() + 30
    while not (project / ".orgscope" / "data.new" / "base").exists():
        assert time.monotonic() < deadline
        time.sleep(0.002)
    launcher.process.kill()
    launcher.process.wait()
    assert not (project / ".orgscope" / "data").exists()
    with Server(project, fast=True) as server, psycopg.connect(server.url()) as connection:
        connection.execute("select 1")
    names = {path.name for path in (project / ".orgscope").iterdir()}
    assert not names & {"data.new", "password.initdb", "password.new"}


def test_server__postmaster_killed__next_start_recovers(project: Path, binaries: Binaries) -> None:
    server = Server(project, binaries=binaries)
    with server:
        store(server.url())
        os.kill(server.pid, signal.SIGKILL)
        assert gone_soon(server.pid)
    assert not server.running
    assert (project / ".orgscope" / "data" / "postmaster.pid").exists()
    with server:
        assert kept_rows(server.url()) == 1000


def test_server__postmaster_killed_and_started_without_stop__recovers(project: Path) -> None:
    with Server(project) as server:
        store(server.url())
        os.kill(server.pid, signal.SIGKILL)
        while server.running:
            time.sleep(0.02)
        server.start()
        assert kept_rows(server.url()) == 1000


def test_server__postmaster_killed_and_a_backend_lives_on__waits_for_it(project: Path) -> None:
    with Server(project, fast=True) as server:
        client = psycopg.connect(server.url())
        row = client.execute("select pg_backend_pid()").fetchone()
        assert row is not None
        os.kill(row[0], signal.SIGSTOP)
        os.kill(server.pid, signal.SIGKILL)
        assert gone_soon(server.pid)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("orgscope.embedded.cluster._STEPS", ((signal.SIGINT, 0.2),))
            with pytest.raises(ServerFailed, match="did not end when told to"):
                hold_server_lock(find_home(project))
        os.kill(row[0], signal.SIGCONT)
        with hold_server_lock(find_home(project)):
            assert not is_running(row[0])
        client.close()


def test_server__supervisor_killed__stop_still_stops_it(project: Path) -> None:
    with Server(project, fast=True) as server:
        store(server.url())
        postmaster, socket_dir = server.pid, server.socket_dir
        os.kill(recorded(project).supervisor, signal.SIGKILL)
        while server.running:
            time.sleep(0.02)
        assert is_running(postmaster)
    assert not is_running(postmaster)
    assert not socket_dir.exists()
    with server:
        assert kept_rows(server.url()) == 1000


def test_server__launcher_and_supervisor_killed__orphan_stopped_before_the_next(
    project: Path, launch: Launch, binaries: Binaries
) -> None:
    launcher = launch(binaries)
    url, orphan = launcher.wait_until_started()
    store(url)
    record = recorded(project)
    os.kill(record.supervisor, signal.SIGKILL)
    launcher.process.kill()
    launcher.process.wait()
    time.sleep(0.5)
    assert is_running(orphan)
    with Server(project, binaries=binaries) as server:
        assert not is_running(orphan)
        assert not Path(record.socket_dir).exists()
        assert server.pid != orphan
        assert kept_rows(server.url()) == 1000


def test_server__stale_pid_file_with_a_living_stranger__started(project: Path) -> None:
    with Server(project) as server:
        store(server.url())
        os.kill(server.pid, signal.SIGKILL)
        assert gone_soon(server.pid)
    stale = project / ".orgscope" / "data" / "postmaster.pid"
    lines = stale.read_text().splitlines(keepends=True)
    account = server_account()  # PostgreSQL minds only processes of its own user
    stranger = subprocess.Popen(["sleep", "60"], user=account.uid if account else None)
    try:
        stale.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))  # as in a restarted container
        with server:
            assert kept_rows(server.url()) == 1000
            assert postmaster_of(project) == server.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_server__supervisor_told_to_end__server_stopped_cleanly(project: Path) -> None:
    with Server(project, fast=True) as server:
        postmaster = server.pid
        os.kill(recorded(project).supervisor, signal.SIGTERM)
        assert gone_soon(postmaster)
        log = (project / ".orgscope" / "postgres.log").read_text()
        assert "database system is shut down" in log


def test_server__launcher_forked_a_child__child_neither_stops_nor_keeps_it(project: Path) -> None:
    server = Server(project, fast=True)
    server.start()
    postmaster, url = server.pid, server.url()
    until_told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell)
        server.stop()
        usable = server.url() == url
        os.read(until_told, 1)  # outlives the server
        os._exit(0 if usable else 1)
    os.close(until_told)
    with psycopg.connect(url) as connection:
        connection.execute("select 1")
    server.stop()
    assert not is_running(postmaster)
    with server:  # the child holds no lock either
        assert server.running
    os.close(tell)
    assert os.waitpid(child, 0)[1] == 0


def test_server__running__in_a_session_that_a_terminal_does_not_reach(project: Path) -> None:
    with Server(project, fast=True) as server:
        ours = os.getsid(0)
        assert os.getsid(server.pid) != ours
        assert os.getsid(recorded(project).supervisor) != ours


def test_server__clients_connected__stop_does_not_wait_for_them(project: Path) -> None:
    with Server(project, fast=True) as server:
        client = psycopg.connect(server.url())
        client.execute("select 1")
        postmaster = server.pid
    assert not is_running(postmaster)
    client.close()
