"""Run ``orgscope`` as a process of its own, with nothing set but what a test sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_process(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ORGSCOPE_", "WORKOS_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "orgscope", *arguments],
        cwd=cwd,
        env={**inherited, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def failure(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one message of a command that failed as it should."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("orgscope: ")
    assert result.stderr.count("\n") == 1
    return result.stderr
