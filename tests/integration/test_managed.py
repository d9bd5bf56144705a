"""Promise 6: a server where nobody of us is a superuser, as managed PostgreSQL is.

The DBA has CREATEROLE and owns the database; that is all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from orgscope import deploy
from orgscope.doctor import Level, What, examine
from orgscope.embedded import Server, find_binaries
from orgscope.settings import LOGINS, Settings
from tests.database import PASSWORD, Database, organization, settings_for
from tests.integration.doctor.examined import workos_of
from tests.integration.embedded.conftest import DEBIAN_15
from tests.integration.private_server import create_database, execute, new_folder
from tests.tokens import ORG_ID, USER_ID, rsa_key

DBA = "managed_dba"


@dataclass(frozen=True)
class Managed:
    """A server, the settings of a database on it, and what `orgscope roles` said."""

    server: Server
    settings: Settings
    said: list[str]


@pytest.fixture(params=["default", "debian-15"], scope="module")
def managed(request: pytest.FixtureRequest) -> Iterator[Managed]:
    """Deploy as a DBA would who was given a role and a database."""
    if request.param == "debian-15" and not DEBIAN_15.is_dir():
        pytest.skip(f"no PostgreSQL 15 at {DEBIAN_15}")
    binaries = find_binaries(DEBIAN_15 if request.param == "debian-15" else None)
    with new_folder() as folder, Server(folder, binaries=binaries, fast=True) as server:
        execute(server, f"create role {DBA} login createrole password '{PASSWORD}'")
        create_database(server, "app", owner=DBA)
        settings = settings_for(server.host, server.port, "app", DBA, PASSWORD)
        said = deploy.create_roles(settings)
        assert deploy.migrate(settings)
        yield Managed(server, settings, said)


@pytest.fixture
def database(managed: Managed) -> Iterator[Database]:
    """The deployed database; what is called ``admin`` elsewhere is the DBA here."""
    with psycopg.connect(managed.settings.url("dba"), autocommit=True) as dba:
        yield Database(managed.settings, dba)


def test_managed__nobody_is_a_superuser(managed: Managed) -> None:
    for login in ("dba", *LOGINS):
        url = managed.settings.url(login)
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(
                "select rolsuper, rolbypassrls, rolname from pg_roles where rolname = session_user"
            ).fetchone()
        assert row == (False, False, conninfo_to_dict(url)["user"])


def test_managed__roles__say_what_stays_open(managed: Managed) -> None:
    assert any("not a superuser" in text for text in managed.said)


def test_managed__roles_and_migrate_again__change_nothing(managed: Managed) -> None:
    deploy.create_roles(managed.settings)
    assert not deploy.migrate(managed.settings)
    assert not deploy.drift(managed.settings)


def test_managed__dba__keeps_no_way_into_the_roles(managed: Managed) -> None:
    """What roles.sql borrowed it gave back: the DBA inherits nothing of the owner or the sealer."""
    with psycopg.connect(managed.settings.url("dba"), autocommit=True) as dba:
        for table in ("authz.seal_keys", "workos.users", "sync.inbox"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                dba.execute(f"select * from {table}")


def test_managed__doctor__takes_the_dba_for_granted(managed: Managed) -> None:
    """From PostgreSQL 16 on whoever creates a role administers it, and cannot give that up."""
    found = {one.what: one for one in examine(managed.settings, transport=workos_of(rsa_key()))}
    for what in (What.ROLES, What.BYPASS_FLAGS, What.MEMBERSHIPS, What.OWNERSHIP):
        assert found[what].level is Level.OK, found[what]
    with psycopg.connect(managed.settings.url("dba")) as dba:
        administers = dba.info.server_version >= 160_000
    said = f"{DBA} owns the database and may grant them." in found[What.MEMBERSHIPS].why
    assert said is administers


def test_managed__request__sees_its_rows_and_a_removed_member_none(database: Database) -> None:
    database.put_key()
    data = database.add_member()
    token = database.token()
    for _ in range(2):
        with database.context(token) as connection:
            row = connection.execute("select authz.org_id(), id from workos.users").fetchone()
            assert row == (ORG_ID, USER_ID)
            connection.execute("commit")
    database.receive("organization_membership.deleted", data)
    with pytest.raises(psycopg.DatabaseError) as error, database.context(token):
        pass
    assert error.value.sqlstate == "WS313"


def test_managed__jobs_administrators_and_rotation__work(database: Database) -> None:
    database.receive("organization.created", organization(ORG_ID))
    with database.connect("job") as connection:
        connection.execute("begin")
        connection.execute("select authz.begin_system(%s, 'job', 'a reason')", (ORG_ID,))
        assert connection.execute("select authz.org_id()").fetchone() == (ORG_ID,)
        connection.execute("commit")
    with database.connect("keys") as connection:
        connection.execute("select authz.rotate_seal_key()")
    with database.connect("auditor") as connection:
        connection.execute("begin")
        connection.execute("select authz.begin_privileged('a reason')")
        kinds = connection.execute("select distinct kind from audit.contexts").fetchall()
    assert {("system",), ("auditor",)} <= set(kinds)
