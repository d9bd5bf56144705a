"""What we deploy ourselves: orgscope, booking and the lending library, in one database."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from orgscope.embedded import Server
from orgscope.lint import Report, all_lints, lint
from tests.lints.conftest import deployed


@pytest.fixture(scope="module")
def report(orgscope_server: Server) -> Iterator[Report]:
    """What the lints say of it, asked by a login of orgscope that may read nothing."""
    settings = deployed(orgscope_server, "clean", "booking", "tests/isolation/library")
    with psycopg.connect(settings.url("monitor")) as connection:
        yield lint(connection)


def test_lints__of_what_we_deploy__find_nothing(report: Report) -> None:
    assert report.lints == all_lints()
    found = [one for one in report.findings if one.kind != "server"]  # we do not deploy that
    assert [(one.lint.stem, one.identity, one.detail) for one in found] == []
