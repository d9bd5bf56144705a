"""A private PostgreSQL server that lives no longer than the process that started it."""

from __future__ import annotations

import os
import re
import shutil
import weakref
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from orgscope.embedded.binaries import Binaries, find_binaries
from orgscope.embedded.cluster import SUPERUSER, hold_server_lock, prepare_data
from orgscope.embedded.commands import ServerFailed
from orgscope.embedded.endpoint import (
    HOST,
    connection_url,
    free_port,
    make_socket_dir,
    port_is_free,
    remove_socket_dir,
)
from orgscope.embedded.home import Home, find_home
from orgscope.embedded.launch import Launched
from orgscope.embedded.lock import FileLock, Record, hold_launcher_lock
from orgscope.embedded.readable import readable_binaries
from orgscope.errors import ConfigurationError

__all__ = ["CLUSTER_NAME", "Server"]

CLUSTER_NAME: Final = "orgscope-embedded"
"""How a client knows that it talks to an embedded server (``cluster_name``)."""

DEFAULTS: Final[Mapping[str, str]] = {
    "cluster_name": CLUSTER_NAME,
    "max_connections": "100",
    "max_prepared_transactions": "0",
    "password_encryption": "scram-sha-256",
}
FAST: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
_RESERVED: Final = frozenset(
    {
        "listen_addresses",
        "port",
        "unix_socket_directories",
        "data_directory",
        "logging_collector",
        "cluster_name",
    }
)
_OPTION_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
_PORT_ATTEMPTS: Final = 5


