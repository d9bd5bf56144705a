"""The operating-system user that a server runs as when its launcher is root.

PostgreSQL refuses to run as root, so root hands its processes to a user with fewer rights.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.errors import ConfigurationError

__all__ = ["Account", "owner_account", "server_account"]

PREFERRED: Final = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group, by number, and the name for messages."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Say whether this user can look up names in ``folder``, through all of its parents.

        Asked of the system itself, because mode bits do not tell of access lists.

        Raises ConfigurationError when we may not act as this user.
        """
        try:
            answer = subprocess.run(  # noqa: S603 - a fixed program; the path is one argument
                ["/bin/sh", "-c", 'test -d "$1" && test -x "$1"', "sh", str(folder)],
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except PermissionError as error:
            raise ConfigurationError(
                f"PostgreSQL does not run as root, and root may not become user '{self.name}' here "
                "(the container lacks CAP_SETUID or CAP_SETGID). Start orgscope as another user."
            ) from error
        return answer.returncode == 0


def server_account() -> Account | None:
    """Return the user that a new server must run as, or None when it is the user we are.

    Raises ConfigurationError when we are root and the system has no user to hand over to.
    """
    if os.geteuid() != 0:
        return None
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ConfigurationError(
        "PostgreSQL does not run as root, and this system has neither a user 'postgres' nor a user "
        "'nobody' to run it as. Add one of them, or start orgscope as another user."
    )


def owner_account(data_dir: Path) -> Account | None:
    """Return the user that owns existing data, or None when that is the user we are."""
    found = data_dir.stat()
    if found.st_uid == os.geteuid():
        return None
    try:
        name = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        name = str(found.st_uid)
    return Account(name, found.st_uid, found.st_gid)
