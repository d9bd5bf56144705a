"""Questions about processes that are not our children."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

__all__ = ["arguments_of", "is_alive"]

PROC: Final = Path("/proc")


def is_alive(pid: int) -> bool:
    """Say whether a process has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def arguments_of(pid: int) -> str:
    """Return a process's command line; empty when the process is gone."""
    if (PROC / "self").exists():
        try:
            line = (PROC / str(pid) / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return line.replace(b"\0", b" ").decode(errors="replace")
    return subprocess.run(  # noqa: S603 - macOS has no /proc; the one argument is a number
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)],
        check=False,  # it fails for a process that is gone, and prints nothing
        capture_output=True,
        text=True,
        timeout=10,
    ).stdout
