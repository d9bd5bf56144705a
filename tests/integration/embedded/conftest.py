"""Folders, binaries and launchers for the tests of the embedded server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orgscope.embedded import Binaries, find_binaries
from orgscope.embedded import home as homes
from tests.integration.embedded.launcher import Launcher

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder that the server's user can enter, as pytest's own is closed to it under root."""
    path = Path(tempfile.mkdtemp(prefix="orgscope-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def state_dir(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-in for the state folder of the machine, which no test may touch."""
    path = folder / "state"
    monkeypatch.setattr(homes, "STATE_DIR", path)
    return path


@pytest.fixture
def project(folder: Path, state_dir: Path) -> Path:
    """An empty project, in a folder that the server's user can enter."""
    assert state_dir == homes.STATE_DIR
    path = folder / "project"
    path.mkdir(mode=0o755)
    return path


@pytest.fixture(params=["default", "debian-15"])
def binaries(request: pytest.FixtureRequest) -> Binaries:
    """The default binaries (the wheel's, or those of ORGSCOPE_PG_BIN), then Debian's 15."""
    if request.param == "default":
        return find_binaries()
    if not DEBIAN_15.is_dir():
        pytest.skip(f"no PostgreSQL 15 at {DEBIAN_15}")
    return find_binaries(DEBIAN_15)


@pytest.fixture
def launch(project: Path) -> Iterator[Callable[[Binaries], Launcher]]:
    """Run the project's server from a process of its own, which is ended after the test."""
    started: list[Launcher] = []

    def start(binaries: Binaries) -> Launcher:
        launcher = Launcher.spawn(project, binaries)
        started.append(launcher)
        return launcher

    yield start
    for launcher in started:
        launcher.end()
