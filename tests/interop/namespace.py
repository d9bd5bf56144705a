"""A network namespace: the emulator listens on every interface, so it gets only a loopback."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from tests.interop.cannot_run import CannotRun

__all__ = ["check_isolated", "run_isolated", "start_loopback"]

_LOOPBACK: Final = "lo"
_GET_FLAGS: Final = 0x8913  # SIOCGIFFLAGS
_SET_FLAGS: Final = 0x8914  # SIOCSIFFLAGS
_UP: Final = 0x1  # IFF_UP
_REQUEST: Final = "16sH14x"  # struct ifreq: name, flags


def run_isolated(arguments: Sequence[str]) -> NoReturn:
    """Become ``python ARGUMENTS`` in a network namespace of its own.

    Root needs no other namespace. Anybody else gets one of users as well, in which the user stays
    who it is, because PostgreSQL refuses root, and may still start the loopback.

    Raises CannotRun where this is not allowed.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        raise CannotRun(
            "Expected unshare in PATH, to keep the emulator off the network; there is none. "
            "Run it on Linux, and install util-linux 2.38 or later."
        )
    command = [unshare, "--net"]
    if os.geteuid() != 0:
        command += ["--user", "--map-current-user", "--keep-caps"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise CannotRun(
            "Expected to be allowed a network namespace, without which the emulator is not "
            f"started; the system says: {tried.stderr.strip()}. Run it as root, or allow user "
            "namespaces (Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; a "
            "container needs CAP_SYS_ADMIN)."
        )
    sys.stdout.flush()
    os.execv(unshare, [*command, sys.executable, *arguments])  # noqa: S606 - no shell is wanted


def start_loopback() -> None:
    """Start the loopback, which is down in a new namespace; raises CannotRun when it may not."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            request = struct.pack(_REQUEST, _LOOPBACK.encode(), _flags(control, _LOOPBACK) | _UP)
            fcntl.ioctl(control, _SET_FLAGS, request)
    except OSError as error:
        raise CannotRun(
            f"Expected to start the loopback of the namespace; the system says: {error.strerror}. "
            "Run it as root, or allow user namespaces their capabilities (Ubuntu: sysctl "
            "kernel.apparmor_restrict_unprivileged_userns=0)."
        ) from None


def check_isolated() -> None:
    """Make sure that nothing but the loopback is up; raises CannotRun."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        names = [name for _, name in socket.if_nameindex() if name != _LOOPBACK]
        up = [name for name in names if _flags(control, name) & _UP]
    if up:
        raise CannotRun(
            f"Expected a network namespace with a loopback only; {', '.join(up)} is up as well, "
            "and the emulator would listen there. Run make interop, which makes a namespace."
        )


def _flags(control: socket.socket, interface: str) -> int:
    request = struct.pack(_REQUEST, interface.encode(), 0)
    answer = fcntl.ioctl(control, _GET_FLAGS, request)
    return int(struct.unpack(_REQUEST, answer)[1])
