"""PgBouncer before a test's database."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from orgscope.embedded.account import server_account
from orgscope.embedded.endpoint import HOST, free_port
from orgscope.settings import LOGINS
from tests.database import PASSWORD, Database, settings_for
from tests.integration.private_server import new_folder

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
CONFIG = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = {host}
listen_port = {listen_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = {mode}
default_pool_size = {pool_size}
max_client_conn = 200
server_reset_query = {reset}
server_reset_query_always = {always}
"""


@contextmanager
def bouncer_of(
    database: Database,
    *,
    pool_size: int,
    always: int,
    mode: str = "transaction",
    reset: str = "DISCARD ALL",
) -> Iterator[Database]:
    """Run PgBouncer before the server of a database, and return the same database through it."""
    info, listen_port, account = database.admin.info, free_port(), server_account()
    with new_folder() as folder:
        users, config = folder / "users.txt", folder / "pgbouncer.ini"
        users.write_text("".join(f'"orgscope_{name}" "{PASSWORD}"\n' for name in LOGINS))
        config.write_text(
            CONFIG.format(
                host=HOST,
                port=info.port,
                listen_port=listen_port,
                users=users,
                pool_size=pool_size,
                mode=mode,
                reset=reset,
                always=always,
            )
        )
        for path in (users, config):
            path.chmod(0o600)
            if account is not None:
                os.chown(path, account.uid, account.gid)
        log = folder / "pgbouncer.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [str(PROGRAM), str(config)],
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        try:
            settings = settings_for(HOST, listen_port, info.dbname, info.user, "unused")
            _wait_until_ready(settings.url("api"), process, log)
            yield Database(settings, database.admin)
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, log.read_text()
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
