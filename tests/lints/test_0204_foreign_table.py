"""Lint 0204: a foreign table is granted to requests."""

from __future__ import annotations

import pytest

from tests.lints.conftest import OWNER, REQUEST, Scratch

NUMBER = "0204"


@pytest.fixture(autouse=True)
def server(scratch: Scratch) -> None:
    """Make a server that nobody asks anything."""
    scratch.as_superuser(
        "create foreign data wrapper lint_wrapper",
        "create server lint_server foreign data wrapper lint_wrapper",
        f"grant usage on foreign server lint_server to {OWNER}",
    )


@pytest.mark.parametrize(
    "table",
    [
        "create foreign table app.far (id integer) server lint_server",
        "create foreign table app.far partition of app.parts for values in (1) server lint_server",
    ],
)
@pytest.mark.parametrize("grantee", [REQUEST, "public"])
def test_foreign_table__granted__found_until_mended(
    scratch: Scratch, table: str, grantee: str
) -> None:
    scratch.run(
        "create table app.parts (id integer) partition by list (id)",
        table,
        f"grant select (id) on app.far to {grantee}",
    )
    assert scratch.found(NUMBER) == ["app.far"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_foreign_table__closed__clean(scratch: Scratch) -> None:
    scratch.run("create foreign table app.far (id integer) server lint_server")
    assert scratch.found(NUMBER) == []
