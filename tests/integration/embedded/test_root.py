"""Root launches: another user runs the server, and nobody's permissions are widened."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from orgscope.embedded import Binaries, Server, find_binaries
from orgscope.embedded import binaries as finder
from orgscope.embedded.account import PREFERRED, server_account
from orgscope.embedded.commands import run
from orgscope.embedded.home import find_home
from orgscope.errors import ConfigurationError

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root, because it is about giving up root's rights"
)


@pytest.fixture
def closed_project(project: Path) -> Path:
    """A project below a folder that only root can enter."""
    closed = project.parent / "closed"
    closed.mkdir(mode=0o700)
    return project.rename(closed / "project")


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Run the block with the rights of another user."""
    entry = pwd.getpwnam(name)
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def modes_above(path: Path) -> list[int]:
    return [stat.S_IMODE(parent.stat().st_mode) for parent in path.parents]


def works(server: Server) -> bool:
    with psycopg.connect(server.url()) as connection:
        return connection.execute("select 1").fetchone() == (1,)


@pytest.fixture
def extra_group() -> Iterator[int]:
    """A group that root is in, and that it must not lend to the server's user."""
    groups = os.getgroups()
    os.setgroups([54321])
    yield 54321
    os.setgroups(groups)


@pytest.mark.usefixtures("extra_group")
def test_server__launched_by_root__runs_as_another_user(project: Path, binaries: Binaries) -> None:
    before = modes_above(project / "x")
    with Server(project, binaries=binaries, fast=True) as server:
        account = server_account()
        assert account is not None
        assert account.name in PREFERRED
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert f"Uid:\t{account.uid}\t{account.uid}\t{account.uid}\t{account.uid}\n" in status
        assert "Groups:\t \n" in status
        assert server.data_dir.stat().st_uid == account.uid
        assert (project / ".orgscope" / "password").stat().st_uid == 0
    assert modes_above(project / "x") == before


def test_account__groups_of_root__not_lent(folder: Path, extra_group: int) -> None:
    account = server_account()
    assert account is not None
    closed = folder / "closed"
    closed.mkdir(mode=0o710)
    os.chown(closed, -1, extra_group)
    assert not account.can_enter(closed)
    assert run(["/usr/bin/id", "-G"], account=account) == str(account.gid)
    assert run(["/usr/bin/id", "-u"], account=account) == str(account.uid)


def test_server__no_user_postgres__nobody_runs_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgscope.embedded.account.PREFERRED", ("no-such-user", "nobody"))
    with Server(project, fast=True) as server:
        assert server.data_dir.stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert works(server)
    monkeypatch.undo()
    with server:  # existing data: its owner runs the server
        assert works(server)
        assert server.data_dir.stat().st_uid == pwd.getpwnam("nobody").pw_uid


def test_server__no_user_to_hand_over_to__error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgscope.embedded.account.PREFERRED", ("no-such-user",))
    with pytest.raises(ConfigurationError, match="Add one of them"):
        Server(project).start()


def test_server__project_closed_to_the_user__data_elsewhere_and_where_names_it(
    closed_project: Path, state_dir: Path
) -> None:
    before = modes_above(closed_project / "x")
    with Server(closed_project) as server:
        assert works(server)
        home = server.data_dir.parent
        assert home.parent == state_dir
        assert (closed_project / ".orgscope" / "where").read_text() == f"{home}\n"
        assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE(home.stat().st_mode) == 0o711
        assert home.stat().st_uid == 0
        with psycopg.connect(server.url()) as connection:
            connection.execute("create table kept ()")
    assert modes_above(closed_project / "x") == before
    with server, psycopg.connect(server.url()) as connection:
        assert server.data_dir.parent == home
        assert connection.execute("select to_regclass('kept')::text").fetchone() == ("kept",)


def test_find_home__closed_project_moved__keeps_its_data(
    closed_project: Path, state_dir: Path
) -> None:
    with Server(closed_project, fast=True) as server:
        home = server.data_dir.parent
    moved = closed_project.rename(closed_project.with_name("moved"))
    assert find_home(moved).path == home
    assert home.parent == state_dir


def test_find_home__closed_project_copied__has_a_home_of_its_own(
    closed_project: Path, state_dir: Path
) -> None:
    with Server(closed_project, fast=True) as server:
        home = server.data_dir.parent
    copied = closed_project.with_name("copied")
    shutil.copytree(closed_project, copied)
    assert find_home(copied).path != home
    assert find_home(copied).path.parent == state_dir
    assert find_home(closed_project).path == home


