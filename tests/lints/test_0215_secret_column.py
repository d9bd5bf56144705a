"""Lint 0215: requests may read a column whose name is that of a secret."""

from __future__ import annotations

import pytest

from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0215"
TABLE = (
    'create table app.people (id uuid, name text, password_hash text, "API_KEY" bytea, '
    "token_count integer, password_changed_at timestamptz, secret_santa text, has_password boolean)"
)


@pytest.mark.parametrize(
    ("grant", "names"),
    [
        (f"select on app.people to {REQUEST}", 'password_hash, "API_KEY"'),
        (f"select (id, password_hash) on app.people to {REQUEST}", "password_hash"),
        ('select on app.people to public', 'password_hash, "API_KEY"'),
    ],
)  # fmt: skip
def test_table__secret_that_requests_read__found_until_mended(
    scratch: Scratch, grant: str, names: str
) -> None:
    scratch.run(TABLE, f"grant {grant}")
    [finding] = scratch.findings(NUMBER)
    assert finding.identity == "app.people"
    assert finding.detail == f"Requests may read {names}, which by its name is a secret."
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []
    [(kept,)] = scratch.connection.execute(
        f"select has_column_privilege('{REQUEST}', 'app.people', 'id', 'select')".encode()
    ).fetchall()
    assert kept


def test_view__of_secrets_only__found_until_mended(scratch: Scratch) -> None:
    scratch.run(
        "create view app.keyring as select secret from app.keys",
        f"grant select on app.keyring to {REQUEST}",
    )
    assert scratch.found(NUMBER) == ["app.keyring"]
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_table__secret_that_requests_do_not_read__clean(scratch: Scratch) -> None:
    scratch.run(
        TABLE,
        "grant select (id, token_count, password_changed_at, secret_santa, has_password) "
        f"on app.people to {REQUEST}",
        f"grant insert, update (password_hash) on app.people to {REQUEST}",
    )
    assert scratch.found(NUMBER) == []
