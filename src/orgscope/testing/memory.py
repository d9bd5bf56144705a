"""Where the servers of tests keep their data: in memory, where there is enough."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

__all__ = ["IN_MEMORY", "WAL_OPTIONS"]

_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
_ENOUGH: Final = 4 * 1024**3
"""Free bytes, of which a few servers of the tests need a tenth."""

WAL_OPTIONS: Final = {"max_wal_size": "256MB"}
"""What else would fill the memory of a long run."""


def _base() -> Path | None:
    if _SHARED_MEMORY.is_mount() and shutil.disk_usage(_SHARED_MEMORY).free >= _ENOUGH:
        return _SHARED_MEMORY
    return None


IN_MEMORY: Final = _base()
"""A folder for ``temporary_server``; None where there is no such.

Each test has a database of its own, which is 500 files. On a disk, to find a place for them after
as many were removed takes ext4 ten times as long as to copy them.
"""
