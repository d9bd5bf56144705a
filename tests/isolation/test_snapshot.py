"""``orgscope snapshot``: every kind of access is in the text, and a change is noticed."""

from __future__ import annotations

from pathlib import Path

import psycopg
from typer.testing import CliRunner, Result

from orgscope.cli import app
from orgscope.deploy import Project
from orgscope.snapshot import policies_text
from tests.isolation.conftest import Given
from tests.projects import LIBRARY


def snapshot(given: Given, folder: Path, *words: str) -> Result:
    return CliRunner().invoke(
        app,
        [
            *("snapshot", given.dsn_of_command, "--project", str(LIBRARY)),
            *("--output", str(folder), "--only", "policies", *words),
        ],
        env={"PGPASSWORD": given.password},
    )


def test_policies_text__by_hand__every_kind_of_access_is_in_it(lending: Given) -> None:
    lending.by_hand(
        "create policy \"a b\" on library.books as restrictive for all to public using (title <> 'a\nb')",
        "alter table library.fines no force row level security",
        "alter table library.wishes disable row level security",
        "alter view library.open_loans set (security_invoker = false)",
        "grant truncate on library.loans to orgscope_job with grant option",
        "grant update (note, isbn) on library.wishes to public",
        "grant usage on sequence library.fines_receipt_number_seq to orgscope_job",
        "grant execute on function library.withdraw_book(uuid) to public",
        "grant usage on type library.binding to orgscope_job",
        "alter default privileges for role orgscope_owner in schema library "
        "grant select on tables to orgscope_api",
    )
    with psycopg.connect(lending.dsn) as connection:
        lines = policies_text(connection, Project.load(LIBRARY), "orgscope").splitlines()
    expected = """  restrictive policy "a b" for all to public
    using (title <> 'a
    b'::text)
library.fines: table, row security, not forced, owner orgscope_owner
library.wishes: table, no row security, owner orgscope_owner
library.open_loans: view {security_invoker=false}, owner orgscope_owner
  TRUNCATE with grant option to orgscope_job
  UPDATE (isbn, note) to public
sequence library.fines_receipt_number_seq: USAGE to orgscope_job
function library.withdraw_book(uuid): EXECUTE to orgscope_user, public
type library.binding: USAGE to orgscope_job, public
later objects of orgscope_owner library r
  SELECT to orgscope_api"""
    assert set(expected.splitlines()) <= set(lines), set(expected.splitlines()) - set(lines)


def test_command__check__prints_the_difference_and_exit_code_2(
    lending: Given, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshots"
    result = snapshot(lending, folder, "--check")
    assert (result.exit_code, folder.exists()) == (2, False)
    result = snapshot(lending, folder)
    assert (result.exit_code, result.output) == (0, f"{folder / 'policies.txt'}\n")
    written = (folder / "policies.txt").read_text("utf-8")
    assert (snapshot(lending, folder, "--check").output, written[:4]) == ("", "Row ")
    lending.by_hand("grant truncate on library.loans to orgscope_user")
    result = snapshot(lending, folder, "--check")
    assert result.exit_code == 2
    assert "+  TRUNCATE to orgscope_user" in result.output.splitlines()
    assert (folder / "policies.txt").read_text("utf-8") == written
    assert [path.name for path in folder.iterdir()] == ["policies.txt"]
