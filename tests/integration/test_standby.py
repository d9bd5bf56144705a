"""B3, promises 4 and 6: reads on a hot standby, and how old its mirror may be."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from orgscope import deploy
from orgscope.embedded import Server, find_binaries
from orgscope.embedded.commands import run
from orgscope.embedded.home import find_home
from orgscope.embedded.readable import readable_binaries
from orgscope.lint import lint
from tests.database import Database, settings_for
from tests.integration.private_server import create_database, new_folder
from tests.tokens import ORG_ID, USER_ID

PATIENCE_S = 60
MAX_LAG_S = 5
# Replication needs every commit to reach the disk's cache at once, whatever else is given up.
OPTIONS = {"synchronous_commit": "on", "wal_level": "replica"}


@dataclass(frozen=True, eq=False)
class Pair:
    """A primary and its standby, seen through the same database."""

    primary: Database
    standby: Database

    def beat(self) -> None:
        """Write the heartbeat as the worker does."""
        with self.primary.connect("sync") as connection:
            connection.execute("select authz.beat()")

    def catch_up(self) -> None:
        """Wait until the standby has replayed what the primary has written."""
        (written,) = self.primary.rows("select pg_current_wal_lsn()")[0]
        deadline = time.monotonic() + PATIENCE_S
        while self.standby.rows("select pg_last_wal_replay_lsn() >= %s::pg_lsn", (written,)) != [
            (True,)
        ]:
            assert time.monotonic() < deadline, "the standby does not catch up"
            time.sleep(0.05)

    def refusal(self) -> str | None:
        """Return the SQLSTATE with which a request on the standby is refused."""
        try:
            with self.standby.context():
                return None
        except psycopg.Error as error:
            return error.sqlstate


def copy_of(primary: Server, folder: Path) -> None:
    """Make a standby's data folder by pg_basebackup, where a Server of this folder looks for it."""
    home = find_home(folder)
    home.data.mkdir(mode=0o700)
    (home.path / "password").write_text(primary.password + "\n", encoding="ascii")
    if home.account is not None:
        os.chown(home.data, home.account.uid, home.account.gid)
    binaries = readable_binaries(find_binaries(), home.account)
    options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
    source = f"--dbname={primary.url('postgres')}"
    run(
        [binaries.program("pg_basebackup"), source, f"--pgdata={home.data}", *options],
        account=home.account,
    )


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    """Run a primary with orgscope deployed, and a standby of it by streaming replication."""
    with (
        new_folder() as folder,
        new_folder() as other,
        Server(folder, fast=True, options=OPTIONS) as primary,
    ):
        create_database(primary, "app")
        settings = settings_for(
            primary.host, primary.port, "app", primary.superuser, primary.password
        ).model_copy(update={"standby_max_lag_s": MAX_LAG_S})
        deploy.create_roles(settings)
        deploy.migrate(settings)
        copy_of(primary, other)
        with Server(other, fast=True, options=OPTIONS) as standby:
            yield primary, standby


def seen_through(server: Server) -> Database:
    settings = settings_for(server.host, server.port, "app", server.superuser, server.password)
    return Database(settings, psycopg.connect(server.url("app"), autocommit=True))


@pytest.fixture
def pair(servers: tuple[Server, Server]) -> Iterator[Pair]:
    """Both databases with one member, replayed; the replay is resumed afterwards."""
    primary, standby = servers
    found = Pair(seen_through(primary), seen_through(standby))
    with found.primary.admin, found.standby.admin:
        found.primary.put_key()
        found.primary.add_member()
        found.catch_up()
        yield found
        found.standby.admin.execute("select pg_wal_replay_resume()")
        found.primary.admin.execute("delete from workos.organization_memberships")
        found.primary.admin.execute("delete from authz.heartbeat")
        found.catch_up()


def test_standby__fresh_heartbeat__reads_and_only_reads(pair: Pair) -> None:
    pair.beat()
    pair.catch_up()
    token = pair.primary.token()
    with pair.primary.context(token) as connection:
        connection.execute("commit")  # remembered there, in a table that is unlogged here
    for _ in range(2):
        with pair.standby.context(token) as connection:
            row = connection.execute(
                "select pg_is_in_recovery(), authz.org_id(), id from workos.users"
            ).fetchone()
            assert row == (True, ORG_ID, USER_ID)
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        pair.standby.rows("select * from authz.verified_tokens")
    for login, call in (
        ("job", f"select authz.begin_system('{ORG_ID}', 'job', 'a reason')"),
        ("admin", "select authz.begin_privileged('a reason')"),
    ):
        with pair.standby.connect(login) as connection:
            connection.execute("begin")
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                connection.execute(call)


def test_authz__b3_no_heartbeat__refused(pair: Pair) -> None:
    assert pair.refusal() == "WS320"


def test_authz__b3_heartbeat_of_long_ago__refused(pair: Pair) -> None:
    pair.beat()
    old = f"update authz.heartbeat set beat_at = beat_at - interval '{MAX_LAG_S + 1} s'"
    pair.primary.admin.execute(old)
    pair.catch_up()
    assert pair.refusal() == "WS320"
    with pair.primary.context():  # the primary asks no heartbeat: it is the truth
        pass
    pair.beat()
    pair.catch_up()
    assert pair.refusal() is None


def test_authz__b3_replay_paused__removed_member_loses_rows_within_the_limit(pair: Pair) -> None:
    pair.beat()
    pair.catch_up()
    pair.standby.admin.execute("select pg_wal_replay_pause()")
    for (raw,) in pair.primary.rows("select raw from workos.organization_memberships"):
        pair.primary.receive("organization_membership.deleted", raw)
    deadline = time.monotonic() + PATIENCE_S
    while pair.refusal() is None:
        pair.beat()  # it does not arrive: the standby replays nothing
        assert time.monotonic() < deadline, "the standby goes on granting"
        time.sleep(0.2)
    assert pair.refusal() == "WS320"
    pair.standby.admin.execute("select pg_wal_replay_resume()")
    pair.beat()
    pair.catch_up()
    assert pair.refusal() == "WS313"


def test_authz__b3_standby_without_settings__refused(pair: Pair) -> None:
    pair.beat()
    pair.primary.admin.execute("create table kept as select * from authz.settings")
    try:
        pair.primary.admin.execute("delete from authz.settings")
        pair.catch_up()
        assert pair.refusal() == "WS307"
    finally:
        pair.primary.admin.execute("insert into authz.settings select * from kept")
        pair.primary.admin.execute("drop table kept")


def test_standby__rotated_seal_key__next_context_uses_it(pair: Pair) -> None:
    pair.beat()
    with pair.primary.connect("keys") as connection:
        connection.execute("select authz.rotate_seal_key()")
    pair.catch_up()
    assert pair.refusal() is None


def test_lint__on_a_standby__finds_what_it_finds_on_the_primary(pair: Pair) -> None:
    pair.primary.admin.execute("create policy open on workos.users to orgscope_user using (true)")
    try:
        pair.catch_up()
        with pair.standby.connect("monitor") as here, pair.primary.connect("monitor") as there:
            found = {one.fingerprint for one in lint(here).findings}
            assert found == {one.fingerprint for one in lint(there).findings}
        assert "policy_always_true workos.users.open" in found
    finally:
        pair.primary.admin.execute("drop policy open on workos.users")
