"""Run ``orgscope`` as a process of its own, with nothing set but what a test sets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_process(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        _command(arguments),
        cwd=cwd,
        env=_environment(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def start_process(*arguments: str, cwd: Path, **variables: str) -> subprocess.Popen[str]:
    """Start a command; whoever started it ends it."""
    return subprocess.Popen(
        _command(arguments),
        cwd=cwd,
        env=_environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "orgscope", *arguments]


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ORGSCOPE_", "WORKOS_"))
    }
    return {**inherited, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **variables}


def failure(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one message of a command that failed as it should."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("orgscope: ")
    assert result.stderr.count("\n") == 1
    return result.stderr
