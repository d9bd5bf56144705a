"""Where the server of a project keeps its files, and who runs it.

A *home* is a folder of the launcher with the lock files, the password, the log and, owned by the
user that runs the server, the folder ``data``. It is ``.orgscope`` in the project. When root
launches and the server's user cannot reach that, it lies below ``STATE_DIR`` instead and
``.orgscope/where`` names it. The permissions of a folder that existed before are never changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orgscope.embedded.account import Account, owner_account, server_account
from orgscope.errors import ConfigurationError

__all__ = ["STATE_DIR", "Home", "find_home", "own_folder"]

STATE_DIR: Final = Path("/var/lib/orgscope")
"""Holds the homes that cannot lie in their project; not /var/tmp, which systemd empties by age."""

_FOLDER: Final = ".orgscope"
_OPEN: Final = 0o711  # others may pass through to what they own, and see no name
_PRIVATE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Home:
    """The folder with a server's files, and the user that runs it (None: the user we are)."""

    path: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder, mode 0700."""
        return self.path / "data"

    @property
    def log(self) -> Path:
        """What the server prints; the log of the start before it is beside it with ``.1``."""
        return self.path / "postgres.log"

    def open_log(self) -> int:
        """Put the earlier log aside and return the descriptor of a new one."""
        if self.log.exists():
            self.log.replace(self.log.with_name("postgres.log.1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)

    def password(self) -> str:
        """Return the superuser's password; made and stored, mode 0600, when there is no data yet.

        Raises ConfigurationError when there is data and its password is lost.
        """
        path = self.path / "password"
        if not path.exists():
            if self.data.exists():
                raise ConfigurationError(
                    f"{self.data} exists and its password file {path} does not. Restore the file, "
                    f"or delete {self.path} to start afresh (its data is lost then)."
                )
            part = path.with_name("password.new")
            part.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(part, flags, 0o600), "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(24) + "\n")
            part.replace(path)
        return path.read_text(encoding="ascii").strip()


def find_home(project: Path) -> Home:
    """Return the home of a project, made when it is missing.

    ``project`` is a folder that exists.

    Raises ConfigurationError when there is no such folder, or when the files in it belong to, or
    cannot be reached by, the user that would run the server.
    """
    if not os.path.isdir(project):  # unlike Path.is_dir, False for what we may not look at
        raise ConfigurationError(f"{project} is not a folder that we can enter; give one that is.")
    project = project.resolve()
    account = server_account()
    inside = project / _FOLDER
    if account is None:
        _make(inside, _PRIVATE)
        _require_ownership(inside)
        return Home(inside, None)
    _make(inside, _OPEN)
    if (inside / "data").exists():
        return _existing(inside)
    elsewhere = _recorded(inside / "where", project) or _elsewhere(project)
    if not elsewhere.exists() and account.can_enter(inside):
        return Home(inside, account)
    own_folder(STATE_DIR, _OPEN)
    own_folder(elsewhere, _OPEN)
    (elsewhere / "project").write_text(f"{project}\n", encoding="utf-8")
    (inside / "where").write_text(f"{elsewhere}\n", encoding="utf-8")
    if (elsewhere / "data").exists():
        return _existing(elsewhere)
    if not account.can_enter(elsewhere):
        raise ConfigurationError(
            f"User '{account.name}', which must run the server because PostgreSQL refuses root, "
            f"can enter neither {inside} nor {elsewhere}. Move the project to a folder that user "
            "can enter, or start orgscope as the user that owns the project."
        )
    return Home(elsewhere, account)


def own_folder(path: Path, mode: int) -> None:
    """Make a folder of ours, or check the one that is there: nobody else may write into it.

    Raises ConfigurationError when another user made it or may write into it.
    """
    _make(path, mode)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise ConfigurationError(
            f"{path} must be a folder that belongs to user {os.geteuid()} and that no other user "
            "can write into, and it is not. Look who made it, then remove it."
        )


def _make(path: Path, mode: int) -> None:
    if path.is_dir():
        return
    try:
        path.mkdir()
    except OSError as error:
        raise ConfigurationError(f"The folder {path} cannot be made: {error.strerror}.") from error
    path.chmod(mode)  # exactly, whatever the umask is; the folder is ours and new


def _require_ownership(inside: Path) -> None:
    owner = inside.stat().st_uid
    if owner != os.geteuid():
        raise ConfigurationError(
            f"{inside} belongs to user {owner}, and this process runs as user {os.geteuid()}. "
            "Start orgscope as that user, or delete the folder (its data is lost then)."
        )


def _existing(path: Path) -> Home:
    """Return a home that has data: the user that owns the data runs the server."""
    account = owner_account(path / "data")
    if account is None:
        raise ConfigurationError(
            f"{path / 'data'} belongs to root, and PostgreSQL refuses to run as root. Was it "
            "copied? Give it back to the user that ran the server (chown -R), or delete it."
        )
    if not account.can_enter(path):
        raise ConfigurationError(
            f"{path / 'data'} belongs to user '{account.name}', which cannot enter {path}: the "
            "permissions of a folder above it have changed. Change them back, or delete the data."
        )
    return Home(path, account)


def _recorded(where: Path, project: Path) -> Path | None:
    """Return the home that ``where`` names, so that a project that was moved finds its data again.

    A copy of a project whose original still exists gets a home of its own: None.
    """
    if not where.exists():
        return None
    home = Path(where.read_text(encoding="utf-8").strip())
    if home.parent != STATE_DIR or not (home / "project").exists():
        return None
    made_for = Path((home / "project").read_text(encoding="utf-8").strip())
    return None if made_for != project and made_for.exists() else home


def _elsewhere(project: Path) -> Path:
    """Return the home below STATE_DIR: named for people, told apart by a hash of the path."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", project.name)[:32]
    key = hashlib.sha256(os.fsencode(project)).hexdigest()[:16]
    return STATE_DIR / f"{name}-{key}"
