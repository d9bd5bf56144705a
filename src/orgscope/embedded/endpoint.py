"""Where a server listens: a free loopback port, and a Unix socket in a short folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from orgscope.embedded.account import Account
from orgscope.errors import ConfigurationError

__all__ = [
    "HOST",
    "connection_url",
    "free_port",
    "make_socket_dir",
    "port_is_free",
    "remove_socket_dir",
]

HOST: Final = "127.0.0.1"
_PREFIX: Final = "orgscope-"
_LONGEST_SOCKET_PATH: Final = 103  # bytes; Linux takes 107, macOS 103
_SOCKET_NAME: Final = ".s.PGSQL.65535"


def port_is_free(port: int) -> bool:
    """Say whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As PostgreSQL does, so that closed connections of an earlier server do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a loopback port that is free now; another process may still be quicker."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def make_socket_dir(account: Account | None) -> Path:
    """Return a new folder, mode 0700, short enough for a socket and owned by the server's user.

    Raises ConfigurationError when neither the temporary folder nor ``/tmp`` will do.
    """
    for base in temporary_bases(account):
        longest = base / f"{_PREFIX}12345678" / _SOCKET_NAME
        if len(os.fsencode(longest)) > _LONGEST_SOCKET_PATH:
            continue
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        if account is not None:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        return folder
    raise ConfigurationError(
        f"The server's socket needs a folder whose path is short and that the server's user can "
        f"enter; neither {tempfile.gettempdir()} nor /tmp is one. Set TMPDIR to one that is."
    )


def temporary_bases(account: Account | None) -> Iterator[Path]:
    """Yield the folders for temporary files that the server's user can enter."""
    for base in dict.fromkeys((Path(tempfile.gettempdir()), Path("/tmp"))):  # noqa: S108 - mkdtemp
        if account is None or account.can_enter(base):
            yield base


def remove_socket_dir(folder: str) -> None:
    """Remove what a server that was killed left; ``folder`` as recorded, ``""`` for nothing."""
    if folder and Path(folder).name.startswith(_PREFIX) and Path(folder).is_dir():
        shutil.rmtree(folder)


def connection_url(port: int, dbname: str, user: str, password: str | None) -> str:
    """Return a ``postgresql://`` URL; every part is quoted, so any character may stand in it."""
    secret = "" if password is None else ":" + quote(password, safe="")
    return f"postgresql://{quote(user, safe='')}{secret}@{HOST}:{port}/{quote(dbname, safe='')}"
