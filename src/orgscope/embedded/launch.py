"""One supervisor with one server, as the launcher sees them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from orgscope.embedded.cluster import hold_server_lock, read_postmaster
from orgscope.embedded.commands import ServerFailed, child_environment, tail
from orgscope.embedded.home import Home
from orgscope.errors import ConfigurationError

__all__ = ["Launched"]

_SCRIPT: Final = Path(__file__).resolve().with_name("supervisor.py")
_READY_PATIENCE_S: Final = 120.0  # recovery after a crash may have much to read
_STOP_PATIENCE_S: Final = 60.0  # a shutdown writes everything out; after it the next start recovers


class Launched:
    """A running supervisor. It stops the server when told to, or when this process ends.

    ``command`` runs the server. It, and the supervisor until it runs, hold the server lock.
    ``temporary``: if this process is killed, the supervisor removes the home as well.

    Raises ServerFailed when an earlier server of the same data does not end, and ConfigurationError
    when there is no Python to run the supervisor with.
    """

    def __init__(
        self, home: Home, command: Sequence[str], socket_dir: Path, *, temporary: bool
    ) -> None:
        if not sys.executable:
            raise ConfigurationError(
                "This Python does not know its own program (sys.executable is empty), so it cannot "
                "start the process that stops the server. Start orgscope with a usual python."
            )
        self._home = home
        log = home.open_log()
        try:
            with hold_server_lock(home) as server_lock:
                order = {
                    "command": command,
                    "uid": home.account.uid if home.account else None,
                    "gid": home.account.gid if home.account else None,
                    "server_lock": server_lock.fileno(),
                    "socket_dir": str(socket_dir),
                    "temporary": str(home.path) if temporary else None,
                    "stop_patience_s": _STOP_PATIENCE_S,
                }
                self._process = subprocess.Popen(  # noqa: S603 - our own script
                    [sys.executable, "-I", "-S", str(_SCRIPT), json.dumps(order)],
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd="/",
                    env=child_environment(),
                    start_new_session=True,
                    pass_fds=[server_lock.fileno()],
                )
        finally:
            os.close(log)
        self._control = _pipe(self._process.stdin)

    @property
    def pid(self) -> int:
        """The process id of the supervisor."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """True until the supervisor has ended, which it does after its server."""
        return self._process.poll() is None

    def wait_until_ready(self, *, password: str) -> int:
        """Return the postmaster's process id once it accepts connections.

        Raises ServerFailed with the end of the log, from which ``password`` is blotted out.
        """
        with _pipe(self._process.stdout) as said:
            postmaster = int(said.readline() or b"0")
        deadline = time.monotonic() + _READY_PATIENCE_S
        problem = "did not start"
        while self.running:
            found = read_postmaster(self._home.data)
            if found is not None and found.pid == postmaster and found.ready:
                return postmaster
            if time.monotonic() >= deadline:
                problem = f"was not ready after {_READY_PATIENCE_S:g} s"
                break
            time.sleep(0.02)
        self.stop()
        log = self._home.log
        raise ServerFailed(
            f"PostgreSQL {problem}. The end of {log}:\n{tail(log, without=password)}"
        )

    def stop(self) -> None:
        """Tell the supervisor to stop the server, and return when both have ended."""
        if not self._control.closed:
            with contextlib.suppress(BrokenPipeError):  # it has ended already
                self._control.write(b"stop")
        self._process.wait()
        self._control.close()

    def disown(self) -> None:
        """In a forked child: close the pipe, which would keep the server after the launcher."""
        self._control.close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise AssertionError("the supervisor is started with pipes")
    return stream
