"""The PostgreSQL server of the test suite: one for each test process.

``ORGSCOPE_PG_BIN`` names other binaries than the wheel's (``make test PG=DIR`` sets it).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import psycopg
import pytest
from pytest_postgresql import factories

from orgscope import deploy, tracing
from orgscope.embedded import Server, find_binaries, temporary_server
from orgscope.errors import ConfigurationError
from tests.database import Database, load_template, settings_for
from tests.memory import IN_MEMORY, WAL_OPTIONS

if TYPE_CHECKING:
    from tests.spans import Spans


@dataclass(frozen=True)
class PgServer:
    """What pytest-postgresql's ``postgresql_noproc(depends_on="pg_server")`` reads."""

    server: Server
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    options: str = ""
    maintenance_dbname: str = "postgres"
    template_dbname: str | None = None

    @classmethod
    def of(cls, server: Server) -> Self:
        """Return what tests need to know of a server that runs."""
        return cls(server, server.host, server.port, server.superuser, server.password)


def pytest_report_header() -> str:
    try:
        return f"database: {find_binaries()}"
    except ConfigurationError as error:  # tests without a database still run
        return f"database: {error}"


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PgServer]:
    """A private server without durability, gone with the test process."""
    with temporary_server(base=IN_MEMORY, options=WAL_OPTIONS) as server:
        yield PgServer.of(server)


pg_template = factories.postgresql_noproc(
    depends_on="pg_server", dbname="orgscope_test", load=[load_template]
)
postgresql = factories.postgresql("pg_template")


@pytest.fixture
def database(postgresql: psycopg.Connection[object], pg_server: PgServer) -> Database:
    """A migrated database of this test's own, with no row and no signing key in it."""
    settings = settings_for(
        pg_server.host,
        pg_server.port,
        postgresql.info.dbname,
        pg_server.user,
        pg_server.password,
    )
    postgresql.autocommit = True
    # Who may connect is a property of the database, which a clone does not inherit.
    postgresql.execute((deploy.core().sql / "roles.sql").read_bytes())
    return Database(settings, postgresql)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """The spans that orgscope makes in this test."""
    from tests.spans import Spans  # noqa: PLC0415 - other tests run without OpenTelemetry as well

    spans = Spans()
    monkeypatch.setattr(tracing, "_tracer", spans.own)
    return spans
