"""Gives the server's user programs that it can read.

Root's virtual environment often lies below a folder with mode 0700. Its PostgreSQL is then copied
to ``STATE_DIR/binaries``, which root owns, in the layout its relative library paths expect:

    <package>/<install>/{bin,lib,share}     the programs
    <package>.libs/  <package>/.dylibs/     what auditwheel and delocate put beside them
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from orgscope.embedded import home as homes
from orgscope.embedded.account import Account
from orgscope.embedded.binaries import Binaries
from orgscope.embedded.commands import ServerFailed, run
from orgscope.embedded.lock import FileLock
from orgscope.errors import ConfigurationError

__all__ = ["readable_binaries"]

_PARTS: Final = ("bin", "lib", "share")
_READABLE: Final = 0o755


def readable_binaries(binaries: Binaries, account: Account | None) -> Binaries:
    """Return the binaries themselves, or a copy when ``account`` cannot run them.

    Raises ConfigurationError when they are not of a form that can be copied, or when the copy does
    not run either.
    """
    if account is None or _refusal(binaries, account) is None:
        return binaries
    install = binaries.directory.parent
    if not all((install / part).is_dir() for part in _PARTS):
        raise ConfigurationError(
            f"User '{account.name}', which must run the server because PostgreSQL refuses root, "
            f"cannot run {binaries.directory}, and {install} is not a complete installation that "
            f"could be copied ({', '.join(_PARTS)}). Put it where every user can read it."
        )
    copied = replace(binaries, directory=_copy(install))
    refusal = _refusal(copied, account)
    if refusal is not None:
        raise ConfigurationError(
            f"User '{account.name}' cannot run {binaries.directory}, nor its copy "
            f"{copied.directory}: {refusal}. Put the programs where every user can read them."
        )
    return copied


def _refusal(binaries: Binaries, account: Account) -> str | None:
    """Say why ``account`` cannot run the programs, None when it can. initdb needs libpq as well."""
    try:
        run([binaries.program("initdb"), "--version"], account=account, timeout_s=30)
        run([binaries.program("postgres"), "--version"], account=account, timeout_s=30)
    except ServerFailed as error:
        return str(error)
    return None


def _copy(install: Path) -> Path:
    """Copy an installation once and return the ``bin`` folder of the copy."""
    homes.own_folder(homes.STATE_DIR, 0o711)
    shelf = homes.STATE_DIR / "binaries"
    homes.own_folder(shelf, _READABLE)
    found = (install / "bin" / "postgres").stat()
    identity = f"{install}\0{found.st_size}\0{found.st_mtime_ns}"
    target = shelf / hashlib.sha256(os.fsencode(identity)).hexdigest()[:16]
    package = install.parent
    with FileLock(shelf / "lock") as lock:
        if not lock.acquire(patience_s=60):
            raise ConfigurationError(f"Another process has copied to {shelf} for a minute. End it.")
        if not target.exists():
            part = shelf / "new"
            if part.exists():
                shutil.rmtree(part)  # of a launcher that was killed
            for name in _PARTS:
                shutil.copytree(install / name, part / package.name / install.name / name)
            for libraries in (f"{package.name}.libs", f"{package.name}/.dylibs"):
                if (package.parent / libraries).is_dir():
                    shutil.copytree(package.parent / libraries, part / libraries)
            _open_to_all(part)
            part.rename(target)
    return target / package.name / install.name / "bin"


def _open_to_all(folder: Path) -> None:
    """Let every user read the copy and nobody write it."""
    folder.chmod(_READABLE)
    for path in folder.rglob("*"):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(_READABLE if executable else 0o644)
