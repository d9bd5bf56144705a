"""Processes of ``orgscope`` that can be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from orgscope.devstack import environment
from orgscope.settings import Settings

__all__ = ["Process", "free_port"]

_NOT_THEIRS = ("ORGSCOPE_DBA_URL", "ORGSCOPE_MIGRATOR_URL")


class Process:
    """An ``orgscope`` command as a process of its own, from entering the block to its end."""

    def __init__(self, settings: Settings, arguments: tuple[str, ...], folder: Path) -> None:
        self._command = [sys.executable, "-m", "orgscope", *arguments]
        self._folder = folder
        own = {
            name: value for name, value in environment(settings).items() if name not in _NOT_THEIRS
        }
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ORGSCOPE_", "WORKOS_"))
        }
        path = os.pathsep.join(str(Path(one).resolve()) for one in sys.path if one)
        self._variables = {**inherited, **own, "PYTHONPATH": path}
        self._log = folder / f"{arguments[0]}.log"
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and do not wait until it is ready."""
        with self._log.open("ab") as output:
            self._running = subprocess.Popen(
                self._command,
                env=self._variables,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def revive(self) -> bool:
        """Start it again if it has ended by itself, as an init system does; tell whether it had."""
        if self._running is None or self._running.poll() is None:
            return False
        self.start()
        return True

    def kill(self) -> None:
        """End it without warning, if it runs."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
