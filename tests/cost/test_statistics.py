"""The queries that took most time, from pg_stat_statements where the server has it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from orgscope.cost import most_used
from orgscope.embedded import Server, temporary_server
from orgscope.errors import ConfigurationError
from orgscope.testing.memory import IN_MEMORY

EXTENSION = "pg_stat_statements"
TABLES = """
create schema app;
create table app.events (org_id text, id integer);
create table app.languages (code text);
alter table app.events enable row level security;
select pg_stat_statements_reset();
"""
QUERIES = (
    "select id from app.events where id = 5",
    "select id from app.events where id = 7",
    "select code from app.languages",
    "with e as (select * from app.events) select count(*) from e",
    "/* sent by a framework */ select org_id from app.events",
    "insert into app.events values ('a', 1)",
    "select 1",
)


@pytest.fixture
def watched() -> Iterator[psycopg.Connection[object]]:
    """A server that counts statements, with one table under row security."""
    with temporary_server(base=IN_MEMORY) as server, psycopg.connect(server.url()) as connection:
        row = connection.execute(
            "select from pg_available_extensions where name = %s", (EXTENSION,)
        ).fetchone()
    if row is None:
        pytest.skip("these programs have no pg_stat_statements; Debian's postgresql-15 has (PG=…)")
    options = {"shared_preload_libraries": EXTENSION}
    with (
        temporary_server(base=IN_MEMORY, options=options) as server,
        psycopg.connect(server.url(), autocommit=True) as connection,
    ):
        connection.execute(f"create extension {EXTENSION}")
        connection.execute(TABLES)
        yield connection


def test_most_used__tables_under_row_security__their_reads_by_time(
    watched: psycopg.Connection[object],
) -> None:
    for query in QUERIES:
        watched.execute(query.encode())
    assert set(most_used(watched, 5)) == {
        "select id from app.events where id = $1",
        "with e as (select * from app.events) select count(*) from e",
        "/* sent by a framework */ select org_id from app.events",
    }
    assert len(most_used(watched, 1)) == 1


def test_most_used__no_extension__says_what_to_do(orgscope_server: Server) -> None:
    with (
        psycopg.connect(orgscope_server.url()) as connection,
        pytest.raises(ConfigurationError, match="create extension pg_stat_statements"),
    ):
        most_used(connection, 5)