def test_find_home__where_names_a_strange_folder__not_followed(
    closed_project: Path, state_dir: Path, folder: Path
) -> None:
    strange = folder / "strange"
    strange.mkdir()
    (strange / "project").write_text(f"{closed_project}\n")
    (closed_project / ".orgscope").mkdir()
    (closed_project / ".orgscope" / "where").write_text(f"{strange}\n")
    assert find_home(closed_project).path.parent == state_dir


@pytest.mark.parametrize("how", ["foreign folder", "writable folder", "link"])
def test_find_home__state_folder_planted__refused(
    closed_project: Path, state_dir: Path, folder: Path, how: str
) -> None:
    if how == "link":
        (folder / "target").mkdir()
        state_dir.symlink_to(folder / "target")
    else:
        state_dir.mkdir()
    if how == "foreign folder":
        os.chown(state_dir, pwd.getpwnam("nobody").pw_uid, -1)
    if how == "writable folder":
        state_dir.chmod(0o777)
    with pytest.raises(ConfigurationError, match="no other user can write into"):
        find_home(closed_project)


def test_find_home__nothing_can_be_entered__error_and_nothing_widened(
    closed_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orgscope.embedded.home.STATE_DIR", closed_project.parent / "state")
    with pytest.raises(ConfigurationError, match="can enter neither"):
        find_home(closed_project)
    assert stat.S_IMODE(closed_project.parent.stat().st_mode) == 0o700


def test_find_home__data_no_longer_reachable__error_says_so(project: Path) -> None:
    with Server(project, fast=True):
        pass
    project.chmod(0o700)
    with pytest.raises(ConfigurationError, match="permissions of a folder above it have changed"):
        find_home(project)


def test_find_home__data_copied_by_root__error_says_so(project: Path) -> None:
    (project / ".orgscope" / "data").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="belongs to root"):
        find_home(project)


def test_find_home__folder_of_root__refused_to_a_normal_user(project: Path) -> None:
    with Server(project, fast=True):
        pass
    with acting_as("nobody"), pytest.raises(ConfigurationError, match="belongs to user 0"):
        find_home(project)


def test_find_home__folder_not_writable_for_a_normal_user__error(project: Path) -> None:
    with acting_as("nobody"), pytest.raises(ConfigurationError, match="cannot be made"):
        find_home(project)


def test_server__wheel_closed_to_the_user__runs_a_copy_made_once(
    project: Path, state_dir: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORGSCOPE_PG_BIN", raising=False)
    site = folder / "site"
    site.mkdir(mode=0o700)
    [package] = {path.parent for path in finder._wheel_folders()}
    shutil.copytree(package / "pginstall18", site / package.name / "pginstall18")
    shutil.copytree(package.with_name(f"{package.name}.libs"), site / f"{package.name}.libs")
    for path in site.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)  # as a umask of 077 leaves it
    closed = find_binaries(site / package.name / "pginstall18" / "bin")
    with Server(project, binaries=closed, fast=True) as server:
        assert works(server)
        program = Path(f"/proc/{server.pid}/exe").readlink()
    assert program.is_relative_to(state_dir / "binaries")
    assert program.parts[-4:] == (package.name, "pginstall18", "bin", "postgres")
    assert stat.S_IMODE(site.stat().st_mode) == 0o700
    made = program.stat().st_ino
    with Server(project, binaries=closed, fast=True) as server:
        assert Path(f"/proc/{server.pid}/exe").stat().st_ino == made


def test_server__closed_binaries_that_cannot_be_copied__error(project: Path, folder: Path) -> None:
    closed = folder / "closed" / "bin"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    for name in ("postgres", "initdb", "pg_ctl"):
        (closed / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.0'\n")
        (closed / name).chmod(0o755)
    with pytest.raises(ConfigurationError, match="not a complete installation"):
        Server(project, binaries=find_binaries(closed)).start()


def test_server__temporary_and_closed_project__nothing_stays_elsewhere(
    closed_project: Path, state_dir: Path
) -> None:
    with Server(closed_project, fast=True, temporary=True) as server:
        assert server.data_dir.is_relative_to(state_dir)
    assert list(state_dir.iterdir()) == []
