"""Keeps a server from outliving its launcher. A script of its own; standard library only.

The launcher holds the other end of standard input. When it says ``stop``, or when the pipe closes
because the launcher ended in any way at all, the server is stopped: SIGINT (fast shutdown), then
SIGQUIT (immediate; the next start recovers), then SIGKILL, all within five seconds of the
launcher's end. The supervisor runs in a session of its own, so a Ctrl-C at a terminal does not
reach it, and it is the parent of the server, so the process id it signals cannot be anybody else's.

Pipes are used and not Linux's PR_SET_PDEATHSIG, so that it works the same on macOS.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

STEPS = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 1.0))
"""What stops a server whose launcher is gone, and the seconds each signal is given."""

ENDED_BY_ITSELF = 3
"""Exit status when the server ended and nobody had asked for it."""


def watch(server: subprocess.Popen[bytes], wake: int, patience_s: float | None) -> str:
    """Wait, and return why it is over.

    ``ended``: the server did; ``stop``: the launcher asks for it; ``alone``: the launcher is gone;
    ``told``: a signal tells the supervisor to end; ``timeout``.
    """
    deadline = None if patience_s is None else time.monotonic() + patience_s
    while server.poll() is None:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select([0, wake], [], [], left)
        if not ready:
            return "timeout"
        if wake in ready and set(os.read(wake, 64)) - {signal.SIGCHLD}:
            return "told"
        if 0 in ready:
            return "stop" if os.read(0, 16) else "alone"
    return "ended"


def end(server: subprocess.Popen[bytes]) -> None:
    """Stop the server, more and more firmly."""
    for signum, seconds in STEPS:
        server.send_signal(signum)
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def remove_temporary(home: str) -> None:
    """Remove the files of a server that were to be kept no longer than its launcher lived."""
    shutil.rmtree(home, ignore_errors=True)  # a process that had to be killed may write still
    with contextlib.suppress(OSError):  # the folder above goes with it if nothing else is in it
        os.rmdir(os.path.dirname(home))


def wake_on_signals() -> int:
    """Return a descriptor that is readable after a signal, its number being the byte."""
    wake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    for signum in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, lambda *_: None)
    signal.set_wakeup_fd(alarm)
    return wake


def supervise(order: dict[str, Any]) -> int:
    """Run the server of ``order`` until it ends or must end; return the exit status."""
    wake = wake_on_signals()
    try:
        server = subprocess.Popen(  # noqa: S603 - the command comes from orgscope.embedded
            order["command"],
            user=order["uid"],
            group=order["gid"],
            extra_groups=None if order["uid"] is None else [],
            cwd="/",
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,  # the log: a file, never a pipe that the server would inherit
            stderr=sys.stderr,
            pass_fds=[order["server_lock"]],
        )
    except OSError as error:
        sys.stderr.write(f"{order['command'][0]} could not be run: {error.strerror}\n")
        return ENDED_BY_ITSELF
    try:
        os.close(order["server_lock"])  # only the server's processes hold it from here on
        with contextlib.suppress(BrokenPipeError):  # the launcher is gone: watch() will see it
            os.write(1, f"{server.pid}\n".encode())
        why, asked = watch(server, wake, None), False
        if why == "stop":
            server.send_signal(signal.SIGINT)
            why = watch(server, wake, order["stop_patience_s"])
            asked = True
    finally:
        if server.poll() is None:
            end(server)
        # The server has removed it or most of it; what cannot be removed, the next start removes.
        shutil.rmtree(order["socket_dir"], ignore_errors=True)
    if why == "alone" and order["temporary"] is not None:
        remove_temporary(order["temporary"])
    return ENDED_BY_ITSELF if why == "ended" and not asked else 0


if __name__ == "__main__":
    sys.exit(supervise(json.loads(sys.argv[1])))
