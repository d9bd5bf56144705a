"""What is known of other processes, with /proc (Linux) and without it (macOS)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orgscope.embedded import processes


@pytest.fixture(params=["/proc", "ps"])
def way(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen: str = request.param
    if chosen == "ps":
        monkeypatch.setattr(processes, "PROC", tmp_path)
        if not Path("/bin/ps").exists():
            pytest.skip("no /bin/ps on this machine")
    elif not Path("/proc/self").exists():
        pytest.skip("no /proc on this machine")
    return chosen


@pytest.mark.usefixtures("way")
def test_arguments_of__living_process__its_command_line() -> None:
    script = "import time; print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script, "a marked word"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    try:
        child.stdout.readline()  # it runs: before exec, it has no command line
        assert processes.arguments_of(child.pid).strip() == " ".join(command)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.usefixtures("way")
def test_arguments_of__process_gone__empty() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert processes.arguments_of(child.pid) == ""


def test_is_alive__own_and_ended_process__told_apart() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert processes.is_alive(os.getpid())
    assert not processes.is_alive(child.pid)
