"""The runner: nothing is changed, and what cannot be looked at is said."""

from __future__ import annotations

import psycopg
import pytest

from orgscope.errors import ConfigurationError, DatabaseNotReady
from orgscope.lint import Category, Level, Lint, choose, lint, run
from tests.lints.conftest import REQUEST, Scratch


def probe(text: str) -> Lint:
    return Lint("0042", "probe", "A probe.", Level.INFO, Category.SECURITY, (), text)


def test_lint__that_writes__refused_and_the_transaction_lives_on(scratch: Scratch) -> None:
    scratch.as_superuser("create sequence app.serial")
    writing = probe("select 'a', nextval('app.serial')::text as identity, 'c', 'd'")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        lint(scratch.connection, lints=[writing])
    scratch.as_superuser("select nextval('app.serial')")


def test_lint__afterwards__the_session_is_as_it_was(scratch: Scratch) -> None:
    scratch.as_superuser("set local search_path = app")
    lint(scratch.connection, lints=choose(["0001"]))
    row = scratch.connection.execute("select current_setting('search_path')").fetchone()
    assert row == ("app",)


def test_lint__takes_too_long__says_which(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_SESSION", ("set local statement_timeout = '10ms'",))
    slow = probe("select 'a', pg_sleep(60)::text as identity, 'c', 'd'")
    with pytest.raises(DatabaseNotReady, match="lint 0042_probe took longer"):
        lint(scratch.connection, lints=[slow])


def test_lint__fifth_column__is_the_level(scratch: Scratch) -> None:
    one = probe("select 'table', 'app.t' as identity, 'c', '', 'error'")
    [finding] = lint(scratch.connection, lints=[one]).findings
    assert (finding.level, finding.identity) == (Level.ERROR, "app.t")


def test_lint__schema_or_role_that_is_not_there__refused(scratch: Scratch) -> None:
    with pytest.raises(ConfigurationError, match="no schema nowhere, there"):
        lint(scratch.connection, schemas=["app", "there", "nowhere"])
    with pytest.raises(ConfigurationError, match="no role nobody"):
        lint(scratch.connection, roles=["nobody", REQUEST])


def test_lint__one_schema__nothing_of_others(scratch: Scratch) -> None:
    scratch.as_superuser("create schema other", "grant usage on schema other to public")
    scratch.as_superuser("create table other.t (id integer)", "grant select on other.t to public")
    lints = choose(["0001"])
    found = lint(scratch.connection, lints=lints, schemas=["other"])
    assert [one.identity for one in found.findings] == ["other.t"]
    assert not found.is_whole
    assert lint(scratch.connection, lints=lints, schemas=["app"]).findings == []


def test_lint__server_is_too_old__refused(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_OLDEST", 99)
    with pytest.raises(DatabaseNotReady, match="needs PostgreSQL 99 or later"):
        lint(scratch.connection)
