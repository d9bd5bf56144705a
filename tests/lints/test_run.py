"""The runner: nothing is changed, and what cannot be looked at is said."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from orgscope.embedded import Server
from orgscope.errors import ConfigurationError, DatabaseNotReady, FileFailed
from orgscope.lint import Category, Level, Lint, choose, lint, run
from tests.lints.conftest import REQUEST, Scratch


def probe(identity: str, number: str = "0042") -> Lint:
    text = f"select 'table' as kind, {identity} as identity, 'Odd.' as detail, '' as fix"
    return Lint(number, "probe", "A probe.", Level.INFO, Category.SECURITY, (), text)


def test_lint__that_writes__refused_and_the_transaction_lives_on(scratch: Scratch) -> None:
    scratch.as_superuser("create sequence app.serial")
    with pytest.raises(FileFailed, match="0042_probe.sql: cannot execute nextval"):
        lint(scratch.connection, lints=[probe("nextval('app.serial')::text")])
    scratch.as_superuser("select nextval('app.serial')")


def test_lint__raises_among_others__is_named(scratch: Scratch) -> None:
    lints = [probe("'app.t'"), probe("(1 / (now() is null)::integer)::text", "0043")]
    with pytest.raises(FileFailed, match="0043_probe.sql: division by zero"):
        lint(scratch.connection, lints=lints)


def test_lint__connection_breaks__is_no_fault_of_a_lint(orgscope_server: Server) -> None:
    ending = probe("pg_terminate_backend(pg_backend_pid())::text")
    with (
        psycopg.connect(orgscope_server.url()) as connection,
        pytest.raises(psycopg.OperationalError),
    ):
        lint(connection, lints=[ending, probe("'app.t'", "0043")])


def test_lints__together__find_by_number_and_then_by_object(scratch: Scratch) -> None:
    lints = [probe("unnest(array['b', 'a'])"), probe("'a'", "0041")]
    found = lint(scratch.connection, lints=lints).findings
    assert [(one.lint.number, one.identity) for one in found] == [
        ("0041", "a"),
        ("0042", "a"),
        ("0042", "b"),
    ]


def test_lint__afterwards__the_session_is_as_it_was(scratch: Scratch) -> None:
    scratch.as_superuser("set local search_path = app")
    lint(scratch.connection, lints=choose(["0001"]))
    row = scratch.connection.execute("select current_setting('search_path')").fetchone()
    assert row == ("app",)


def test_lint__takes_too_long__says_which(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_SESSION", ("set local statement_timeout = '10ms'",))
    with pytest.raises(DatabaseNotReady, match="lint 0042_probe took longer"):
        lint(scratch.connection, lints=[probe("pg_sleep(60)::text")])


def test_lint__fifth_column__is_the_level(scratch: Scratch) -> None:
    one = probe("'app.t'")
    one = replace(one, text=f"{one.text}, 'error' as level")
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
