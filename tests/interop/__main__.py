"""``make interop``: mirror the official emulator, and compare. Exit status 0, or 1 for a difference.

2 when it cannot run here, which says nothing about the mirror.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.interop.cannot_run import CannotRun
from tests.interop.emulator import running_emulator
from tests.interop.mirror import mirror_of
from tests.interop.namespace import check_isolated, run_isolated, start_loopback
from tests.interop.packages import install
from tests.interop.stages import Interop

_CANNOT_RUN: Final = 2


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="make interop", description=__doc__)
    parser.add_argument("--plant", action="store_true", help="make the mirror wrong: must be found")
    parser.add_argument("--isolated", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        if not arguments.isolated:
            install()
            run_isolated(["-m", "tests.interop", "--isolated", *sys.argv[1:]])
        check_isolated()
        start_loopback()
        return _play(plant=arguments.plant)
    except CannotRun as error:
        print(f"interop: {error}", file=sys.stderr)
        return _CANNOT_RUN


def _play(*, plant: bool) -> int:
    os.environ["NO_PROXY"] = "127.0.0.1"  # Here is nothing but the loopback.
    with (
        tempfile.TemporaryDirectory(prefix="orgscope-interop-") as folder,
        running_emulator(Path(folder)) as emulator,
        mirror_of(emulator, Path(folder)) as mirror,
    ):
        interop = Interop(emulator, mirror)
        interop.play(plant=plant)
        return interop.report()


if __name__ == "__main__":
    sys.exit(main())
