"""The suite's own server works with pytest-postgresql's fixtures, as root and as a normal user."""

from __future__ import annotations

import psycopg
from pytest_postgresql import factories

from tests.conftest import PgServer

small_template = factories.postgresql_noproc(depends_on="pg_server", dbname="embedded_fixture")
small_database = factories.postgresql("small_template")


def test_pg_server__database_of_a_test__is_on_the_private_server(
    pg_server: PgServer, small_database: psycopg.Connection[tuple[str, ...]]
) -> None:
    assert small_database.info.port == pg_server.port
    assert small_database.execute("show fsync").fetchone() == ("off",)
    assert small_database.execute("select current_user").fetchone() == ("postgres",)


def test_pg_server__shown__hides_its_password(pg_server: PgServer) -> None:
    assert pg_server.password not in repr(pg_server)