class Server:
    """A private server of a project; a context manager.

    ``folder`` is the project, a folder that exists; the server's files lie in its ``.orgscope``.
    ``binaries`` are the programs to run, by default what ``find_binaries()`` returns at the start.
    ``fast`` gives up durability for speed, for throw-away data. ``options`` are further settings of
    PostgreSQL, by name; other users of the machine can see them, so put no secret there.
    ``temporary`` removes the server's files, data and all, when it stops.

    The data stays between starts, and the port stays the same while it is free. One process at a
    time may run the server of a folder; a second one gets a ConfigurationError that names it.

        with Server(Path("my-project")) as server:
            connection = psycopg.connect(server.url("postgres"))

    Raises ConfigurationError when an option is not acceptable.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Binaries | None = None,
        fast: bool = False,
        options: Mapping[str, str] | None = None,
        temporary: bool = False,
    ) -> None:
        for name in options or {}:
            if name.lower() in _RESERVED or not _OPTION_NAME.fullmatch(name):
                raise ConfigurationError(
                    f"The server option {name!r} is refused: it is set by orgscope itself, or is "
                    "no name of a PostgreSQL setting. Take it out."
                )
        self._folder = folder.absolute()
        self._binaries = binaries
        self._fast = fast
        self._options = {**DEFAULTS, **(FAST if fast else {}), **(options or {})}
        self._temporary = temporary
        self._launched: Launched | None = None
        self._lock: FileLock | None = None
        self._home: Home | None = None
        self._password = ""
        self._record = Record()
        _servers.add(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """True between start and stop, unless the server ended by itself."""
        return self._launched is not None and self._launched.running

    @property
    def host(self) -> str:
        """The address the server listens on; always loopback."""
        return HOST

    @property
    def port(self) -> int:
        """The TCP port."""
        return self._started().port

    @property
    def socket_dir(self) -> Path:
        """The folder of the Unix socket; only the server's user and root can enter it."""
        return Path(self._started().socket_dir)

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return self._started().postmaster

    @property
    def superuser(self) -> str:
        """The name of the database superuser."""
        return SUPERUSER

    @property
    def password(self) -> str:
        """The superuser's password, random and the same for the life of the data."""
        self._started()
        return self._password

    @property
    def data_dir(self) -> Path:
        """PostgreSQL's data folder."""
        if self._home is None:
            raise ConfigurationError(f"The server of {self._folder} was never started.")
        return self._home.data

    def url(
        self, dbname: str = "postgres", *, user: str | None = None, password: str | None = None
    ) -> str:
        """Return a ``postgresql://`` URL for a database, by default as the superuser.

        Another ``user`` without a ``password`` gives a URL without a password.
        """
        if user is None:
            user, password = SUPERUSER, password or self.password
        return connection_url(self.port, dbname, user, password)

    def start(self) -> None:
        """Start the server and return when it accepts connections.

        Data that a killed server left is recovered; an orphaned server of the same data is stopped
        first.

        Raises ConfigurationError when something in the environment is wrong (no PostgreSQL, the
        folder is in use, data of another version), and ServerFailed, with the end of the server's
        log, when PostgreSQL does not start.
        """
        if self.running:
            raise ConfigurationError(f"This server of {self._folder} is already started.")
        self.stop()  # what a server that ended by itself left
        home = self._home = find_home(self._folder)
        self._lock = hold_launcher_lock(home.path / "launcher.lock", folder=self._folder)
        try:
            previous = self._lock.read()
            self._lock.write(replace(previous, launcher=os.getpid()))
            self._start(home, self._lock, previous)
        except BaseException:
            self.stop()
            raise

    def _start(self, home: Home, lock: FileLock, previous: Record) -> None:
        binaries = readable_binaries(self._binaries or find_binaries(), home.account)
        with hold_server_lock(home) as server_lock:
            self._password = home.password()
            prepare_data(
                home,
                binaries,
                password=self._password,
                fast=self._fast,
                lock=server_lock.fileno(),
            )
        remove_socket_dir(previous.socket_dir)
        port = previous.port
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            if not port or not port_is_free(port):
                port = free_port()
            try:
                self._launch(home, binaries, port, lock)
            except ServerFailed:
                # Another process may have taken the port in between; anything else is final.
                if attempt == _PORT_ATTEMPTS or port_is_free(port):
                    raise
            else:
                return

    def _launch(self, home: Home, binaries: Binaries, port: int, lock: FileLock) -> None:
        socket_dir = make_socket_dir(home.account)
        record = Record(launcher=os.getpid(), port=port, socket_dir=str(socket_dir))
        lock.write(record)
        command = self._command(home, binaries, port, socket_dir)
        self._launched = Launched(home, command, socket_dir, temporary=self._temporary)
        postmaster = self._launched.wait_until_ready(password=self._password)
        self._record = replace(record, supervisor=self._launched.pid, postmaster=postmaster)
        lock.write(self._record)

    def _command(self, home: Home, binaries: Binaries, port: int, socket_dir: Path) -> list[str]:
        quoted = str(socket_dir).replace('"', '""')  # the setting is a list of quoted names
        settings = self._options | {
            "listen_addresses": HOST,
            "port": str(port),
            "unix_socket_directories": f'"{quoted}"',
            "logging_collector": "off",  # the log is where the tail of it is looked for
        }
        command = [str(binaries.program("postgres")), "-D", str(home.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def stop(self) -> None:
        """Stop the server and return when it has ended. Does nothing when it is not started.

        Open connections are closed. In a child made by ``os.fork`` nothing happens: the server
        belongs to the process that started it.

        Raises ServerFailed when a server whose supervisor was killed does not end.
        """
        if self._lock is None or self._home is None:
            return
        with self._lock as lock:
            self._lock = None
            if self._launched is not None:
                self._launched.stop()
                self._launched = None
                hold_server_lock(self._home).close()  # ends what a killed supervisor left
            last = lock.read()
            remove_socket_dir(last.socket_dir)
            lock.write(Record(port=last.port))
            self._record = Record()
            if self._temporary:
                shutil.rmtree(self._home.path)

    def _started(self) -> Record:
        if not self._record.postmaster:
            raise ConfigurationError(f"The server of {self._folder} is not started. Call start().")
        return self._record

    def _disown(self) -> None:
        """In a forked child: close what would keep the server and its lock after the launcher."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._launched is not None:
            self._launched.disown()


_servers: Final[weakref.WeakSet[Server]] = weakref.WeakSet()


def _disown_all() -> None:
    for server in _servers:
        server._disown()


os.register_at_fork(after_in_child=_disown_all)
