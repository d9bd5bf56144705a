"""What the tests share; the server and the template are those of ``orgscope.pytest_plugin``.

``ORGSCOPE_PG_BIN`` names other binaries than the wheel's (``make test PG=DIR`` sets it).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from orgscope import tracing
from orgscope.embedded import Server, find_binaries
from orgscope.errors import ConfigurationError
from orgscope.project import Project
from orgscope.testing import Template
from tests.database import Database
from tests.projects import BOOKING, LIBRARY

if TYPE_CHECKING:
    from tests.spans import Spans

pytest_plugins = ["pytester"]


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Start three workers for two cores: each waits a third of its time for what it started."""
    cores = yield
    return cores + (cores + 1) // 2


def pytest_report_header() -> str:
    try:
        return f"database: {find_binaries()}"
    except ConfigurationError as error:  # tests without a database still run
        return f"database: {error}"


def _clone(template: Template) -> Iterator[Database]:
    with template.clone() as clone:
        yield Database(clone.settings, clone.admin)


@pytest.fixture
def database(orgscope_template: Template) -> Iterator[Database]:
    """A migrated database of this test's own, with no row and no signing key in it."""
    yield from _clone(orgscope_template)


@pytest.fixture(scope="session")
def booking_template(orgscope_server: Server) -> Template:
    """The database with booking that is deployed once and cloned for each test."""
    return Template.deployed(orgscope_server, Project.load(BOOKING), "booking_template")


@pytest.fixture
def booking_database(booking_template: Template) -> Iterator[Database]:
    """A database of this test's own with booking deployed in it, and no row."""
    yield from _clone(booking_template)


@pytest.fixture(scope="session")
def library_template(orgscope_server: Server) -> Template:
    """The database with the lending library that is deployed once and cloned for each test."""
    return Template.deployed(orgscope_server, Project.load(LIBRARY), "library_template")


@pytest.fixture
def library_database(library_template: Template) -> Iterator[Database]:
    """A database of this test's own with the lending library deployed in it, and no row."""
    yield from _clone(library_template)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """The spans that orgscope makes in this test."""
    from tests.spans import Spans  # noqa: PLC0415 - other tests run without OpenTelemetry as well

    spans = Spans()
    monkeypatch.setattr(tracing, "_tracer", spans.own)
    return spans
