"""Lint 0206: a security definer looks names up where others can put objects."""

from __future__ import annotations

import pytest

from orgscope.lint import Level
from tests.lints.conftest import REQUEST, Scratch

NUMBER = "0206"
FUNCTION = (
    "create function app.total() returns bigint language plpgsql security definer {} "
    "as $$begin return (select count(*) from notes); end$$"
)
TRIGGER = (
    "create function app.total() returns trigger language plpgsql security definer "
    "as $$begin return new; end$$",
    "create trigger counted before insert on app.notes for each row execute function app.total()",
)


def test_definer__without_a_path__error_until_mended(scratch: Scratch) -> None:
    scratch.run(FUNCTION.format(""))
    [finding] = scratch.findings(NUMBER)
    assert (finding.identity, finding.level) == ("app.total()", Level.ERROR)
    assert "no search path of its own" in finding.detail
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_definer__without_a_path_and_fired_by_a_trigger__error(scratch: Scratch) -> None:
    scratch.run(*TRIGGER)
    assert [one.level for one in scratch.findings(NUMBER)] == [Level.WARNING]
    scratch.run(f"grant insert on app.notes to {REQUEST}")
    assert [one.level for one in scratch.findings(NUMBER)] == [Level.ERROR]


def test_definer__without_a_path_that_no_request_calls__warning(scratch: Scratch) -> None:
    scratch.run(FUNCTION.format(""), "revoke execute on function app.total() from public")
    assert [one.level for one in scratch.findings(NUMBER)] == [Level.WARNING]


@pytest.mark.parametrize("path", ["''", "pg_temp, app", "app", "'pg_catalog, pg_temp'"])
def test_definer__temporary_objects_first__warning_until_mended(
    scratch: Scratch, path: str
) -> None:
    scratch.run(FUNCTION.format(f"set search_path = {path}"))
    [finding] = scratch.findings(NUMBER)
    assert (finding.level, "pg_temp" in finding.detail) == (Level.WARNING, True)
    scratch.mend(NUMBER)
    assert scratch.found(NUMBER) == []


def test_definer__path_that_requests_may_create_in__error_without_a_fix(scratch: Scratch) -> None:
    scratch.as_superuser("create schema shared", f"grant create on schema shared to {REQUEST}")
    scratch.run(FUNCTION.format("set search_path = shared, pg_temp").replace("notes", "app.notes"))
    [finding] = scratch.findings(NUMBER)
    assert (finding.level, finding.fix) == (Level.ERROR, "")
    assert "shared" in finding.detail


def test_definer__no_path_in_a_schema_that_requests_may_create_in__no_fix(scratch: Scratch) -> None:
    scratch.as_superuser(f"grant create on schema app to {REQUEST}")
    scratch.run("set local search_path = app", FUNCTION.format(""))
    assert [one.fix for one in scratch.findings(NUMBER)] == [""]


def test_definer__temporary_objects_that_requests_may_not_make__clean(scratch: Scratch) -> None:
    scratch.as_superuser("revoke temporary on database lints from public")
    scratch.run(FUNCTION.format("set search_path = app"))
    assert scratch.found(NUMBER) == []


@pytest.mark.parametrize(
    "function",
    [
        FUNCTION.format("set search_path = pg_catalog, pg_temp"),
        FUNCTION.format("").replace("security definer", ""),
        "create function app.total() returns bigint language sql security definer "
        "return (select count(*) from app.notes)",
    ],
    ids=["pinned", "invoker", "bound"],
)
def test_function__that_finds_the_same_for_everybody__clean(
    scratch: Scratch, function: str
) -> None:
    scratch.run(function)
    assert scratch.found(NUMBER) == []
