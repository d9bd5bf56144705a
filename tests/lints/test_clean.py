"""What we deploy ourselves: orgscope, booking and the lending library, in one database."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from orgscope import deploy
from orgscope.deploy import Project
from orgscope.lint import Report, all_lints, lint
from tests.conftest import PgServer
from tests.database import load_template, settings_for
from tests.lints.test_house import ROOT

PROJECTS = ("booking", "tests/isolation/library")


@pytest.fixture(scope="module")
def report(pg_server: PgServer) -> Iterator[Report]:
    """What the lints say of it, asked by a login of orgscope that may read nothing."""
    with psycopg.connect(pg_server.server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database clean"))
    load_template(
        host=pg_server.host,
        port=pg_server.port,
        user=pg_server.user,
        dbname="clean",
        password=pg_server.password,
    )
    settings = settings_for(
        pg_server.host, pg_server.port, "clean", pg_server.user, pg_server.password
    )
    for folder in PROJECTS:
        deploy.migrate(settings, Project.load(ROOT / folder))
    with psycopg.connect(settings.url("monitor")) as connection:
        yield lint(connection)


def test_lints__of_what_we_deploy__find_nothing(report: Report) -> None:
    assert report.lints == all_lints()
    found = [one for one in report.findings if one.kind != "server"]  # we do not deploy that
    assert [(one.lint.stem, one.identity, one.detail) for one in found] == []
