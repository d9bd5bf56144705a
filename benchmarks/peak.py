"""Run a command, print the peak of its resident memory in bytes, and end as it ended.

A process of its own: what a process had in memory when it started a command counts for the command
(Linux keeps ``ru_maxrss`` across exec), and this one has next to nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

__all__ = ["main"]

_UNIT: Final = 1 if sys.platform == "darwin" else 1024


def main() -> int:
    """Return the exit code of the command; its output goes to stderr."""
    command = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)  # noqa: S603 - as it was given
    _, status, usage = os.wait4(command.pid, 0)
    print(usage.ru_maxrss * _UNIT)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
