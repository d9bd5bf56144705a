"""Runs PostgreSQL's client programs: those that lie beside the server's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orgscope.embedded.binaries import find_binaries
from orgscope.embedded.commands import ServerFailed

__all__ = ["run_client"]

_TIMEOUT_S: Final = 300.0
_PASSWORDS: Final = ("PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE", "PGSYSCONFDIR")
"""Where libpq finds the password of a URL that holds none."""


def run_client(name: str, url: str, words: Sequence[str]) -> None:
    """Run a program such as ``pg_dump`` on the database of ``url``.

    The password travels in its environment, never among its arguments. Raises ServerFailed, with
    what it printed; ConfigurationError when there is no PostgreSQL.
    """
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    command = [str(find_binaries().program(name)), *words, "--dbname", make_conninfo("", **parts)]
    environment = {
        key: os.environ[key]
        for key in ("PATH", "HOME", "LD_LIBRARY_PATH", *_PASSWORDS)
        if key in os.environ
    }
    if password:
        environment["PGPASSWORD"] = password
    try:
        done = subprocess.run(  # noqa: S603 - a program that find_binaries() chose, no shell
            command,
            env={**environment, "LC_ALL": "C"},
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_S,
        )
    except OSError as error:
        raise ServerFailed(f"{command[0]} could not be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise ServerFailed(f"{name} was not done after {_TIMEOUT_S:g} s") from error
    if done.returncode:
        printed = done.stdout.decode(errors="replace").strip()
        raise ServerFailed(f"{name} failed ({done.returncode}):\n{printed[-2000:]}")
