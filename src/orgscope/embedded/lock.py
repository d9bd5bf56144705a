"""Lock files: at most one launcher, and at most one set of server processes, for a folder.

``flock`` locks belong to the open file, so a child that inherits the descriptor holds the lock too,
and the kernel frees it when the last such process ends, however it ends. No lock goes stale.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from orgscope.errors import ConfigurationError

__all__ = ["FileLock", "Record", "hold_launcher_lock"]


@dataclass(frozen=True, slots=True)
class Record:
    """What a launcher writes into its lock file: for the next launcher, and for people."""

    launcher: int = 0
    supervisor: int = 0
    postmaster: int = 0
    port: int = 0
    socket_dir: str = ""


class FileLock:
    """One open lock file. ``close`` gives up this process's hold; an heir may hold it longer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """Return the descriptor, for ``pass_fds``."""
        return self._fd

    def acquire(self, patience_s: float = 0.0) -> bool:
        """Take the lock, waiting up to ``patience_s`` seconds; False when others hold it still."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.02)
            except OSError as error:
                raise ConfigurationError(
                    f"{self._path} cannot be locked: {error.strerror}. Put the project on a file "
                    "system with locks."
                ) from error
            else:
                return True

    def read(self) -> Record:
        """Return the record in the file; an empty one when it holds none (yet)."""
        try:
            return Record(**json.loads(os.pread(self._fd, 4096, 0)))
        except (ValueError, TypeError):  # a new file, or one that is being written
            return Record()

    def write(self, record: Record) -> None:
        """Replace the record in the file. The file itself stays, because the lock is on it."""
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, json.dumps(asdict(record)).encode(), 0)

    def close(self) -> None:
        """Give up this process's hold. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def hold_launcher_lock(path: Path, *, folder: Path, patience_s: float = 0.5) -> FileLock:
    """Return the held lock of the one launcher that ``folder`` may have.

    Raises ConfigurationError, naming the process, when another launcher holds it.
    """
    lock = FileLock(path)
    try:
        if not lock.acquire(patience_s):
            raise ConfigurationError(
                f"The server of {folder} is already run by process {lock.read().launcher}. "
                "Stop that process, or use its server."
            )
    except BaseException:
        lock.close()
        raise
    return lock
