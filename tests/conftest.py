"""What the tests share; the server and the template are those of ``orgscope.pytest_plugin``.

``ORGSCOPE_PG_BIN`` names other binaries than the wheel's (``make test PG=DIR`` sets it).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from orgscope import tracing
from orgscope.embedded import find_binaries
from orgscope.errors import ConfigurationError
from orgscope.testing import Template
from tests.database import Database

if TYPE_CHECKING:
    from tests.spans import Spans

pytest_plugins = ["pytester"]


def pytest_report_header() -> str:
    try:
        return f"database: {find_binaries()}"
    except ConfigurationError as error:  # tests without a database still run
        return f"database: {error}"


@pytest.fixture
def database(orgscope_template: Template) -> Iterator[Database]:
    """A migrated database of this test's own, with no row and no signing key in it."""
    with orgscope_template.clone() as clone:
        yield Database(clone.settings, clone.admin)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """The spans that orgscope makes in this test."""
    from tests.spans import Spans  # noqa: PLC0415 - other tests run without OpenTelemetry as well

    spans = Spans()
    monkeypatch.setattr(tracing, "_tracer", spans.own)
    return spans
